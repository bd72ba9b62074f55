import "server-only";
import { getLocale, getTranslations } from "next-intl/server";
import type { Refusal } from "@/lib/errors";
import { formatDay, formatMonth } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import { loadMessages } from "@/lib/i18n/messages";
import { findSentence } from "@/lib/i18n/sentences";
import { isDay, isMonth } from "@/lib/time/period";

/**
 * A refusal in the reader's language. Refusals are thrown in English, as machines are told them; the English messages of
 * the area `refusals` are those sentences, so that each is found again by what it says. What is not there says at least
 * what kind of refusal it is.
 */
export async function wordsFor(refusal: Refusal): Promise<string> {
  const words = await inReadersWords(refusal.message);
  if (words !== null) return words;
  const t = await getTranslations("forms");
  const key = `refusals.${refusal.code}`;
  return t.has(key as never) ? t(key as never) : t("refusals.other");
}

/** What a refusal or the payment provider says in English, in the reader's language; null when it is not known in it. */
export async function inReadersWords(text: string): Promise<string | null> {
  const locale = await getLocale();
  if (locale === "en") return text;
  const { refusals } = await loadMessages("en");
  const sentence = findSentence(text, refusals as Readonly<Record<string, string>>);
  if (sentence === null) return null;
  const t = await getTranslations("refusals");
  const values = Object.entries(sentence.values).map(([name, value]) => [name, localized(value, locale)]);
  return t(sentence.key as never, Object.fromEntries(values) as never);
}

/** Amounts, days and months as people of the language write them; whatever else as it is. */
function localized(value: string, locale: Locale): string {
  if (/^-?\d+\.\d+$/.test(value)) {
    return Number(value).toLocaleString(locale, { minimumFractionDigits: 2, maximumFractionDigits: 6 });
  }
  if (isDay(value)) return formatDay(value, locale);
  return isMonth(value) ? formatMonth(value, locale) : value;
}
