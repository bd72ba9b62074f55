import "server-only";
import { getTranslations } from "next-intl/server";
import type { z } from "zod";
import { type FormState, UNSENT } from "@/components/forms/form-state";
import { Refusal } from "@/lib/errors";
import { wordsFor } from "./refusal-words";

/** What a form's work ends with: the sentence that says so, and what is shown this once. */
export type Finished = { readonly done: string; readonly secret?: string };

/**
 * Reads a form, does its work and says what came of it. Called by server actions that have checked who is there.
 * Refusals become sentences under their fields; everything else is a fault and goes on.
 */
export async function answerForm<Schema extends z.ZodType>(
  form: FormData,
  schema: Schema,
  work: (input: z.output<Schema>) => Promise<Finished>,
): Promise<FormState> {
  const values = typedValues(form);
  const read = schema.safeParse(fieldsOf(form));
  if (!read.success) {
    const faults = await fieldFaults(read.error.issues.map(({ path }) => String(path[0] ?? "")));
    return { ...UNSENT, faults, values };
  }
  try {
    const { done, secret } = await work(read.data);
    return { ...UNSENT, done, secret: secret ?? null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...UNSENT, fault: await wordsFor(error), values };
  }
}

/** Fields of one name that come several times are lists. Empty fields are left out: nothing was typed. */
function fieldsOf(form: FormData): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    if (name.startsWith("$ACTION")) continue;
    const values = form.getAll(name).filter((value) => value !== "");
    if (values.length > 0) fields[name] = values.length > 1 ? values : values[0];
  }
  return fields;
}

function typedValues(form: FormData): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of new Set(form.keys())) {
    const typed = form.getAll(name).filter((value) => typeof value === "string");
    if (!name.startsWith("$ACTION") && typed.length > 0) values[name] = typed.join(",").slice(0, 5_000);
  }
  return values;
}

async function fieldFaults(names: readonly string[]): Promise<Record<string, string>> {
  const t = await getTranslations("forms");
  return Object.fromEntries(
    names.map((name) => {
      const key = `fields.${name}`;
      return [name, /^\w+$/.test(name) && t.has(key as never) ? t(key as never) : t("fields.other")];
    }),
  );
}
