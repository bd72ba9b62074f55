import { randomUUID } from "node:crypto";
import { BookOpen } from "lucide-react";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { addressOf, readNumberedSearch, type Search } from "@/app/search";
import { ActionForm, SelectField, TextField } from "@/components/forms/action-form";
import { NextPage } from "@/components/next-page";
import { Card, Section } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { lookInto } from "@/lib/auth/members/members";
import { readOrganizationFile } from "@/lib/back-office/organizations";
import { formatInstant, formatMoney } from "@/lib/i18n/format";
import { listTransfers } from "@/lib/ledger/ledger";
import type { Organization } from "@/lib/organizations/organizations";
import { lookAsStaff, PER_PAGE } from "../../../place";
import { adjustAction } from "../actions";
import { FileFrame } from "../file-frame";

type Props = {
  readonly params: Promise<{ organization: string }>;
  readonly searchParams: Promise<Search>;
};

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).organization };
}

/** Every movement of a client's money, newest first, and the form that corrects a balance (A4). */
export default async function LedgerPage({ params, searchParams }: Props) {
  const { organization: slug } = await params;
  const { scope, mayWrite } = await lookAsStaff();
  const file = await readOrganizationFile(scope, slug);
  if (!file) notFound();
  const after = readNumberedSearch(await searchParams);
  const t = await getTranslations("admin.ledger");
  const found = await listTransfers(await lookInto(scope, slug, "balance:read"), {
    after,
    limit: PER_PAGE + 1,
  });
  const rows = found.slice(0, PER_PAGE);
  const path = `/admin/organizations/${slug}/ledger`;
  const next = found.length > PER_PAGE ? String(rows.at(-1)?.id) : null;
  return (
    <FileFrame organization={file.organization} tab="ledger">
      <div className="grid grid-cols-1 gap-10">
        {mayWrite && <Adjustment slug={slug} />}
        <Section id="transfers" title={t("title")} description={t("text")}>
          <Card>
            {rows.length === 0 ? (
              <EmptyState icon={<BookOpen />} title={t("none")} />
            ) : (
              <Transfers rows={rows} organization={file.organization} />
            )}
            <NextPage first={after === null ? null : path} next={next && addressOf(path, { after: next })} />
          </Card>
        </Section>
      </div>
    </FileFrame>
  );
}

async function Adjustment({ slug }: { readonly slug: string }) {
  const t = await getTranslations("admin.adjustment");
  const request = randomUUID();
  return (
    <Section id="adjustment" title={t("title")} description={t("text")}>
      <Card className="p-5">
        <ActionForm
          action={adjustAction.bind(null, slug)}
          submit={t("submit")}
          className="sm:grid-cols-2 lg:grid-cols-[12rem_12rem_12rem_minmax(0,1fr)]"
        >
          <input key={request} type="hidden" name="request" value={request} />
          <SelectField
            name="account"
            label={t("account")}
            options={[
              { value: "additional", label: t("accounts.additional") },
              { value: "initial", label: t("accounts.initial") },
            ]}
          />
          <SelectField
            name="direction"
            label={t("direction")}
            options={[
              { value: "give", label: t("directions.give") },
              { value: "take", label: t("directions.take") },
            ]}
          />
          <TextField name="amount" label={t("amount")} inputMode="decimal" placeholder="100.000" />
          <TextField name="reason" label={t("reason")} hint={t("reasonHint")} />
        </ActionForm>
      </Card>
    </Section>
  );
}

async function Transfers(props: {
  readonly rows: Awaited<ReturnType<typeof listTransfers>>;
  readonly organization: Organization;
}) {
  const [t, locale] = await Promise.all([getTranslations("admin.ledger"), getLocale()]);
  const { currency, timeZone } = props.organization;
  const money = (amount: bigint) => formatMoney(amount, currency, locale);
  return (
    <Table caption={t("title")} minWidth="64rem">
      <thead>
        <tr>
          <HeadCell numeric>{t("number")}</HeadCell>
          <HeadCell>{t("booked")}</HeadCell>
          <HeadCell>{t("kind")}</HeadCell>
          <HeadCell>{t("movement")}</HeadCell>
          <HeadCell numeric>{t("amount")}</HeadCell>
          <HeadCell numeric>{t("initialAfter")}</HeadCell>
          <HeadCell numeric>{t("additionalAfter")}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((transfer) => (
          <Row key={transfer.id}>
            <RowHead className="figures text-right text-ink-faint">{transfer.id}</RowHead>
            <Cell className="figures whitespace-nowrap">
              {formatInstant(transfer.bookedAt, timeZone, locale)}
            </Cell>
            <Cell>
              {t(`kinds.${transfer.kind}`)}
              <span className="block max-w-72 truncate text-xs text-ink-faint">
                {transfer.reason ?? transfer.cause}
              </span>
            </Cell>
            <Cell className="whitespace-nowrap">
              {t(`accounts.${transfer.from}`)} → {t(`accounts.${transfer.to}`)}
            </Cell>
            <Cell numeric className="font-medium">
              {money(transfer.amount)}
            </Cell>
            <Cell numeric>{money(transfer.initialAfter)}</Cell>
            <Cell numeric className={transfer.additionalAfter < 0n ? "text-bad" : ""}>
              {money(transfer.additionalAfter)}
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
