import "server-only";
import { createTranslator } from "next-intl";
import type { Locale } from "./locale";
import { loadMessages } from "./messages";

/** Fills in one message: its key within the area, and what stands in its places. */
export type Translator = (key: string, values?: Record<string, string | number>) => string;

/** The words of one area in a language, outside of any request: for mails and payment pages. */
export async function translatorFor(locale: Locale, area: string): Promise<Translator> {
  const messages = await loadMessages(locale);
  return createTranslator({ locale, messages, namespace: area }) as Translator;
}
