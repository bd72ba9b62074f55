import { z } from "zod";
import { amountNotNegativeInput } from "@/lib/money/input";
import { EVERY_ALERT_TYPE } from "./rules";

/** A form sends one choice as a text and several as a list. */
const several = <Item extends z.ZodType>(item: Item, most: number) =>
  z.preprocess((value) => (typeof value === "string" ? [value] : value), z.array(item).max(most));

const types = several(z.enum(EVERY_ALERT_TYPE), EVERY_ALERT_TYPE.length);

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
  low_amount: amountNotNegativeInput.nullable().default(null),
  mail_types: types.default([]),
  members: several(z.coerce.number().int().min(1).max(2_147_483_647), 500).default([]),
  addresses,
});
export type AlertSettingsInput = z.output<typeof alertSettingsInput>;

/** An address without a password and without a part that no server ever sees. */
function isEndpointAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "" && hash === "";
}

/** Where webhooks go to. Whether the place may be reached is asked again at every delivery. */
export const endpointInput = z.object({
  url: z.string().trim().max(500).refine(isEndpointAddress),
  types: types.refine((chosen) => chosen.length > 0),
});
export type EndpointInput = z.output<typeof endpointInput>;
