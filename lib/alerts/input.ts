import { z } from "zod";
import { amountNotNegativeInput } from "@/lib/money/input";
import { EVERY_ALERT_TYPE } from "./rules";

const types = z.array(z.enum(EVERY_ALERT_TYPE)).max(EVERY_ALERT_TYPE.length);

/** "owner@a.example, ops@b.example", or a line each. */
const addresses = z
  .string()
  .max(2_000)
  .default("")
  .transform((text) => [
    ...new Set(
      text
        .toLowerCase()
        .split(/[\s,;]+/)
        .filter(Boolean),
    ),
  ])
  .pipe(z.array(z.email().max(200)).max(20));

/** When something is low, and whom to tell by mail. */
export const alertSettingsInput = z.object({
  /** Per cent of what the month began with; 0 for none. */
  low_percent: z.coerce.number().int().min(0).max(100),
  low_amount: amountNotNegativeInput
    .refine((amount) => amount <= 1_000_000_000_000_000n)
    .nullable()
    .default(null),
  mail_types: types.default([]),
  members: z.array(z.coerce.number().int().min(1)).max(200).default([]),
  addresses,
});
export type AlertSettingsInput = z.output<typeof alertSettingsInput>;

/** Where webhooks go to. Whether the place may be reached is asked again at every delivery. */
export const endpointInput = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .refine((text) => {
      const { username, password, hash } = new URL(text);
      return username === "" && password === "" && hash === "";
    }),
  types: types.min(1),
});
export type EndpointInput = z.output<typeof endpointInput>;
