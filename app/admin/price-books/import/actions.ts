"use server";

import { createHash } from "node:crypto";
import type { Route } from "next";
import { redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { z } from "zod";
import { answerForm } from "@/app/form-answer";
import { categoryName } from "@/components/category";
import { type FormState, UNSENT } from "@/components/forms/form-state";
import { authorizeStaff } from "@/lib/auth/authorize";
import type { StaffScope } from "@/lib/auth/scope";
import { type ClientImpact, previewImpact } from "@/lib/back-office/price-books";
import { formatAmount, formatDay, formatMoney, formatShare, formatUnits } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import { amountInput, amountNotNegativeInput } from "@/lib/money/input";
import { putPriceVersion } from "@/lib/provisioning/provisioning";
import { type CardPreview, previewRateCard } from "@/lib/provisioning/rate-cards";
import { plainText, slugInput } from "@/lib/text/input";
import { dayInput } from "@/lib/time/input";
import type { ImportState, ShownImpact, ShownPreview } from "./import-state";

const LARGEST_CARD = 500_000;
const CATEGORIES = [
  "marketing",
  "utility",
  "authentication",
  "authentication_international",
  "service",
] as const;

const fixed = amountNotNegativeInput.optional();
const importForm = z.object({
  book: slugInput,
  name: plainText(200).optional(),
  from: dayInput.optional(),
  percent: amountInput.refine((percent) => percent > -100_000_000n).optional(),
  fixed_marketing: fixed,
  fixed_utility: fixed,
  fixed_authentication: fixed,
  fixed_authentication_international: fixed,
  fixed_service: fixed,
  card: z.string().max(LARGEST_CARD),
  intent: z.enum(["preview", "publish"]),
  previewed: z.string().max(64).optional(),
});

type ImportForm = z.output<typeof importForm>;

/**
 * Reads one of Meta's rate cards and shows what it would change; publishes it when exactly what was shown is sent again
 * with the button that says so (A3).
 */
export async function importAction(_state: ImportState, form: FormData): Promise<ImportState> {
  const staff = await authorizeStaff("back_office:read", "back_office:write");
  await takeFile(form);
  let preview: ShownPreview | null = null;
  const state: FormState = await answerForm(form, importForm, async (input) => {
    const found = await previewRateCard(staff, wantedOf(input));
    const publication = { ...found.publication, name: input.name };
    const fingerprint = fingerprintOf(input);
    if (input.intent === "publish" && input.previewed === fingerprint) {
      await putPriceVersion(staff, publication);
      redirect(`/admin/price-books/${publication.slug}?from=${publication.effectiveFrom}` as Route);
    }
    preview = await shown(staff, found, fingerprint);
    return { done: "" };
  });
  return { ...UNSENT, ...state, values: typed(form), preview };
}

/**
 * A chosen file counts before a card that was carried along. Browsers send other line ends than a file may have: both are
 * made the same, so that the card is the same one.
 */
async function takeFile(form: FormData): Promise<void> {
  const file = form.get("file");
  const isChosen = file instanceof File && file.size > 0 && file.size <= LARGEST_CARD;
  const card = isChosen ? await file.text() : String(form.get("card") ?? "");
  form.set("card", card.replace(/\r\n?/g, "\n"));
  form.delete("file");
}

function typed(form: FormData): Record<string, string> {
  return Object.fromEntries(
    [...form].flatMap(([name, value]) =>
      typeof value === "string" && !name.startsWith("$ACTION") ? [[name, value]] : [],
    ),
  );
}

function wantedOf(input: ImportForm) {
  const amounts = CATEGORIES.flatMap((category): [string, bigint][] => {
    const amount = input[`fixed_${category}`];
    return amount === undefined ? [] : [[category.replace("_", "-"), amount]];
  });
  return {
    card: input.card,
    book: input.book,
    from: input.from ?? null,
    fee: { percent: input.percent ?? 0n, fixed: new Map(amounts) },
  };
}

/** Names everything that decides what is published. */
function fingerprintOf({ intent: _intent, previewed: _previewed, ...input }: ImportForm): string {
  const text = JSON.stringify(input, (_name, value) => (typeof value === "bigint" ? String(value) : value));
  return createHash("sha256").update(text).digest("hex");
}

async function shown(
  staff: StaffScope<"back_office:read">,
  { publication, changes, unknownMarkets }: CardPreview,
  fingerprint: string,
): Promise<ShownPreview> {
  const [c, locale, impact] = await Promise.all([
    getTranslations("categories"),
    getLocale(),
    previewImpact(staff, publication),
  ]);
  const money = (amount: bigint | null) =>
    amount === null ? "–" : formatMoney(amount, publication.currency, locale);
  return {
    fingerprint,
    book: publication.slug,
    from: formatDay(publication.effectiveFrom, locale),
    currency: publication.currency,
    prices: formatUnits(publication.prices.length, locale),
    unknownMarkets,
    changes: changes.map(({ market, category, before, after }) => ({
      market,
      category: categoryName(c, category),
      before: money(before),
      after: money(after),
      change: percentOf(before, after, locale),
      direction: direction(before, after),
    })),
    clients: formatUnits(impact.clients, locale),
    leftOut:
      impact.rated.length < impact.clients ? formatUnits(impact.clients - impact.rated.length, locale) : null,
    impact: await shownImpact(impact.rated),
  };
}

/** Clients whose bill would be another or who used anything, the largest differences first. */
async function shownImpact(impact: readonly ClientImpact[]): Promise<ShownImpact[]> {
  const locale = await getLocale();
  const touched = impact.filter((one) => one.before !== 0n || one.after !== 0n || one.unpriced > 0);
  const size = ({ before, after }: ClientImpact) => (after > before ? after - before : before - after);
  const sorted = touched.sort((a, b) => (size(a) === size(b) ? 0 : size(a) > size(b) ? -1 : 1));
  return sorted.map(({ slug, name, currency, before, after, unpriced, approximate }) => ({
    slug,
    name,
    before: formatAmount(before, currency, locale),
    after: formatAmount(after, currency, locale),
    difference: `${after > before ? "+" : ""}${formatAmount(after - before, currency, locale)}`,
    change: percentOf(before, after, locale),
    direction: direction(before, after),
    unpriced: unpriced === 0 ? null : formatUnits(unpriced, locale),
    approximate,
  }));
}

function direction(before: bigint | null, after: bigint | null): "up" | "down" | "same" {
  if (before === null || after === null || before === after) return "same";
  return after > before ? "up" : "down";
}

/** The change of a price, "+4.5%"; empty where there is nothing to compare with. */
function percentOf(before: bigint | null, after: bigint | null, locale: Locale): string {
  if (before === null || after === null || before === 0n) return "";
  const difference = after > before ? after - before : before - after;
  const share = formatShare(Number((difference * 1_000n) / before), 1_000, locale);
  return after === before ? "" : `${after > before ? "+" : "-"}${share}`;
}
