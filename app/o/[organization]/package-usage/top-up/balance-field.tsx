"use client";

import { ArrowUp, WalletCards } from "lucide-react";
import { Card } from "@/components/ui/card";
import { Input } from "@/components/ui/field";
import { formatMoney } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import { fillPlaces } from "@/lib/i18n/places";
import type { Micros } from "@/lib/money/money";
import type { Products, Quote } from "@/lib/top-ups/pricing";
import { topUpAddress } from "./address";
import { Preset } from "./preset";
import type { TopUpWords } from "./words";

type Props = {
  readonly path: string;
  readonly products: Products;
  readonly locale: Locale;
  readonly debt: Micros;
  readonly typed: string;
  readonly blocks: number;
  readonly quoted: Quote;
  readonly isUnreadable: boolean;
  readonly onType: (text: string) => void;
  readonly words: TopUpWords;
};

/** How much WhatsApp balance: common amounts and any other, raised to the minimum before everybody's eyes (T1). */
export function BalanceField(props: Props) {
  const { products, quoted, words, typed, isUnreadable } = props;
  const money = (amount: Micros) => formatMoney(amount, products.currency, props.locale, { round: true });
  const textOf = (amount: Micros) => (amount === 0n ? "" : money(amount).replace(/^\S+ /, ""));
  const symbol = money(0n).split(" ")[0];
  const preset = (amount: Micros, label: string) => (
    <Preset
      key={String(amount)}
      href={topUpAddress(props.path, { balance: amount, blocks: props.blocks })}
      isChosen={!isUnreadable && quoted.balance === amount}
      onChoose={() => props.onType(textOf(amount))}
    >
      {label}
    </Preset>
  );
  return (
    <Card className="p-5 sm:p-6">
      <fieldset>
        <legend className="flex items-center gap-2 text-base font-semibold">
          <WalletCards aria-hidden className="size-5 text-ink-faint" />
          {words.balance.title}
        </legend>
        <p className="mt-1 text-[0.8125rem] text-ink-faint">{words.balance.text}</p>
        <nav aria-label={words.balance.presets} className="mt-4 flex flex-wrap gap-2">
          {products.balancePresets.map((amount) => preset(amount, money(amount)))}
          {preset(0n, words.balance.none)}
        </nav>
        <label htmlFor="balance" className="mt-5 mb-1 block text-xs font-medium text-ink-soft">
          {words.balance.label}
        </label>
        <span className="relative block max-w-xs">
          <span
            aria-hidden
            className="pointer-events-none absolute inset-y-0 left-3 flex items-center text-sm text-ink-faint"
          >
            {symbol}
          </span>
          <Input
            id="balance"
            name="balance"
            inputMode="decimal"
            autoComplete="off"
            maxLength={40}
            value={typed}
            onChange={(event) => props.onType(event.target.value)}
            aria-invalid={isUnreadable}
            aria-describedby="balance-hint balance-told"
            className="figures h-11 pl-12 text-base font-medium"
          />
        </span>
        <p id="balance-hint" className="mt-1.5 text-xs text-ink-faint">
          {words.balance.hint}
        </p>
        <div id="balance-told" aria-live="polite" className="text-[0.8125rem]">
          <Told {...props} money={money} />
        </div>
      </fieldset>
    </Card>
  );
}

function Told(props: Props & { readonly money: (amount: Micros) => string }) {
  const { words, quoted, debt, money, products } = props;
  if (props.isUnreadable) return <p className="mt-3 text-bad">{words.problems.unreadable}</p>;
  const { balance, raisedFrom } = quoted;
  return (
    <>
      {raisedFrom !== null && (
        <p className="mt-3 flex items-start gap-2 rounded-lg border border-info-line bg-info-tint px-3 py-2 text-ink-soft">
          <ArrowUp aria-hidden className="mt-0.5 size-4 shrink-0 text-info" />
          {fillPlaces(words.balance.raised, {
            minimum: money(products.minimumBalance),
            amount: money(raisedFrom),
          })}
        </p>
      )}
      {debt > 0n && balance > 0n && (
        <p className="mt-3 text-ink-soft">{toldOfDebt(words.balance, balance, debt, money)}</p>
      )}
    </>
  );
}

/** What of a top-up goes towards a debt, and what is left of either (T3). */
function toldOfDebt(
  words: TopUpWords["balance"],
  balance: Micros,
  debt: Micros,
  money: (amount: Micros) => string,
): string {
  if (balance === debt) return words.debtExactly;
  return balance > debt
    ? fillPlaces(words.debt, { amount: money(debt), rest: money(balance - debt) })
    : fillPlaces(words.debtOnly, { debt: money(debt), rest: money(debt - balance) });
}
