import "server-only";
import { invariant } from "@/lib/errors";
import type { Locale } from "./locale";
import { loadMessages } from "./messages";
import { fillPlaces } from "./places";

/** Fills in one message: its key within the area, and what stands in its places. */
export type Translator = (key: string, values?: Readonly<Record<string, string>>) => string;

/**
 * The words of one area in a language, outside of any request: for mails and payment pages. Knows places such as
 * `{amount}` and nothing else of the message format.
 */
export async function translatorFor(locale: Locale, area: string): Promise<Translator> {
  const messages = await loadMessages(locale);
  return (key, values = {}) => {
    let found: unknown = messages[area];
    for (const part of key.split(".")) found = isGroup(found) ? found[part] : undefined;
    invariant(typeof found === "string", `${locale} has the message ${area}.${key}`);
    return fillPlaces(found, values);
  };
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
