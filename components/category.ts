import type { createTranslator } from "next-intl";

type Translator = Pick<ReturnType<typeof createTranslator>, "has"> & ((key: string) => string);

/** A category as people of the language call it; one that we have no word for is shown as it came. */
export function categoryName(
  t: Translator,
  category: string,
  form: "names" | "inSentence" = "names",
): string {
  if (category === "") return t(`${form}.unknown`);
  const key = `${form}.${category}`;
  return /^[a-z-]+$/.test(category) && t.has(key) ? t(key) : category;
}
