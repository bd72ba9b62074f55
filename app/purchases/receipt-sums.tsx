import { getLocale, getTranslations } from "next-intl/server";
import { formatAmount, formatMonth, formatRate, formatUnits } from "@/lib/i18n/format";
import type { readReceipt } from "@/lib/top-ups/receipts/receipts";

type Printed = Awaited<ReturnType<typeof readReceipt>>["purchase"];
type Line = {
  readonly item: string;
  readonly note?: string;
  readonly quantity: string;
  readonly price: string;
  readonly amount: string;
};

/** What was bought and what it came to, as it was paid; what went back since stands below. */
export async function ReceiptSums({ purchase }: { readonly purchase: Printed }) {
  const [t, locale] = await Promise.all([getTranslations("receipt"), getLocale()]);
  const money = (amount: bigint) => formatAmount(amount, purchase.currency, locale);
  const rate = formatRate(purchase.taxBasisPoints, locale);
  const sums = [
    [t("net"), money(purchase.visitorsNetMicros + purchase.balanceMicros)],
    [t("tax", { name: purchase.taxName, rate }), money(purchase.taxMicros)],
  ] as const;
  const since = [
    purchase.refundedMicros > 0n && ([t("refunded"), money(-purchase.refundedMicros)] as const),
    purchase.disputedMicros > 0n && ([t("disputed"), money(-purchase.disputedMicros)] as const),
  ].filter((line) => line !== false);
  return (
    <div className="mt-8 overflow-x-auto">
      <table className="w-full border-collapse text-[0.8125rem]">
        <caption className="sr-only">{t("item")}</caption>
        <thead>
          <tr className="border-b border-line text-xs text-ink-faint">
            <th scope="col" className="py-2 text-left font-medium">
              {t("item")}
            </th>
            <th scope="col" className="py-2 text-right font-medium max-sm:hidden">
              {t("quantity")}
            </th>
            <th scope="col" className="py-2 text-right font-medium max-sm:hidden">
              {t("unitPrice")}
            </th>
            <th scope="col" className="py-2 text-right font-medium">
              {t("amount")}
            </th>
          </tr>
        </thead>
        <tbody>
          {(await linesOf(purchase)).map((line) => (
            <tr key={line.item} className="border-b border-line">
              <th scope="row" className="py-3 text-left font-medium">
                {line.item}
                {line.quantity !== "1" && (
                  <span className="figures block text-xs font-normal text-ink-faint sm:hidden">
                    {line.quantity} × {line.price}
                  </span>
                )}
                {line.note && <span className="block text-xs font-normal text-ink-faint">{line.note}</span>}
              </th>
              <td className="figures py-3 text-right max-sm:hidden">{line.quantity}</td>
              <td className="figures py-3 pl-4 text-right whitespace-nowrap max-sm:hidden">{line.price}</td>
              <td className="figures py-3 pl-4 text-right whitespace-nowrap">{line.amount}</td>
            </tr>
          ))}
          {sums.map(([label, value]) => (
            <Sum key={label} label={label} value={value} />
          ))}
          <Sum label={t("total")} value={money(purchase.totalMicros)} isTotal />
          {since.map(([label, value]) => (
            <Sum key={label} label={label} value={value} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

async function linesOf(purchase: Printed): Promise<Line[]> {
  const [t, locale] = await Promise.all([getTranslations("receipt"), getLocale()]);
  const money = (amount: bigint) => formatAmount(amount, purchase.currency, locale);
  const { balanceMicros, visitorBlocks, visitors, visitorsNetMicros, visitorsMonth } = purchase;
  const lines: Line[] = [];
  if (balanceMicros > 0n) {
    const amount = money(balanceMicros);
    lines.push({ item: t("balance"), quantity: "1", price: amount, amount });
  }
  if (visitorBlocks > 0) {
    lines.push({
      item: t("visitors", { visitors: formatUnits(visitors / visitorBlocks, locale) }),
      ...(visitorsMonth && { note: t("visitorsMonth", { month: formatMonth(visitorsMonth, locale) }) }),
      quantity: formatUnits(visitorBlocks, locale),
      price: money(visitorsNetMicros / BigInt(visitorBlocks)),
      amount: money(visitorsNetMicros),
    });
  }
  return lines;
}

function Sum(props: { readonly label: string; readonly value: string; readonly isTotal?: boolean }) {
  const look = props.isTotal ? "pt-3 text-base font-semibold" : "pt-2 text-ink-soft";
  return (
    <tr>
      <td colSpan={2} className="max-sm:hidden" />
      <th scope="row" className={`text-right font-normal max-sm:text-left sm:pl-4 ${look}`}>
        {props.label}
      </th>
      <td className={`figures pl-4 text-right whitespace-nowrap ${look}`}>{props.value}</td>
    </tr>
  );
}
