import "server-only";
import { cache } from "react";
import type { Scope } from "@/lib/auth/scope";
import { organizationOf } from "@/lib/organizations/organizations";
import { organizationNow } from "@/lib/time/clock";
import { type Day, dayOf } from "@/lib/time/period";

/** What every report is framed by: whose it is, in which zone its days are, in which currency its amounts. */
export type Frame = {
  readonly name: string;
  readonly slug: string;
  readonly timeZone: string;
  readonly currency: string;
  readonly now: Date;
  readonly today: Day;
};

/** The frame of an organization's reports. Asked once per request, however many sections ask. */
export const readFrame = cache(async (scope: Scope<"usage:read">): Promise<Frame> => {
  const { name, slug, timeZone, currency, clock } = await organizationOf(scope);
  const now = organizationNow(clock);
  return { name, slug, timeZone, currency, now, today: dayOf(now, timeZone) };
});
