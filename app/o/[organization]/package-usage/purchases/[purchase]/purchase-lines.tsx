import { getLocale, getTranslations } from "next-intl/server";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { formatAmount, formatMonth, formatRate, formatUnits } from "@/lib/i18n/format";
import type { PurchaseDetail } from "@/lib/top-ups/history/history";

/** On a phone quantity and price stand below the item, so that the amounts are in sight. */
const WIDE = "max-sm:hidden";

/** What was bought, line by line, with the tax as one of its own. */
export async function PurchaseLines({ purchase }: { readonly purchase: PurchaseDetail }) {
  const [t, b, locale] = await Promise.all([
    getTranslations("purchases.detail"),
    getTranslations("purchases.bought"),
    getLocale(),
  ]);
  const money = (amount: bigint) => formatAmount(amount, purchase.currency, locale);
  const { blocks, visitors, visitorsNet, balance, visitorsMonth } = purchase;
  return (
    <Table caption={t("lines")}>
      <thead>
        <tr>
          <HeadCell>{t("item")}</HeadCell>
          <HeadCell numeric className={WIDE}>
            {t("quantity")}
          </HeadCell>
          <HeadCell numeric className={WIDE}>
            {t("price")}
          </HeadCell>
          <HeadCell numeric>{t("amount")}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {balance > 0n && (
          <Row>
            <RowHead>{b("balance")}</RowHead>
            <Cell numeric className={WIDE}>
              1
            </Cell>
            <Cell numeric className={WIDE}>
              {money(balance)}
            </Cell>
            <Cell numeric>{money(balance)}</Cell>
          </Row>
        )}
        {blocks > 0 && (
          <Row>
            <RowHead>
              {b("visitors", { count: formatUnits(visitors / blocks, locale) })}
              <span className="figures block text-xs font-normal text-ink-faint sm:hidden">
                {formatUnits(blocks, locale)} × {money(visitorsNet / BigInt(blocks))}
              </span>
              {visitorsMonth && (
                <span className="block text-xs text-ink-faint">
                  {t("visitorsMonth", { month: formatMonth(visitorsMonth, locale) })}
                </span>
              )}
            </RowHead>
            <Cell numeric className={WIDE}>
              {formatUnits(blocks, locale)}
            </Cell>
            <Cell numeric className={WIDE}>
              {money(visitorsNet / BigInt(blocks))}
            </Cell>
            <Cell numeric>{money(visitorsNet)}</Cell>
          </Row>
        )}
        <Sum label={t("net")} value={money(purchase.net)} />
        <Sum
          label={t("tax", {
            name: purchase.taxName,
            rate: formatRate(purchase.taxBasisPoints, locale),
          })}
          value={money(purchase.tax)}
        />
        <Sum label={t("total")} value={money(purchase.total)} isTotal />
      </tbody>
    </Table>
  );
}

function Sum(props: { readonly label: string; readonly value: string; readonly isTotal?: boolean }) {
  const weight = props.isTotal ? "font-semibold" : "text-ink-soft";
  return (
    <tr className={props.isTotal ? "border-t border-line" : ""}>
      <td colSpan={2} className={WIDE} />
      <th scope="row" className={`px-3 py-1.5 text-right font-normal max-sm:pl-4 max-sm:text-left ${weight}`}>
        {props.label}
      </th>
      <td className={`figures px-3 py-1.5 pr-4 text-right whitespace-nowrap ${weight}`}>{props.value}</td>
    </tr>
  );
}
