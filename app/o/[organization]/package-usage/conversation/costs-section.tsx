import { useLocale, useTranslations } from "next-intl";
import { categoryName } from "@/components/category";
import { Card, Section } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { formatAmount, formatShare, formatUnits } from "@/lib/i18n/format";
import { sum, toNumber } from "@/lib/money/money";
import type { BreakdownRow } from "@/lib/reports/usage/usage";
import type { Place } from "./place";

const SHOWN = 5;

/** Which categories and markets cost most in the period: where to look first when the balance runs low. */
export function CostsSection({ frame, rows }: Place & { readonly rows: readonly BreakdownRow[] }) {
  const t = useTranslations("usage.costs");
  const names = useTranslations("categories");
  const locale = useLocale();
  const spending = rows.filter(({ amount }) => amount > 0n);
  const total = sum(spending.map(({ amount }) => amount));
  const most = spending[0]?.amount ?? 0n;
  const money = (amount: bigint) => formatAmount(amount, frame.currency, locale);
  return (
    <Section id="costs" title={t("heading")} description={t("description")}>
      <Card className="flex flex-1 flex-col">
        <p className="border-b border-line px-5 py-4">
          <span className="block text-[0.8125rem] text-ink-soft">{t("total")}</span>
          <span className="figures mt-1 block text-xl leading-7 font-semibold tracking-[-0.02em] break-all">
            {money(total)}
          </span>
        </p>
        {spending.length === 0 ? (
          <p className="grid flex-1 place-items-center px-6 py-12 text-center text-ink-faint">{t("empty")}</p>
        ) : (
          <ol className="flex-1 px-5 py-3">
            {spending.slice(0, SHOWN).map((row) => (
              <li key={`${row.category} ${row.market}`} className="py-2">
                <div className="flex items-baseline justify-between gap-3 text-[0.8125rem]">
                  <span className="min-w-0">
                    <span className="font-medium">{categoryName(names, row.category)}</span>{" "}
                    <span className="text-ink-faint">{row.market}</span>
                  </span>
                  <span className="figures shrink-0 font-medium">{money(row.amount)}</span>
                </div>
                <div aria-hidden className="mt-1.5 h-1 overflow-hidden rounded-full bg-line">
                  <div
                    className="h-full rounded-full bg-ink/75 forced:bg-[Highlight]"
                    style={{ width: `${Math.max(1, (toNumber(row.amount) / toNumber(most)) * 100)}%` }}
                  />
                </div>
                <p className="figures mt-1 flex justify-between text-xs text-ink-faint">
                  <span>
                    {formatUnits(row.units, locale)} {names("units.unit", { count: row.units })}
                  </span>
                  <span>{formatShare(row.amount, total, locale)}</span>
                </p>
              </li>
            ))}
          </ol>
        )}
        {spending.length > SHOWN && (
          <p className="figures border-t border-line px-5 py-3 text-xs text-ink-faint">
            {t("more", { count: spending.length - SHOWN })} ·{" "}
            {money(sum(spending.slice(SHOWN).map(({ amount }) => amount)))}
          </p>
        )}
      </Card>
    </Section>
  );
}

export function CostsSkeleton() {
  const t = useTranslations("usage.costs");
  return (
    <div role="status" aria-label={t("loading")}>
      <div className="mb-4">
        <p className="text-base font-semibold">{t("heading")}</p>
        <Skeleton className="mt-1 h-4 w-44" />
      </div>
      <Card className="h-[29.75rem] p-5 xl:h-[34rem]">
        <Skeleton className="h-4 w-24" />
        <Skeleton className="mt-2 h-7 w-40" />
        <div className="mt-9 space-y-8">
          {["w-full", "w-10/12", "w-8/12", "w-6/12"].map((width) => (
            <Skeleton key={width} className={`h-5 ${width}`} />
          ))}
        </div>
      </Card>
    </div>
  );
}
