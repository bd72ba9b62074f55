import { systemScope } from "@/lib/auth/scope";
import { invariant } from "@/lib/errors";
import { placeHold } from "@/lib/holds/holds";
import type { HoldRequest } from "@/lib/holds/input";
import { micros } from "@/lib/money/money";
import { addDays, dayOf, startOfDay } from "@/lib/time/period";
import { customerOn } from "./demo-customers";
import { balanceOf, type Loading, tell, topUp } from "./demo-load";
import { type DemoDay, type DemoEvent, statusEvents } from "./demo-messages";
import { Dice } from "./demo-random";
import { nameOf } from "./demo-traffic";

/** Parts of what the month began with: below the first a balance is low (U5), the second is comfortable. */
const LOW_PERCENT = 30n;
const VERY_LOW_PERCENT = 12n;
const COMFORTABLE_PERCENT = 85n;
const DEBT = micros("-380000");

const RECIPIENTS_AT_ONCE = 100;
const MOST_PARTS = 300;
const SENT_AT = 10 * 3_600_000;
const SENDING_LASTS = 45 * 60_000;

/**
 * Brings the client's balance to where the demo wants it, by what clients do: the healthy one tops up and reserves
 * money for what it is about to send; the others send one more broadcast, until little or less than nothing is left.
 */
export async function bringToEnd(loading: Loading): Promise<void> {
  if (loading.client.ending === "healthy") {
    await topUpUntilComfortable(loading);
    await reserve(loading);
    return;
  }
  const percentLeft = await percentOfMonth(loading);
  if (loading.client.ending === "low" && percentLeft < VERY_LOW_PERCENT) await topUpNow(loading, 1);
  for (let part = 0; await hasTooMuch(loading); part++) {
    invariant(part < MOST_PARTS, "the last broadcast comes to an end");
    await tell(lastBroadcast(loading, part * RECIPIENTS_AT_ONCE, RECIPIENTS_AT_ONCE));
  }
}

async function topUpUntilComfortable(loading: Loading): Promise<void> {
  for (let count = 1; (await percentOfMonth(loading)) < COMFORTABLE_PERCENT; count++) {
    await topUpNow(loading, count);
  }
}

/** The n-th transfer of the last minutes. */
async function topUpNow(loading: Loading, count: number): Promise<void> {
  const moment = new Date(loading.now.getTime() - count * 60_000);
  await topUp(loading, moment, { balance: loading.client.topUp, visitorBlocks: 0 });
}

async function hasTooMuch(loading: Loading): Promise<boolean> {
  if (loading.client.ending === "low") return (await percentOfMonth(loading)) > LOW_PERCENT;
  const { initial, additional } = (await balanceOf(loading)).whatsappBalance;
  return initial + additional > DEBT;
}

async function percentOfMonth(loading: Loading): Promise<bigint> {
  const { available, base } = (await balanceOf(loading)).whatsappBalance;
  return (available * 100n) / (base > 0n ? base : 1n);
}

/** Three open holds, one of them used in part. */
async function reserve(loading: Loading): Promise<void> {
  const { client, organizationId } = loading;
  const scope = systemScope("demo", organizationId, "holds:write");
  const lines = (category: string, quantity: number): Pick<HoldRequest, "lines"> => ({
    lines: [{ category, market: "Indonesia", quantity }],
  });
  const lasting = { expires_in: 30 * 86_400 };
  const reason = nameOf(client.lastCampaign, dayOf(loading.now, client.timeZone));
  const broadcast = await placeHold(scope, { ...lines("marketing", 500), ...lasting, reason }, "demo-hold-1");
  await placeHold(
    scope,
    { ...lines("utility", 120), ...lasting, reason: "Konfirmasi pesanan" },
    "demo-hold-2",
  );
  const members = Array.from({ length: 8 }, (_, member) => customerOn("whatsapp", client, 100_010 + member));
  await placeHold(
    scope,
    { lines: [], group: { members }, expires_in: 3 * 86_400, reason: "Grup mitra florist" },
    "demo-hold-3",
  );
  await tell(lastBroadcast(loading, 0, 180, broadcast.id));
}

/** So many recipients of the client's last broadcast, which was sent on the last morning. */
function lastBroadcast(
  { client, now }: Loading,
  first: number,
  recipients: number,
  hold?: string,
): DemoEvent[] {
  const today = lastMorning(now, client.timeZone);
  const { name, template } = client.lastCampaign;
  const id = `${client.slug}.last-broadcast`;
  const demoDay: DemoDay = { client, ...today, detailed: true };
  const dice = new Dice(`${id} ${first}`);
  return Array.from({ length: recipients }, (_, index) => {
    const n = first + index;
    const message = {
      id: `${id}.${n}`,
      at: today.start + SENT_AT + (n % 2_000) * 500,
      contact: customerOn("whatsapp", client, n % client.customers),
      businessNumber: client.numbers[0]?.phoneNumberId ?? "",
      category: "marketing",
      template,
      broadcast: { id, name: nameOf({ name }, today.day) },
      ...(hold ? { hold } : {}),
    };
    return statusEvents(demoDay, message, dice);
  }).flat();
}

/** The latest morning on which a broadcast has had time to arrive; nothing of it is told to happen after now. */
function lastMorning(now: Date, zone: string): Pick<DemoDay, "day" | "start" | "end"> {
  const today = dayOf(now, zone);
  const hasPassed = startOfDay(today, zone).getTime() + SENT_AT + SENDING_LASTS < now.getTime();
  const day = hasPassed ? today : addDays(today, -1);
  const end = Math.min(startOfDay(addDays(day, 1), zone).getTime() - 1, now.getTime());
  return { day, start: startOfDay(day, zone).getTime(), end };
}
