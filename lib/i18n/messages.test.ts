import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createTranslator } from "use-intl/core";
import { describe, expect, test } from "vitest";
import { LOCALES, type Locale } from "./locale";
import { readMessages } from "./messages";

/** What is written the same in English and Indonesian: names, loan words, what is mostly placeholders. */
const SAME_IN_BOTH = new Set(
  [
    "Admin, Bahasa Indonesia, Broadcast, CSV, English, Facebook, Instagram, Kuota, LINE, Menu, Status, Stripe, Supervisor,",
    "Telegram, Total, Web chat, WhatsApp",
  ]
    .join(" ")
    .split(", "),
);

/** Every message of a language by its full key, "auth.signIn.title". */
async function messagesOf(locale: Locale): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const collect = (value: unknown, key: string) => {
    if (typeof value === "string") found.set(key, value);
    else
      for (const [name, inner] of Object.entries(value ?? {})) collect(inner, key ? `${key}.${name}` : name);
  };
  collect(await readMessages(locale), "");
  return found;
}

const [english, indonesian] = await Promise.all([messagesOf("en"), messagesOf("id")]);
const byLocale = { en: english, id: indonesian };

describe("the messages of both languages", () => {
  test("are the same ones: none is missing in either", () => {
    expect([...indonesian.keys()].sort()).toEqual([...english.keys()].sort());
  });

  test("are not empty", () => {
    for (const locale of LOCALES) {
      expect([...byLocale[locale]].filter(([, text]) => text.trim() === "").map(([key]) => key)).toEqual([]);
    }
  });

  test("are translated, but for what is the same in both", () => {
    const same = [...english].filter(
      ([key, text]) =>
        indonesian.get(key) === text && /\p{L}{2,}/u.test(bare(text)) && !SAME_IN_BOTH.has(text),
    );
    expect(same).toEqual([]);
  });

  test("say the same things: each fills in the same values and marks the same parts", () => {
    // What words are chosen by may differ: Indonesian nouns have no plural.
    const filledIn = (text: string) => JSON.stringify([slots(text).values, slots(text).tags]);
    const different = [...english].filter(
      ([key, text]) => filledIn(text) !== filledIn(indonesian.get(key) ?? ""),
    );
    expect(different).toEqual([]);
  });

  test.each(LOCALES)("can all be written out (%s)", async (locale) => {
    const faults: string[] = [];
    const translate = createTranslator({
      locale,
      messages: await readMessages(locale),
      onError: (error) => faults.push(error.message),
    });
    for (const [key, text] of byLocale[locale]) {
      const { values, choices, tags } = slots(text);
      translate.markup(
        key as never,
        {
          ...Object.fromEntries([...values, ...choices].map((name) => [name, 2])),
          ...Object.fromEntries(tags.map((name) => [name, (chunks: string) => chunks])),
        } as never,
      );
    }
    expect(faults).toEqual([]);
  });
});

describe("the code", () => {
  test("asks only for messages that exist", () => {
    const missing = ["app", "components"].flatMap(sourceFiles).flatMap((file) => {
      const asked = keysAskedFor(readFileSync(file, "utf8"));
      return asked.filter((key) => !isThere(key)).map((key) => `${file}: ${key}`);
    });
    expect(missing).toEqual([]);
  });
});

/** A key with a part that is only known when it runs (`faults.${fault}.title`) has to match some message. */
function isThere(key: string): boolean {
  if (!key.includes("${"))
    return english.has(key) || [...english.keys()].some((known) => known.startsWith(`${key}.`));
  const pattern = key
    .split(/\$\{[^}]*\}/)
    .map((part) => part.replace(/[.*+?^()|[\]\\]/g, "\\$&"))
    .join("[^.]+");
  return [...english.keys()].some((known) => new RegExp(`^${pattern}$`).test(known));
}

/** Finds `const t = await getTranslations("area")` and `useTranslations`, then every literal `t("key")` after it. */
function keysAskedFor(source: string): string[] {
  const keys: string[] = [];
  const namespaces = new Map<string, string>();
  const tokens =
    /(?:\[\s*)?\b(\w+)\b[^=;()]*=\s*(?:await\s+)?(?:Promise\.all\(\[[^;]*?)?(?:getTranslations|useTranslations)\("([\w.]+)"\)|\b(\w+)(?:\.(?:rich|markup|has))?\(\s*(?:"([\w.-]+)"|`([^`]+)`)/g;
  for (const [, name, namespace, used, literal, template] of source.matchAll(tokens)) {
    if (name && namespace) namespaces.set(name, namespace);
    const area = used ? namespaces.get(used) : undefined;
    if (area) keys.push(`${area}.${literal ?? template}`);
  }
  return keys;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What a message is filled with, {name}, what it chooses words by, {count, plural, …}, and its <tag>…</tag>. */
function slots(text: string): { values: string[]; choices: string[]; tags: string[] } {
  const unique = (pattern: RegExp) =>
    [...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name))].sort();
  return {
    // A word of its own in braces is a value, unless it is one of the words to choose from: "one {message}".
    values: unique(/(?<!(?:zero|one|two|few|many|other|=\d+)\s*)\{(\w+)\}/g),
    choices: unique(/\{(\w+)\s*,/g),
    tags: unique(/<(\w+)>/g),
  };
}

/** A message without what it is filled with. */
function bare(text: string): string {
  return text.replace(/\{[^{}]*\}|<[^>]*>/g, "");
}
