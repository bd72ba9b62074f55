const PHONE_LIKE = /^\+?[\d\s().\-/]+$/;
const NOT_DIGITS = /\D/g;

/**
 * The one form of a customer's identity on a channel, so that the same customer told of by two systems is one.
 *
 * On WhatsApp a text that looks like a phone number becomes its digits: "+62 812-3456" and "628123456" are the same,
 * and a leading 00 is dropped. Everything else (user ids, group ids, accounts elsewhere) is kept, without white space
 * around it.
 */
export function normalizeContact(channel: string, contact: string): string {
  const text = contact.trim();
  if (channel !== "whatsapp" || !PHONE_LIKE.test(text)) return text;
  const digits = text.replace(NOT_DIGITS, "");
  if (digits === "") return text;
  return digits.startsWith("00") ? digits.slice(2) || digits : digits;
}
