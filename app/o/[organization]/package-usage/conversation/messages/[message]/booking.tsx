import { getLocale, getTranslations } from "next-intl/server";
import { Card } from "@/components/ui/card";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { formatInstant, formatMoney } from "@/lib/i18n/format";
import type { Explanation } from "@/lib/reports/messages/messages";
import type { Frame } from "@/lib/reports/reports";

/** The client's balances around one charge. */
export async function BalanceTable(props: {
  readonly message: Explanation;
  readonly balances: NonNullable<Explanation["balances"]>;
  readonly frame: Frame;
}) {
  const [t, locale] = await Promise.all([getTranslations("explanation.balances"), getLocale()]);
  const { before, after } = props.balances;
  const { fromInitial, fromAdditional, amount } = props.message;
  const money = (value: bigint) => formatMoney(value, props.frame.currency, locale);
  const rows = [
    { label: t("initial"), before: before.initial, change: -fromInitial, after: after.initial },
    { label: t("additional"), before: before.additional, change: -fromAdditional, after: after.additional },
    {
      label: t("total"),
      before: before.initial + before.additional,
      change: -amount,
      after: after.initial + after.additional,
    },
  ];
  return (
    <Card>
      <h2 className="px-4 pt-4 pb-3 text-base font-semibold">{t("heading")}</h2>
      <Table caption={t("caption")} minWidth="32rem">
        <thead>
          <tr>
            <HeadCell>
              <span className="sr-only">{t("heading")}</span>
            </HeadCell>
            <HeadCell numeric>{t("before")}</HeadCell>
            <HeadCell numeric>{t("change")}</HeadCell>
            <HeadCell numeric>{t("after")}</HeadCell>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.label}>
              <RowHead>{row.label}</RowHead>
              <Cell numeric>{money(row.before)}</Cell>
              <Cell numeric>{money(row.change)}</Cell>
              <Cell numeric className="font-medium">
                {money(row.after)}
              </Cell>
            </Row>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}

/** The transfers that booked the charge. */
export async function LedgerTable({
  message,
  frame,
}: {
  readonly message: Explanation;
  readonly frame: Frame;
}) {
  const [t, accounts, locale] = await Promise.all([
    getTranslations("explanation.ledger"),
    getTranslations("explanation.accounts"),
    getLocale(),
  ]);
  if (message.transfers.length === 0) return null;
  return (
    <Card>
      <div className="px-4 pt-4 pb-3">
        <h2 className="text-base font-semibold">{t("heading")}</h2>
        <p className="text-[0.8125rem] text-ink-faint">{t("note", { posting: message.posting ?? "" })}</p>
      </div>
      <Table caption={t("heading")} minWidth="36rem">
        <thead>
          <tr>
            <HeadCell>{t("number")}</HeadCell>
            <HeadCell>{t("from")}</HeadCell>
            <HeadCell>{t("to")}</HeadCell>
            <HeadCell numeric>{t("amount")}</HeadCell>
            <HeadCell>{t("booked")}</HeadCell>
          </tr>
        </thead>
        <tbody>
          {message.transfers.map((transfer) => (
            <Row key={transfer.id}>
              <RowHead className="figures">{transfer.id}</RowHead>
              <Cell>{accounts(transfer.from)}</Cell>
              <Cell>{accounts(transfer.to)}</Cell>
              <Cell numeric>{formatMoney(transfer.amount, frame.currency, locale)}</Cell>
              <Cell className="figures whitespace-nowrap">
                {formatInstant(transfer.bookedAt, frame.timeZone, locale)}
              </Cell>
            </Row>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}
