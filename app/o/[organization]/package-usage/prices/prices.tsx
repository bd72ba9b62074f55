import { getLocale, getTranslations } from "next-intl/server";
import { categoryName } from "@/components/category";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { formatMoney, formatUnits } from "@/lib/i18n/format";
import type { CategoryRule, PriceCell, PriceTable } from "@/lib/reports/price-table";

/** The prices of one list, market by market. */
export async function Prices({
  table,
  query,
}: {
  readonly table: PriceTable;
  readonly query: string | undefined;
}) {
  const t = await getTranslations("prices");
  const wanted = query?.toLowerCase() ?? "";
  const rows = table.rows.filter(({ market }) => market.toLowerCase().includes(wanted));
  return (
    <div className="border-t border-line">
      <Table caption={t("caption")} minWidth={`${12 + table.categories.length * 9}rem`}>
        <thead>
          <tr>
            <HeadCell>{t("market")}</HeadCell>
            {table.categories.map((rule) => (
              <CategoryHead key={rule.category} rule={rule} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.market}>
              <RowHead className="font-medium whitespace-nowrap">{row.market}</RowHead>
              {row.prices.map((price, index) => (
                <Cell key={table.categories[index]?.category} numeric>
                  <Price price={price} currency={table.currency} />
                </Cell>
              ))}
            </Row>
          ))}
        </tbody>
      </Table>
      {rows.length === 0 && (
        <p className="px-4 py-10 text-center text-ink-faint">{t("noMarket", { query: query ?? "" })}</p>
      )}
    </div>
  );
}

async function CategoryHead({ rule }: { readonly rule: CategoryRule }) {
  const [t, c, locale] = await Promise.all([
    getTranslations("prices"),
    getTranslations("categories"),
    getLocale(),
  ]);
  return (
    <HeadCell numeric className="py-2 align-bottom">
      <span className="block text-[0.8125rem] text-ink">{categoryName(c, rule.category)}</span>
      <span className="block font-normal">
        {t(rule.unit === "message" ? "perMessage" : "perConversation")}
      </span>
      {rule.freeInWindow && <span className="block font-normal whitespace-normal">{t("freeInWindow")}</span>}
      {rule.freePerNumberAndMonth > 0 && (
        <span className="block font-normal whitespace-normal">
          {t("freeNumber", { count: formatUnits(rule.freePerNumberAndMonth, locale) })}
        </span>
      )}
    </HeadCell>
  );
}

async function Price({ price, currency }: { readonly price: PriceCell | null; readonly currency: string }) {
  const [t, locale] = await Promise.all([getTranslations("prices"), getLocale()]);
  if (!price) return <span className="text-ink-faint">–</span>;
  return (
    <>
      {formatMoney(price.unitPrice, currency, locale)}
      {price.tiers.map((tier) => (
        <span key={tier.above} className="block text-xs text-ink-faint">
          {t("tier", {
            price: formatMoney(tier.unitPrice, currency, locale),
            count: formatUnits(tier.above, locale),
          })}
        </span>
      ))}
    </>
  );
}
