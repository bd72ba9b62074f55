"use client";

import { ArrowRight, LoaderCircle, ShieldCheck } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { classNames } from "@/components/ui/class-names";
import { formatMoney, formatUnits } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import { fillPlaces } from "@/lib/i18n/places";
import type { Micros } from "@/lib/money/money";
import type { Products, Quote } from "@/lib/top-ups/pricing";
import type { TopUpWords } from "./words";

/** Net, tax and total before paying (T1), and the button that leads there. */
export function Summary(props: {
  readonly quoted: Quote;
  readonly products: Products;
  readonly locale: Locale;
  readonly isPending: boolean;
  readonly words: TopUpWords;
}) {
  const { quoted, products, locale, isPending } = props;
  const words = props.words.summary;
  const money = (amount: Micros) => formatMoney(amount, products.currency, locale, { round: true });
  const units = (count: number) => formatUnits(count, locale);
  return (
    <Card className="p-5 sm:p-6 lg:sticky lg:top-20">
      <h2 className="text-base font-semibold">{words.title}</h2>
      {quoted.total === 0n && <p className="mt-4 text-[0.8125rem] text-ink-faint">{words.empty}</p>}
      <dl className="mt-4 space-y-3 text-[0.8125rem]">
        {quoted.balance > 0n && <Line label={words.balance} value={money(quoted.balance)} />}
        {quoted.visitorBlocks > 0 && (
          <Line
            label={fillPlaces(words.visitors, { count: units(quoted.visitors) })}
            note={fillPlaces(words.blocks, {
              blocks: units(quoted.visitorBlocks),
              price: money(products.blockPrice),
            })}
            value={money(quoted.visitorsNet)}
          />
        )}
        <Line label={words.net} value={money(quoted.net)} isFirstSum />
        <Line label={words.tax} value={money(quoted.tax)} />
        <div className="flex items-baseline justify-between gap-4 border-t border-line pt-3">
          <dt className="text-sm font-semibold">{words.total}</dt>
          <dd aria-live="polite" className="figures text-xl font-semibold tracking-[-0.02em] break-all">
            {money(quoted.total)}
          </dd>
        </div>
      </dl>
      <Button
        type="submit"
        look="solid"
        className="mt-5 h-11 w-full"
        aria-disabled={isPending}
        icon={isPending ? <LoaderCircle aria-hidden className="animate-spin" /> : null}
      >
        {isPending ? words.paying : words.pay}
        {!isPending && <ArrowRight aria-hidden />}
      </Button>
      <noscript>
        <Button type="submit" name="only_total" value="yes" className="mt-2 h-11 w-full">
          {words.update}
        </Button>
      </noscript>
      <p className="mt-4 flex items-start gap-2 text-xs text-ink-faint">
        <ShieldCheck aria-hidden className="mt-0.5 size-4 shrink-0" />
        <span>
          {words.safe} {words.confirmed}
        </span>
      </p>
    </Card>
  );
}

function Line(props: {
  readonly label: string;
  readonly note?: string;
  readonly value: string;
  readonly isFirstSum?: boolean;
}) {
  return (
    <div
      className={classNames(
        "flex items-baseline justify-between gap-4",
        props.isFirstSum && "border-t border-line pt-3 first:border-0 first:pt-0",
      )}
    >
      <dt className="min-w-0 text-ink-soft">
        {props.label}
        {props.note && <span className="block text-xs text-ink-faint">{props.note}</span>}
      </dt>
      <dd className="figures font-medium whitespace-nowrap">{props.value}</dd>
    </div>
  );
}
