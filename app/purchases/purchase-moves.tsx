import type { Route } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { Badge, type Tone } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import type { ReversalState } from "@/db/schema/purchases";
import { formatAmount, formatLocalTime } from "@/lib/i18n/format";
import type { PurchaseDetail } from "@/lib/top-ups/history/history";

const TONES: Record<ReversalState, Tone> = {
  reserved: "info",
  pending: "info",
  succeeded: "neutral",
  failed: "neutral",
  inquiry: "info",
  open: "bad",
  lost: "bad",
  won: "good",
  closed: "neutral",
};

/** Refunds and disputes of a purchase, and what they took back (T4). */
export async function Reversals({ purchase }: { readonly purchase: PurchaseDetail }) {
  const [t, locale] = await Promise.all([getTranslations("purchases.detail"), getLocale()]);
  const money = (amount: bigint) => formatAmount(amount, purchase.currency, locale);
  const { timeZone } = purchase.organization;
  return (
    <Card className="overflow-hidden">
      <h2 className="px-4 pt-3 text-base font-semibold">{t("reversals")}</h2>
      <p className="px-4 pb-3 text-[0.8125rem] text-ink-faint">
        {t("taken", { balance: money(purchase.balanceTaken), visitors: purchase.visitorsTaken })}
      </p>
      <Table caption={t("reversals")} minWidth="32rem">
        <tbody>
          {purchase.reversals.map((reversal) => (
            <Row key={reversal.id}>
              <RowHead>
                {t(`reversalKinds.${reversal.kind}`)}
                {reversal.reason && (
                  <span className="block text-xs text-ink-faint">{reversal.reason.replaceAll("_", " ")}</span>
                )}
              </RowHead>
              <Cell className="figures whitespace-nowrap">
                {formatLocalTime(reversal.createdAt, timeZone, locale)}
              </Cell>
              <Cell>
                <Badge tone={TONES[reversal.state]}>{t(`reversalStates.${reversal.state}`)}</Badge>
              </Cell>
              <Cell numeric>{money(reversal.amount)}</Cell>
            </Row>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}

/** The ledger's transfers that the purchase caused, each once (T5). `ledger`: the page that lists them all, for staff. */
export async function Transfers({
  purchase,
  ledger,
}: {
  readonly purchase: PurchaseDetail;
  readonly ledger?: string;
}) {
  const [t, locale] = await Promise.all([getTranslations("purchases.detail"), getLocale()]);
  const money = (amount: bigint) => formatAmount(amount, purchase.currency, locale);
  return (
    <Card className="overflow-hidden">
      <h2 id="ledger" className="px-4 pt-3 text-base font-semibold">
        {t("transfers")}
      </h2>
      <p className="px-4 pb-3 text-[0.8125rem] text-ink-faint">
        {t(purchase.transfers.length === 0 ? "noTransfers" : "transfersText")}
      </p>
      {purchase.transfers.length > 0 && (
        <Table caption={t("transfers")} minWidth="32rem">
          <thead>
            <tr>
              <HeadCell>{t("transfer")}</HeadCell>
              <HeadCell>{t("time")}</HeadCell>
              <HeadCell>{t("kind")}</HeadCell>
              <HeadCell numeric>{t("amount")}</HeadCell>
              <HeadCell numeric>{t("after")}</HeadCell>
            </tr>
          </thead>
          <tbody>
            {purchase.transfers.map((transfer) => (
              <Row key={transfer.id}>
                <RowHead className="figures">
                  {ledger ? (
                    <Link
                      href={`${ledger}?after=${transfer.id + 1}` as Route}
                      className="rounded text-link hover:underline"
                    >
                      {transfer.id}
                    </Link>
                  ) : (
                    transfer.id
                  )}
                </RowHead>
                <Cell className="figures whitespace-nowrap">
                  {formatLocalTime(transfer.bookedAt, purchase.organization.timeZone, locale)}
                </Cell>
                <Cell>{t(`kinds.${transfer.kind}`)}</Cell>
                <Cell numeric>
                  {transfer.amount > 0n && "+"}
                  {money(transfer.amount)}
                </Cell>
                <Cell numeric>{money(transfer.balanceAfter)}</Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}
