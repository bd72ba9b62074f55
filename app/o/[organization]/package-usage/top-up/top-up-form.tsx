"use client";

import { type ReactNode, useActionState, useState } from "react";
import { Problem } from "@/components/access/problem";
import { onceAtATime } from "@/components/forms/once";
import { formatMoney } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import { fillPlaces } from "@/lib/i18n/places";
import { type Micros, micros } from "@/lib/money/money";
import { readAmount } from "@/lib/top-ups/amounts";
import { type Products, quote } from "@/lib/top-ups/pricing";
import type { TopUpFormState } from "./actions";
import { BalanceField } from "./balance-field";
import { Summary } from "./summary";
import { VisitorsField } from "./visitors-field";
import type { TopUpWords } from "./words";

type Props = {
  readonly action: (state: TopUpFormState, form: FormData) => Promise<TopUpFormState>;
  /** Where the page is: presets are links to it, which work before any script. */
  readonly path: string;
  readonly initial: TopUpFormState;
  readonly products: Products;
  /** What the additional balance lacks to 0. */
  readonly debt: Micros;
  readonly locale: Locale;
  readonly words: TopUpWords;
  readonly validity: ReactNode;
};

/**
 * Chooses what to buy and shows what it comes to while it is being filled in. Without scripts the browser posts it, and
 * the page comes back with the total to confirm.
 */
export function TopUpForm(props: Props) {
  const { products, locale, words } = props;
  const [state, act, isPending] = useActionState(props.action, props.initial);
  const [typed, setTyped] = useState(() => state.typed ?? amountText(micros(state.balance), props));
  const [blocks, setBlocks] = useState(state.blocks);
  const balance = readAmount(typed);
  const wish = { visitorBlocks: blocks, balance: balance ?? 0n };
  const quoted = quote(wish, products);
  const money = (amount: Micros) => formatMoney(amount, products.currency, locale, { round: true });
  return (
    <form
      action={act}
      onSubmit={onceAtATime(isPending)}
      noValidate
      className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]"
    >
      <input type="hidden" name="request" value={state.request} />
      <input type="hidden" name="shown_total" value={balance === null ? "" : String(quoted.total)} />
      <div className="grid gap-6">
        {state.problem && (
          <Problem id="top-up-problem">
            {fillPlaces(words.problems[state.problem], {
              total: money(
                quote({ visitorBlocks: state.blocks, balance: micros(state.balance) }, products).total,
              ),
              detail: state.detail ?? "",
            })}
          </Problem>
        )}
        <BalanceField
          path={props.path}
          products={products}
          locale={locale}
          debt={props.debt}
          typed={typed}
          blocks={blocks}
          quoted={quoted}
          isUnreadable={balance === null}
          onType={setTyped}
          words={words}
        />
        <VisitorsField
          path={props.path}
          products={products}
          locale={locale}
          balance={wish.balance}
          blocks={blocks}
          onChoose={setBlocks}
          words={words}
        >
          {props.validity}
        </VisitorsField>
      </div>
      <Summary quoted={quoted} products={products} locale={locale} isPending={isPending} words={words} />
    </form>
  );
}

/** An amount as it would be typed; nothing for none. */
function amountText(amount: Micros, { products, locale }: Props): string {
  if (amount === 0n) return "";
  return formatMoney(amount, products.currency, locale, { round: true }).replace(/^\S+ /, "");
}
