import { ListFilter, Plus, Wallet } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { PurchaseDownload } from "@/app/purchases/purchase-download";
import { addressOf, cursorText, readPurchaseSearch, type Search } from "@/app/search";
import { FilterForm } from "@/components/filter-form";
import { NextPage } from "@/components/next-page";
import { PageFrame } from "@/components/page-head";
import { PurchaseStatusBadge, paymentMethodName } from "@/components/purchase-status";
import { Totals } from "@/components/totals";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Field, Input, Select } from "@/components/ui/field";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { formatAmount, formatInstant, formatUnits } from "@/lib/i18n/format";
import { listAllPurchases, type PurchaseRow, type PurchaseTotals } from "@/lib/top-ups/history/history";
import { STATUSES_TO_FIND } from "@/lib/top-ups/input";
import { lookAsStaff, PER_PAGE, VENDOR_ZONE } from "../place";
import { staffFilterOf } from "./staff-filter";

type Props = { readonly searchParams: Promise<Search> };

const PATH = "/admin/purchases";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.purchases"))("title") };
}

/** The purchases of every client, with totals of the filter (T5, A4). */
export default async function PurchasesPage({ searchParams }: Props) {
  const { scope, mayWrite } = await lookAsStaff();
  const search = readPurchaseSearch(await searchParams);
  const { organization: slug, status, from, to, after } = search;
  const { filter, client } = await staffFilterOf(scope, search);
  const [t, found] = await Promise.all([
    getTranslations("admin.purchases"),
    listAllPurchases(scope, filter, after ? { after } : null, PER_PAGE),
  ]);
  const kept = { organization: slug, status, from, to, checking: search.checking };
  return (
    <PageFrame
      title={t("title")}
      lead={t("lead")}
      {...(client && { back: { href: `/admin/organizations/${client.slug}`, label: client.name } })}
      actions={
        mayWrite && (
          <ButtonLink
            href={addressOf(`${PATH}/new`, { organization: slug }) as Route}
            look="solid"
            icon={<Plus aria-hidden />}
          >
            {t("manual")}
          </ButtonLink>
        )
      }
    >
      <Card>
        <div className="flex flex-wrap items-end justify-between gap-3 px-4 py-3">
          <Filters search={search} />
          <PurchaseDownload address={addressOf(`${PATH}/download`, kept)} totals={found.totals} />
        </div>
        <div className="border-t border-line">
          {found.totals.map((totals) => (
            <TotalsLine key={totals.currency} totals={totals} />
          ))}
          {found.rows.length === 0 ? (
            <EmptyState icon={<Wallet />} title={t("none")} />
          ) : (
            <PurchaseTable rows={found.rows} />
          )}
          <NextPage
            first={after ? addressOf(PATH, kept) : null}
            next={found.next && addressOf(PATH, { ...kept, after: cursorText(found.next) })}
          />
        </div>
      </Card>
    </PageFrame>
  );
}

