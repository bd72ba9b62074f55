import { z } from "zod";

const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((value) => !value.includes("\0") && value.isWellFormed(), "must be plain text");

const recipients = z.object({
  category: text(100),
  to: z.array(text(200)).min(1).max(100_000),
});

const quantity = z.object({
  category: text(100),
  market: text(100),
  quantity: z.number().int().min(1).max(10_000_000),
});

/** What the platform wants to send: see contracts.md, Holds. */
export const holdRequest = z
  .object({
    lines: z
      .array(z.union([recipients, quantity]))
      .max(1_000)
      .default([]),
    /** A group message: every member costs the utility price of the member's market. */
    group: z.object({ members: z.array(text(200)).min(1).max(1_000) }).optional(),
    reason: text(500).optional(),
    /** Seconds until the hold lapses; 30 days by default and at the most. */
    expires_in: z.number().int().min(1).max(2_592_000).default(2_592_000),
  })
  .refine((request) => request.lines.length > 0 || request.group, {
    message: "Give at least one line or a group.",
    path: ["lines"],
  });

export type HoldRequest = z.infer<typeof holdRequest>;
