import { z } from "zod";
import { ACCOUNTS, TRANSFER_KINDS } from "@/db/schema/ledger";
import { categorySchemeInput } from "@/lib/rating/input";

/** What the doors answer. `openapi.json` is made from these, and the tests hold every answer against them. */
const amount = z
  .string()
  .regex(/^-?\d+\.\d{2,6}$/)
  .describe("Decimal in currency units, 2 to 6 decimals");
const instant = z.iso.datetime({ offset: true });
const day = z.iso.date();
const count = z.int().min(0);

const tiers = z.array(z.strictObject({ above: count, unit_price: amount }));

export const recorded = z.strictObject({
  accepted: count,
  duplicates: count,
  rejected: z.array(
    z.strictObject({ index: count, id: z.string().optional(), code: z.string(), detail: z.string() }),
  ),
});

export const balanceAnswer = z.strictObject({
  as_of: instant,
  time_zone: z.string(),
  currency: z.string(),
  period: z.strictObject({ month: z.string(), resets_at: instant }),
  users: z.strictObject({ seats: count, used: count, available: count }),
  unique_visitors: z.strictObject({
    package: count,
    top_up: count,
    used: count,
    remaining: count,
    over_quota: count,
  }),
  conversations: z
    .strictObject({ package: count, used: count, remaining: count })
    .nullable()
    .describe("Null where the package has no conversation quota"),
  whatsapp_balance: z.strictObject({
    initial: amount,
    additional: amount.describe("Below 0: a debt"),
    on_hold: amount,
    available: amount.describe("initial + additional − on_hold"),
  }),
});

export const usageAnswer = z.strictObject({
  time_zone: z.string(),
  days: z.array(
    z.strictObject({
      day,
      service: z.int(),
      marketing: z.int(),
      utility: z.int(),
      authentication: z.int(),
      authentication_international: z.int(),
      group: z.int(),
      other: z.int(),
      unique_visitors: z.int(),
      amount,
    }),
  ),
});

const twoBalances = z.strictObject({ initial: amount, additional: amount });

export const ledgerAnswer = z.strictObject({
  transfers: z.array(
    z.strictObject({
      id: z.int(),
      kind: z.enum(TRANSFER_KINDS),
      from: z.enum(ACCOUNTS),
      to: z.enum(ACCOUNTS),
      amount,
      occurred_at: instant,
      booked_at: instant,
      cause: z.string(),
      reason: z.string().nullable(),
      balances_after: twoBalances,
    }),
  ),
  next: z.string().nullable().describe("Give it as `after` for the next page; null on the last one"),
});

const line = z.strictObject({
  market: z.string(),
  category: z.string(),
  quantity: count,
  unit_price: amount,
  amount,
});

export const estimateAnswer = z.strictObject({ amount, lines: z.array(line), available_after: amount });

export const holdAnswer = z.strictObject({
  id: z.string(),
  state: z.enum(["open", "used", "released", "expired"]),
  amount,
  remaining: amount,
  lines: z.array(line),
  created_at: instant,
  expires_at: instant,
  available_after: amount,
});

export const packageAnswer = z.strictObject({
  slug: z.string(),
  name: z.string(),
  seats: count,
  unique_visitors: count,
  conversations: count.nullable(),
  initial_balance: amount,
  currency: z.string(),
  initial_carries_over: z.boolean(),
});

export const versionAnswer = z.strictObject({
  price_book: z.string(),
  from: day,
  currency: z.string(),
  scheme: z.record(z.string(), categorySchemeInput),
  prices: z.array(
    z.strictObject({
      market: z.string(),
      category: z.string(),
      unit_price: amount,
      tiers: tiers.optional(),
    }),
  ),
});

export const organizationAnswer = z.strictObject({
  slug: z.string(),
  name: z.string(),
  time_zone: z.string(),
  currency: z.string(),
  mode: z.enum(["live", "test"]),
  price_book: z.string().nullable(),
  package: z.string().nullable(),
  starts_on: day,
  clock: instant.nullable(),
  authentication_international: z.boolean(),
  suspended: z.boolean(),
});

export const numberAnswer = z.strictObject({
  phone_number_id: z.string(),
  display_phone_number: z.string(),
});

export const adjustmentAnswer = z.strictObject({
  id: z.int(),
  account: z.enum(["initial", "additional"]),
  amount,
  reason: z.string(),
  occurred_at: instant,
  balances_after: z.strictObject({ initial: amount, additional: amount, on_hold: amount, available: amount }),
});

export const clockAnswer = z.strictObject({ now: instant, month: z.string().nullable() });

export const suspensionAnswer = z.strictObject({ suspended: z.boolean() });

export const packageAssignmentAnswer = z.strictObject({ package: z.string(), from: z.string() });

export const bookAssignmentAnswer = z.strictObject({ price_book: z.string(), from: day });

export const inboxAnswer = z.strictObject({
  bodies: z.array(
    z.strictObject({
      id: z.int(),
      received_at: instant,
      attempts: count,
      next_attempt_at: instant.nullable(),
      reason: z.string().nullable(),
      waits_for: z.string().nullable(),
    }),
  ),
  next: z.int().nullable(),
});

export const unpricedAnswer = z.strictObject({
  unpriced: z.array(
    z.strictObject({
      organization: z.string(),
      category: z.string().nullable(),
      market: z.string().nullable(),
      why: z.string().nullable().describe("no_version, no_price or no_category"),
      messages: count,
      oldest: instant,
      newest: instant,
    }),
  ),
});

export const retryAnswer = z.strictObject({ id: z.int(), processed: z.boolean() });

export const problemAnswer = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string().describe("Stable; what programs decide by"),
  detail: z.string().describe("For people"),
  errors: z
    .array(z.strictObject({ pointer: z.string(), detail: z.string() }))
    .optional()
    .describe("Bad fields, each with an RFC 6901 JSON pointer"),
  request_id: z.string(),
});
