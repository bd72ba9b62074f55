import type { Route } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { PurchaseStatusBadge, paymentMethodName } from "@/components/purchase-status";
import { buttonClass } from "@/components/ui/button";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { formatAmount, formatLocalTime, formatUnits } from "@/lib/i18n/format";
import type { PurchaseRow } from "@/lib/top-ups/history/history";

/** One row per purchase; it leads to what came of it, to its receipt, or to its payment (T5). */
export async function PurchaseTable(props: {
  readonly path: string;
  readonly rows: readonly PurchaseRow[];
  readonly timeZone: string;
}) {
  const t = await getTranslations("purchases");
  return (
    <Table caption={t("caption")} minWidth="64rem">
      <thead>
        <tr>
          <HeadCell>{t("columns.number")}</HeadCell>
          <HeadCell>{t("columns.date")}</HeadCell>
          <HeadCell>{t("columns.bought")}</HeadCell>
          <HeadCell numeric>{t("columns.net")}</HeadCell>
          <HeadCell numeric>{t("columns.tax")}</HeadCell>
          <HeadCell numeric>{t("columns.total")}</HeadCell>
          <HeadCell>{t("columns.method")}</HeadCell>
          <HeadCell>{t("columns.status")}</HeadCell>
          <HeadCell>{t("columns.receipt")}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <PurchaseTableRow key={row.id} path={props.path} row={row} timeZone={props.timeZone} />
        ))}
      </tbody>
    </Table>
  );
}

const LINK = "rounded font-medium text-link hover:underline";

async function PurchaseTableRow(props: {
  readonly path: string;
  readonly row: PurchaseRow;
  readonly timeZone: string;
}) {
  const [t, locale] = await Promise.all([getTranslations("purchases"), getLocale()]);
  const { path, row } = props;
  const money = (amount: bigint) => formatAmount(amount, row.currency, locale);
  const method = await paymentMethodName(row.method, row.methodDetail);
  return (
    <Row>
      <RowHead className="figures whitespace-nowrap">
        <Link href={`${path}/${row.id}` as Route} className={LINK}>
          {row.number}
        </Link>
        {/* A phone shows the first columns alone: what matters stands in them. */}
        <span className="mt-1 grid justify-items-start gap-1 font-normal sm:hidden">
          {money(row.total)}
          <PurchaseStatusBadge status={row.status} isQuarantined={row.isQuarantined} />
        </span>
      </RowHead>
      <Cell className="figures whitespace-nowrap">
        {formatLocalTime(row.createdAt, props.timeZone, locale)}
      </Cell>
      <Cell>
        {row.balance > 0n && (
          <span className="block whitespace-nowrap">
            {t("bought.balance")} <span className="figures text-ink-faint">{money(row.balance)}</span>
          </span>
        )}
        {row.visitors > 0 && (
          <span className="block whitespace-nowrap">
            {t("bought.visitors", { count: formatUnits(row.visitors, locale) })}
          </span>
        )}
      </Cell>
      <Cell numeric>{money(row.net)}</Cell>
      <Cell numeric>{money(row.tax)}</Cell>
      <Cell numeric className="font-medium">
        {money(row.total)}
        {row.refunded > 0n && <span className="block text-xs text-ink-faint">−{money(row.refunded)}</span>}
      </Cell>
      <Cell className="whitespace-nowrap">
        {row.paymentUrl === null ? (
          method
        ) : (
          <a href={row.paymentUrl} className={LINK} target="_blank" rel="noreferrer">
            {method}
          </a>
        )}
      </Cell>
      <Cell>
        <PurchaseStatusBadge status={row.status} isQuarantined={row.isQuarantined} />
      </Cell>
      <Cell className="figures whitespace-nowrap">
        {row.receipt !== null ? (
          <Link href={`${path}/${row.id}/receipt` as Route} className={LINK}>
            {row.receipt}
          </Link>
        ) : row.checkoutUrl !== null ? (
          <a href={row.checkoutUrl} className={buttonClass({ size: "small" })}>
            {t("pay")}
          </a>
        ) : (
          "–"
        )}
        {row.paidAt !== null && (
          <Link
            href={`${path}/${row.id}#ledger` as Route}
            aria-label={t("ledgerOf", { number: row.number })}
            className="block rounded text-xs text-link hover:underline"
          >
            {t("ledger")}
          </Link>
        )}
      </Cell>
    </Row>
  );
}
