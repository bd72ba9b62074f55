/** The languages of everything a person reads. */
export const LOCALES = ["en", "id"] as const;
export type Locale = (typeof LOCALES)[number];

export const DEFAULT_LOCALE: Locale = "en";

/** Remembers the choice of somebody who is not logged in. */
export const LOCALE_COOKIE = "kuota_locale";

export function isLocale(text: unknown): text is Locale {
  return LOCALES.includes(text as Locale);
}

/** The first known language of an Accept-Language header, by its weights; null when it names none of ours. */
export function localeFromHeader(header: string | null): Locale | null {
  const wanted = (header ?? "").split(",").map((part) => {
    const [range = "", ...parameters] = part.trim().toLowerCase().split(";");
    const weight = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find(Boolean);
    // "in" is what old systems call Indonesian.
    return { language: range.split("-")[0]?.replace(/^in$/, "id"), weight: weight ? Number(weight) : 1 };
  });
  const known = wanted.filter(({ language, weight }) => isLocale(language) && weight > 0);
  const best = known.sort((a, b) => b.weight - a.weight)[0]?.language;
  return isLocale(best) ? best : null;
}

/** What next-intl says of a request's language. */
declare module "next-intl" {
  interface AppConfig {
    Locale: Locale;
  }
}