async function Filters({ search }: { readonly search: ReturnType<typeof readPurchaseSearch> }) {
  const [t, p] = await Promise.all([getTranslations("admin.purchases"), getTranslations("purchases")]);
  const { organization, status, from, to, checking } = search;
  const isFiltered = Boolean(organization || status || from || to || checking);
  return (
    <FilterForm
      action={PATH}
      label={p("filters.label")}
      carried={checking ? [{ name: "checking", value: "yes" }] : []}
    >
      <Field label={t("organization")} htmlFor="organization" className="max-sm:w-full sm:w-52">
        <Input
          key={organization}
          id="organization"
          name="organization"
          placeholder={t("organizationHint")}
          defaultValue={organization ?? ""}
        />
      </Field>
      <Field label={p("filters.status")} htmlFor="status" className="max-sm:w-full sm:w-44">
        <Select key={status} id="status" name="status" defaultValue={status ?? ""}>
          <option value="">{p("filters.all")}</option>
          {STATUSES_TO_FIND.map((one) => (
            <option key={one} value={one}>
              {p(`status.${one}`)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={p("filters.from")} htmlFor="from" className="max-sm:flex-1 sm:w-40">
        <Input key={from} id="from" name="from" type="date" defaultValue={from ?? ""} />
      </Field>
      <Field label={p("filters.to")} htmlFor="to" className="max-sm:flex-1 sm:w-40">
        <Input key={to} id="to" name="to" type="date" defaultValue={to ?? ""} />
      </Field>
      <Button type="submit" icon={<ListFilter aria-hidden />}>
        {p("filters.apply")}
      </Button>
      <span className="inline-flex h-9 items-center gap-4 text-[0.8125rem] font-medium">
        {!checking && (
          <Link href={`${PATH}?checking=yes` as Route} className="rounded text-link hover:underline">
            {t("onlyChecking")}
          </Link>
        )}
        {isFiltered && (
          <Link href={PATH as Route} className="rounded text-link hover:underline">
            {p("filters.clear")}
          </Link>
        )}
      </span>
    </FilterForm>
  );
}

async function TotalsLine({ totals }: { readonly totals: PurchaseTotals }) {
  const [p, locale] = await Promise.all([getTranslations("purchases.totals"), getLocale()]);
  const money = (amount: bigint) => formatAmount(amount, totals.currency, locale);
  return (
    <Totals
      label={`${p("label")}, ${totals.currency}`}
      totals={[
        { label: p("purchases"), value: formatUnits(totals.purchases, locale) },
        { label: p("net"), value: money(totals.net) },
        { label: p("tax"), value: money(totals.tax) },
        { label: p("total"), value: money(totals.total) },
        { label: p("refunded"), value: money(totals.refunded) },
        { label: p("disputed"), value: money(totals.disputed) },
      ]}
    />
  );
}

async function PurchaseTable({ rows }: { readonly rows: readonly PurchaseRow[] }) {
  const [t, p, locale] = await Promise.all([
    getTranslations("admin.purchases"),
    getTranslations("purchases"),
    getLocale(),
  ]);
  return (
    <Table caption={p("caption")} minWidth="72rem">
      <thead>
        <tr>
          <HeadCell>{p("columns.number")}</HeadCell>
          <HeadCell>{t("organization")}</HeadCell>
          <HeadCell>{p("columns.date")}</HeadCell>
          <HeadCell>{p("columns.bought")}</HeadCell>
          <HeadCell numeric>{p("columns.net")}</HeadCell>
          <HeadCell numeric>{p("columns.tax")}</HeadCell>
          <HeadCell numeric>{p("columns.total")}</HeadCell>
          <HeadCell>{p("columns.method")}</HeadCell>
          <HeadCell>{p("columns.status")}</HeadCell>
          <HeadCell>{p("columns.receipt")}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const money = (amount: bigint) => formatAmount(amount, row.currency, locale);
          return (
            <Row key={`${row.organization.slug} ${row.id}`}>
              <RowHead className="whitespace-nowrap">
                <Link
                  href={`${PATH}/${row.organization.slug}/${row.id}` as Route}
                  className="figures inline-block rounded py-1 font-medium hover:underline"
                >
                  {row.number}
                </Link>
                <span className="figures mt-1 grid justify-items-start gap-1 font-normal sm:hidden">
                  {money(row.total)}
                  <PurchaseStatusBadge status={row.status} isQuarantined={row.isQuarantined} />
                </span>
              </RowHead>
              <Cell>
                <Link
                  href={`/admin/organizations/${row.organization.slug}` as Route}
                  title={row.organization.name}
                  className="block max-w-44 truncate rounded hover:underline"
                >
                  {row.organization.name}
                </Link>
              </Cell>
              <Cell className="figures whitespace-nowrap">
                {formatInstant(row.createdAt, VENDOR_ZONE, locale)}
              </Cell>
              <Cell className="figures whitespace-nowrap">
                {row.visitors > 0 && (
                  <span className="block">
                    {p("bought.visitors", { count: formatUnits(row.visitors, locale) })}
                  </span>
                )}
                {row.balance > 0n && (
                  <span className="block">
                    {p("bought.balance")}
                    {row.visitors > 0 && <span className="text-ink-faint"> {money(row.balance)}</span>}
                  </span>
                )}
              </Cell>
              <Cell numeric>{money(row.net)}</Cell>
              <Cell numeric>{money(row.tax)}</Cell>
              <Cell numeric className="font-medium">
                {money(row.total)}
                {row.refunded > 0n && (
                  <span className="block text-xs font-normal text-ink-faint">−{money(row.refunded)}</span>
                )}
              </Cell>
              <Cell className="whitespace-nowrap">
                <Method row={row} />
              </Cell>
              <Cell>
                <PurchaseStatusBadge status={row.status} isQuarantined={row.isQuarantined} />
              </Cell>
              <Cell className="figures whitespace-nowrap">
                {row.receipt ? (
                  <Link
                    href={`${PATH}/${row.organization.slug}/${row.id}/receipt` as Route}
                    className="rounded text-link hover:underline"
                  >
                    {row.receipt}
                  </Link>
                ) : (
                  <span className="text-ink-faint">–</span>
                )}
              </Cell>
            </Row>
          );
        })}
      </tbody>
    </Table>
  );
}

async function Method({ row }: { readonly row: PurchaseRow }) {
  return paymentMethodName(row.method, row.methodDetail);
}
