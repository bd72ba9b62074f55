import { Building2, Plus, Search as SearchIcon } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { addressOf, cursorText, readOrganizationSearch, type Search } from "@/app/search";
import { FilterForm } from "@/components/filter-form";
import { NextPage } from "@/components/next-page";
import { PageFrame } from "@/components/page-head";
import { Badge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Field, Input, Select } from "@/components/ui/field";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { listOrganizations, type OrganizationRow } from "@/lib/back-office/organizations";
import { formatAmount, formatUnits } from "@/lib/i18n/format";
import { lookAsStaff, PER_PAGE } from "../place";

type Props = { readonly searchParams: Promise<Search> };

const PATH = "/admin/organizations";
const STATES = ["all", "debt", "suspended", "test"] as const;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.organizations"))("title") };
}

/** Every client: what it has left, what it used this month, and the way to its file (A1). */
export default async function OrganizationsPage({ searchParams }: Props) {
  const { scope, mayWrite } = await lookAsStaff();
  const { q, state = "all", after } = readOrganizationSearch(await searchParams);
  const [t, { rows, next }] = await Promise.all([
    getTranslations("admin.organizations"),
    listOrganizations(scope, { search: q ?? null, state }, after ?? null, PER_PAGE),
  ]);
  const filter = { q, state: state === "all" ? undefined : state };
  return (
    <PageFrame
      title={t("title")}
      lead={t("lead")}
      actions={
        mayWrite && (
          <ButtonLink href={`${PATH}/new` as Route} look="solid" icon={<Plus aria-hidden />}>
            {t("new")}
          </ButtonLink>
        )
      }
    >
      <Card>
        <div className="px-4 py-3">
          <FilterForm action={PATH} label={t("search")} carried={[]}>
            <Field label={t("search")} htmlFor="q" className="w-64 max-w-full">
              <Input
                key={q}
                id="q"
                name="q"
                type="search"
                placeholder={t("searchHint")}
                defaultValue={q ?? ""}
              />
            </Field>
            <Field label={t("state")} htmlFor="state" className="w-44">
              <Select key={state} id="state" name="state" defaultValue={state}>
                {STATES.map((value) => (
                  <option key={value} value={value}>
                    {t(`states.${value}`)}
                  </option>
                ))}
              </Select>
            </Field>
            <Button type="submit" icon={<SearchIcon aria-hidden />}>
              {t("find")}
            </Button>
          </FilterForm>
        </div>
        <div className="border-t border-line">
          {rows.length === 0 ? (
            <EmptyState icon={<Building2 />} title={t("none")}>
              {t("noneText")}
            </EmptyState>
          ) : (
            <Table caption={t("title")} minWidth="62rem">
              <thead>
                <tr>
                  <HeadCell>{t("name")}</HeadCell>
                  <HeadCell>{t("package")}</HeadCell>
                  <HeadCell numeric>{t("available")}</HeadCell>
                  <HeadCell numeric>{t("initial")}</HeadCell>
                  <HeadCell numeric>{t("additional")}</HeadCell>
                  <HeadCell numeric>{t("units")}</HeadCell>
                  <HeadCell numeric>{t("spent")}</HeadCell>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <OrganizationLine key={row.id} row={row} />
                ))}
              </tbody>
            </Table>
          )}
          <NextPage
            first={after ? addressOf(PATH, filter) : null}
            next={next && addressOf(PATH, { ...filter, after: cursorText(next) })}
          />
        </div>
      </Card>
    </PageFrame>
  );
}

async function OrganizationLine({ row }: { readonly row: OrganizationRow }) {
  const [t, locale] = await Promise.all([getTranslations("admin.organizations"), getLocale()]);
  const money = (amount: bigint) => formatAmount(amount, row.currency, locale);
  const hasDebt = row.additional < 0n;
  return (
    <Row>
      <RowHead className="wrap-anywhere min-w-48">
        <Link
          href={`${PATH}/${row.slug}` as Route}
          className="inline-block rounded py-1 font-medium text-ink hover:underline"
        >
          {row.name}
        </Link>
        <span className="ml-2 text-ink-faint">{row.slug}</span>
        <span className="ml-2 inline-flex gap-1.5 align-middle">
          {row.suspended && <Badge tone="warn">{t("suspended")}</Badge>}
          {row.mode === "test" && <Badge tone="info">{t("test")}</Badge>}
          {hasDebt && <Badge tone="bad">{t("debt")}</Badge>}
        </span>
      </RowHead>
      <Cell className="wrap-anywhere min-w-28">
        {row.packageName ?? <span className="text-ink-faint">–</span>}
      </Cell>
      <Cell numeric className="font-medium">
        {money(row.initial + row.additional - row.onHold)}
      </Cell>
      <Cell numeric>{money(row.initial)}</Cell>
      <Cell numeric className={hasDebt ? "text-bad" : ""}>
        {money(row.additional)}
      </Cell>
      <Cell numeric>{formatUnits(row.units, locale)}</Cell>
      <Cell numeric>{money(row.spent)}</Cell>
    </Row>
  );
}
