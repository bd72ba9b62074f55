import { Inbox } from "lucide-react";
import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { addressOf, readNumberedSearch, type Search } from "@/app/search";
import { NextPage } from "@/components/next-page";
import { PageFrame } from "@/components/page-head";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { formatInstant, formatUnits } from "@/lib/i18n/format";
import { listWaitingBodies, type WaitingBody } from "@/lib/inbox/inbox";
import { systemNow } from "@/lib/time/clock";
import { lookAsStaff, PER_PAGE, VENDOR_ZONE } from "../place";
import { RetryForm } from "./retry-form";

type Props = { readonly searchParams: Promise<Search> };

const PATH = "/admin/inbox";
const HOUR = 3_600_000;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.inbox"))("title") };
}

/** Webhook bodies of WhatsApp that were received and could not be worked through yet (M2). */
export default async function InboxPage({ searchParams }: Props) {
  const { scope, mayWrite } = await lookAsStaff();
  const after = readNumberedSearch(await searchParams);
  const [t, found] = await Promise.all([
    getTranslations("admin.inbox"),
    listWaitingBodies(scope, { after, limit: PER_PAGE + 1 }),
  ]);
  const rows = found.slice(0, PER_PAGE);
  const next = found.length > PER_PAGE ? String(rows.at(-1)?.id) : null;
  return (
    <PageFrame title={t("title")} lead={t("lead")}>
      <Card>
        {rows.length === 0 ? (
          <EmptyState icon={<Inbox />} title={t("none")}>
            {t("noneText")}
          </EmptyState>
        ) : (
          <Table caption={t("title")} minWidth="58rem">
            <thead>
              <tr>
                <HeadCell numeric>{t("number")}</HeadCell>
                <HeadCell>{t("received")}</HeadCell>
                <HeadCell>{t("age")}</HeadCell>
                <HeadCell>{t("reason")}</HeadCell>
                <HeadCell numeric>{t("attempts")}</HeadCell>
                <HeadCell>{t("nextAttempt")}</HeadCell>
                {mayWrite && (
                  <HeadCell numeric>
                    <span className="sr-only">{t("retry")}</span>
                  </HeadCell>
                )}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <BodyLine key={row.id} row={row} mayWrite={mayWrite} />
              ))}
            </tbody>
          </Table>
        )}
        <NextPage first={after === null ? null : PATH} next={next && addressOf(PATH, { after: next })} />
      </Card>
    </PageFrame>
  );
}

async function BodyLine({ row, mayWrite }: { readonly row: WaitingBody; readonly mayWrite: boolean }) {
  const [t, locale] = await Promise.all([getTranslations("admin.inbox"), getLocale()]);
  const hours = Math.floor((systemNow().getTime() - row.receivedAt.getTime()) / HOUR);
  return (
    <Row>
      <RowHead className="figures text-right text-ink-faint">{row.id}</RowHead>
      <Cell className="figures whitespace-nowrap">{formatInstant(row.receivedAt, VENDOR_ZONE, locale)}</Cell>
      <Cell className="figures whitespace-nowrap">
        {hours < 48 ? t("hours", { count: hours }) : t("days", { count: Math.floor(hours / 24) })}
      </Cell>
      <Cell>
        <Badge tone={row.reason === "failed" || row.reason === "malformed" ? "bad" : "warn"}>
          {t(`reasons.${row.reason ?? "new"}`)}
        </Badge>
        {row.waitsFor && (
          <span className="figures ml-2 text-ink-faint">{t("waitsFor", { number: row.waitsFor })}</span>
        )}
      </Cell>
      <Cell numeric>{formatUnits(row.attempts, locale)}</Cell>
      <Cell className="figures whitespace-nowrap">
        {row.nextAttemptAt ? (
          formatInstant(row.nextAttemptAt, VENDOR_ZONE, locale)
        ) : (
          <span className="text-ink-faint">{t("notByItself")}</span>
        )}
      </Cell>
      {mayWrite && (
        <Cell numeric>
          <RetryForm body={row.id} label={t("retryWhich", { number: row.id })} submit={t("retry")} />
        </Cell>
      )}
    </Row>
  );
}
