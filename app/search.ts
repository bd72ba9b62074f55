import { z } from "zod";
import { firstOf, plainText } from "@/lib/text/input";
import { dayInput } from "@/lib/time/input";
import { purchaseFilter } from "@/lib/top-ups/input";

export type Search = Record<string, string | string[] | undefined>;

const text = z.preprocess(firstOf, plainText(200)).optional().catch(undefined);
const cursor = z.preprocess(firstOf, z.string().max(500).transform(decoded)).optional().catch(undefined);
/** Within what the database knows as a time. */
const instant = z.coerce.date().min(new Date(0)).max(new Date("9999-12-31T23:59:59Z"));

/** Undefined for what is no cursor of ours. */
function decoded(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    // Whatever a stranger wrote there, it names no place in a list.
    return undefined;
  }
}

const organizations = z.object({
  q: text,
  state: z
    .preprocess(firstOf, z.enum(["all", "debt", "suspended", "test"]))
    .optional()
    .catch(undefined),
  after: cursor
    .pipe(z.object({ name: plainText(200), id: z.int32() }).optional())
    .optional()
    .catch(undefined),
});

/** The address of the list of organizations. What is not known in it is left out. */
export function readOrganizationSearch(search: Search) {
  return organizations.parse(search);
}

const audit = z.object({
  organization: text,
  action: z
    .preprocess(firstOf, z.string().regex(/^[a-z_.]{1,60}$/))
    .optional()
    .catch(undefined),
  from: z.preprocess(firstOf, dayInput).optional().catch(undefined),
  to: z.preprocess(firstOf, dayInput).optional().catch(undefined),
  after: cursor
    .pipe(z.object({ at: instant, id: z.number().int() }).optional())
    .optional()
    .catch(undefined),
});

/** The address of an audit log. */
export function readAuditSearch(search: Search) {
  return audit.parse(search);
}

const numbered = z.object({
  after: z.preprocess(firstOf, z.coerce.number().int().min(1)).optional().catch(undefined),
});

/** The address of a list whose rows are numbered. */
export function readNumberedSearch(search: Search): number | null {
  return numbered.parse(search).after ?? null;
}

/** An address with some of its parameters; those without a value are left out. */
export function addressOf(path: string, parameters: Record<string, string | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value) query.set(name, value);
  return query.size === 0 ? path : `${path}?${query}`;
}

/** Where the next page starts, for an address. */
export function cursorText(cursor: unknown): string {
  return Buffer.from(JSON.stringify(cursor), "utf8").toString("base64url");
}

const place = z.object({ at: instant, number: z.number().int() });

const purchases = purchaseFilter.extend({
  organization: text,
  checking: z.preprocess(firstOf, z.literal("yes")).optional().catch(undefined),
  after: cursor.pipe(place.optional()).optional().catch(undefined),
});

/** The address of the purchases of all clients. */
export function readPurchaseSearch(search: Search) {
  return purchases.parse(search);
}
