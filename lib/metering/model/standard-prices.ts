import { micros } from "@/lib/metering/model/accounts";
import type { CategoryRule, MarketPrefix, Price, PriceVersion } from "@/lib/metering/model/prices";

const BY_CONVERSATION: CategoryRule = { unit: "conversation" };
const BY_MESSAGE: CategoryRule = { unit: "message" };

/** Meta's four ways of counting since 2023, by the day from which each holds (`whatsapp.md`). */
export function standardScheme(from: string, freeServiceUnits = 1_000): Record<string, CategoryRule> {
  const templates = from < "2025-07-01" ? BY_CONVERSATION : BY_MESSAGE;
  const freeUtility = from >= "2025-07-01" && from < "2026-10-01";
  const hasFreeNumber = from < "2024-11-01" || from >= "2026-10-01";
  return {
    marketing: templates,
    authentication: templates,
    "authentication-international": templates,
    utility: freeUtility ? { ...BY_MESSAGE, freeInWindow: true } : templates,
    service: {
      ...(from < "2026-10-01" ? BY_CONVERSATION : BY_MESSAGE),
      ...(hasFreeNumber ? { freePerNumberAndMonth: freeServiceUnits } : {}),
    },
  };
}

/** Meta's list for Indonesia: marketing, utility, authentication, authentication-international, service. */
const INDONESIA: [from: string, ...prices: string[]][] = [
  ["2023-06-01", "586.33", "285.30", "428.00", "1940.13", "271.10"],
  ["2024-11-01", "586.33", "285.30", "428.00", "1940.13", "0"],
  ["2025-07-01", "586.33", "356.65", "356.65", "1940.13", "0"],
  ["2026-10-01", "586.33", "356.65", "356.65", "1940.13", "356.65"],
];

export const CATEGORIES = [
  "marketing",
  "utility",
  "authentication",
  "authentication-international",
  "service",
];

/** The four dated versions that the standard price book carries, with the prices of Indonesia. */
export function standardPriceBook(freeServiceUnits?: number): PriceVersion[] {
  return INDONESIA.map(([from, ...prices]) => ({
    from,
    scheme: standardScheme(from, freeServiceUnits),
    prices: CATEGORIES.map((category, index) => indonesian(category, prices[index] ?? "0")),
  }));
}

/** A price for Indonesia, in currency units. */
export function indonesian(category: string, price: string): Price {
  return { market: "Indonesia", category, unitPriceMicros: micros(price) };
}

/** A few calling codes: nested prefixes, and one that changes its market. */
export const MARKETS: MarketPrefix[] = [
  { prefix: "62", country: "ID", market: "Indonesia", from: "2023-01-01" },
  { prefix: "1", country: "US", market: "North America", from: "2023-01-01" },
  { prefix: "1242", country: "BS", market: "Other", from: "2023-01-01" },
  { prefix: "1787", country: "PR", market: "Rest of Latin America", from: "2023-01-01" },
  { prefix: "977", country: "NP", market: "Rest of Asia Pacific", from: "2023-01-01" },
  { prefix: "977", country: "NP", market: "Nepal", from: "2026-10-01" },
];
