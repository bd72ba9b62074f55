import { type Micros, parseDecimal } from "@/lib/money/money";

const GROUPED = /^\d{1,3}(?:([.,\u00a0 '])\d{3})(?:\1\d{3})*$/;
const WITH_DECIMALS = /^(\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+|\d+)([.,])(\d{1,2})$/;

/**
 * Reads an amount as people of either language type it: "1500000", "1.500.000", "1,500,000", "Rp 1.500.000,50".
 * A mark before exactly three digits separates thousands, before one or two it begins the decimals.
 *
 * @returns null for what cannot be read; an empty field is 0
 */
export function readAmount(text: string): Micros | null {
  const bare = text.trim().replace(/^[A-Za-z]{1,3}\.?\$?\s*(?=\d)/, "");
  if (bare === "") return 0n;
  if (/^\d+$/.test(bare)) return parseDecimal(bare);
  if (GROUPED.test(bare)) return parseDecimal(bare.replace(/\D/g, ""));
  const parts = WITH_DECIMALS.exec(bare);
  if (!parts) return null;
  const [, whole = "", mark = "", decimals = ""] = parts;
  // The same mark cannot separate thousands and begin the decimals.
  return whole.includes(mark) ? null : parseDecimal(`${whole.replace(/\D/g, "")}.${decimals}`);
}
