import "server-only";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { AbstractIntlMessages } from "next-intl";
import type { Locale } from "./locale";

const FOLDER = join(process.cwd(), "lib", "i18n");

const loaded = new Map<Locale, Promise<AbstractIntlMessages>>();

/** Every message of a language: each file lib/i18n/{locale}/{area}.json is the namespace of its name. Read once. */
export function loadMessages(locale: Locale): Promise<AbstractIntlMessages> {
  const known = loaded.get(locale) ?? readMessages(locale);
  loaded.set(locale, known);
  return known;
}

/** As `loadMessages`, straight from the files: while they are being written. */
export async function readMessages(locale: Locale): Promise<AbstractIntlMessages> {
  const files = (await readdir(join(FOLDER, locale))).filter((file) => file.endsWith(".json"));
  const areas = await Promise.all(
    files.map(async (file): Promise<[string, AbstractIntlMessages]> => {
      const text = await readFile(join(FOLDER, locale, file), "utf8");
      return [basename(file, ".json"), JSON.parse(text) as AbstractIntlMessages];
    }),
  );
  return Object.fromEntries(areas);
}
