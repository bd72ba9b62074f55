"use server";

import type { Route } from "next";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { getLocale } from "next-intl/server";
import { wordsFor } from "@/app/refusal-words";
import { authorize } from "@/lib/auth/authorize";
import { Refusal } from "@/lib/errors";
import type { Locale } from "@/lib/i18n/locale";
import { logMutation } from "@/lib/log";
import { toDecimal } from "@/lib/money/money";
import { readAmount } from "@/lib/top-ups/amounts";
import { topUpForm } from "@/lib/top-ups/input";
import { quote, type WishProblem, wishProblem } from "@/lib/top-ups/pricing";
import { readOffer, startTopUp } from "@/lib/top-ups/top-ups";

/** Why the payment page was not opened. `confirm`: the total was not shown yet. */
export type TopUpProblem =
  | WishProblem
  | "confirm"
  | "unreadable"
  | "suspended"
  | "conflict"
  | "payment_failed"
  | "overloaded";

/** What the form starts with, and what it comes back with. */
export type TopUpFormState = {
  /** Names the form: sent twice, it is one purchase. */
  readonly request: string;
  readonly blocks: number;
  /** A decimal: the state of a form travels as JSON, which knows no bigint. */
  readonly balance: string;
  /** As it was typed, where it cannot be read. */
  readonly typed: string | null;
  readonly problem: TopUpProblem | null;
  /** The provider's own words. */
  readonly detail: string | null;
};

const CODES = ["suspended", "conflict", "payment_failed", "overloaded"] as const;

/**
 * Opens the payment page for what was chosen (T1, T2). Whoever sends a total that the form did not show, because
 * scripts are off or prices have changed, sees it first and sends again.
 */
export async function startTopUpAction(
  slug: string,
  previous: TopUpFormState,
  formData: FormData,
): Promise<TopUpFormState> {
  const scope = await authorize(slug, "top_up:create");
  const form = topUpForm.safeParse(Object.fromEntries(formData));
  if (!form.success) return { ...previous, problem: "unreadable" };
  const balance = readAmount(form.data.balance);
  const sent = { ...previous, request: form.data.request, blocks: form.data.blocks, detail: null };
  if (balance === null) return { ...sent, typed: form.data.balance, problem: "unreadable" };
  const { products } = await readOffer(scope);
  const state = { ...sent, balance: toDecimal(balance), typed: null };
  if (!products) return { ...state, problem: "conflict" };
  const wish = { visitorBlocks: sent.blocks, balance };
  const problem = wishProblem(wish, products);
  if (problem) return { ...state, problem };
  const isSeen = form.data.shown_total === String(quote(wish, products).total);
  if (form.data.only_total || !isSeen) {
    // The prices may have changed since the form was opened.
    revalidatePath(`/o/${slug}/package-usage/top-up`);
    return { ...state, problem: "confirm" };
  }
  let address: string;
  try {
    const locale: Locale = await getLocale();
    const started = await startTopUp(scope, { ...wish, request: sent.request, locale });
    logMutation("top_up.started", { organizationId: scope.organizationId, purchaseId: started.purchaseId });
    address = started.checkoutUrl ?? `/o/${slug}/package-usage/purchases/${started.purchaseId}`;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const code = CODES.find((known) => known === error.code);
    if (!code) throw error;
    return { ...state, problem: code, detail: await wordsFor(error) };
  }
  // The payment page is not one of ours.
  redirect(address as Route);
}
