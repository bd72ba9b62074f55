import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readMessages } from "./messages";
import { findSentence } from "./sentences";

/** Where refusals are thrown that only machines are told: their API speaks English. */
const FOR_MACHINES =
  /^(app\/api|app\/o\/.*\/reports|lib\/(metering|holds|payments\/stripe\.ts|auth\/(api-keys|log-in)\.ts))/;
const SAID_TO_KEYS = /platform's key/;

const { refusals: english } = (await readMessages("en")) as { refusals: Record<string, string> };
const { refusals: indonesian } = (await readMessages("id")) as { refusals: Record<string, string> };

test("every refusal that a person can meet is a message in both languages", () => {
  const sentences = ["app", "lib"].flatMap(sourceFiles).flatMap(sentencesOf);
  expect(sentences.length).toBeGreaterThan(60);
  const missing = sentences.filter((sentence) => findSentence(sentence, english) === null);
  expect(missing).toEqual([]);
  expect(Object.keys(indonesian)).toEqual(Object.keys(english));
});

test("a refusal is found by what it says, with what stands in its places", () => {
  expect(findSentence("The price book retail is in USD, the organization in IDR.", english)).toEqual({
    key: "bookCurrency",
    values: { book: "retail", currency: "USD", other: "IDR" },
  });
  expect(findSentence('"1.2.3" is not a price (Chile, marketing).', english)).toEqual({
    key: "cardPrice",
    values: { cell: "1.2.3", place: "Chile, marketing" },
  });
  expect(findSentence("Your card was declined.", english)?.key).toBe("cardDeclined");
  expect(findSentence("Your bank asks you to call it.", english)).toBeNull();
});

/** What a file refuses with, "something" in the places that are filled as it runs. */
function sentencesOf(file: string): string[] {
  if (FOR_MACHINES.test(file)) return [];
  const thrown =
    /(?:new Refusal\(\s*"\w+",|\b(?:unreadable|invalid|fixed)\((?:\s*"\/\w+",)?)\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g;
  return [...readFileSync(file, "utf8").matchAll(thrown)]
    .map(([, literal, template]) => literal ?? template?.replace(/\$\{[^}]*\}/g, "something") ?? "")
    .filter((sentence) => !SAID_TO_KEYS.test(sentence));
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.test)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
