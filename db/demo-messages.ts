import type { DemoClient } from "./demo-clients";
import type { Dice } from "./demo-random";

/** An event as a vendor's platform would post it (contracts.md), with its time in milliseconds for sorting. */
export type DemoEvent = {
  readonly at: number;
  readonly event: {
    readonly specversion: "1.0";
    readonly id: string;
    readonly source: string;
    readonly type: string;
    readonly subject: string;
    readonly time: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** The day that messages are made for. `detailed`: each status is told; otherwise only the last one. */
export type DemoDay = {
  readonly client: DemoClient;
  readonly day: string;
  readonly start: number;
  readonly end: number;
  readonly detailed: boolean;
};

type Sent = {
  readonly id: string;
  readonly at: number;
  readonly contact: string;
  readonly channel?: string;
  readonly businessNumber: string;
  readonly category: string;
  readonly template?: string;
  readonly broadcast?: { readonly id: string; readonly name: string };
  readonly group?: string;
  readonly hold?: string;
};

type Received = {
  readonly id: string;
  readonly at: number;
  readonly contact: string;
  readonly channel: string;
  readonly businessNumber: string;
  readonly fromAd?: boolean;
  readonly group?: string;
};

export function receivedEvent(today: DemoDay, message: Received): DemoEvent {
  const { id, at, contact, channel, businessNumber, fromAd, group } = message;
  return toEvent(today, "message.received", id, at, {
    channel,
    contact,
    message_id: `wamid.${id}`,
    business_number: businessNumber,
    ...(fromAd ? { referral: { source_type: "ad" } } : {}),
    ...(group ? { group: { id: group } } : {}),
  });
}

const OUTCOMES = [
  ["read", 61],
  ["delivered", 33],
  ["failed", 4],
  ["sent", 2],
] as const;

/** Why a message did not arrive: Meta's codes, with how often each is seen. */
const FAILURES: readonly (readonly [{ readonly code: number; readonly title: string }, number])[] = [
  [{ code: 131026, title: "Message undeliverable" }, 6],
  [{ code: 131049, title: "Not delivered to maintain healthy ecosystem engagement" }, 3],
  [{ code: 131047, title: "Re-engagement message" }, 1],
];

/** What becomes of a message: mostly read or delivered, now and then failed or never heard of again. */
export function statusEvents(today: DemoDay, message: Sent, dice: Dice): DemoEvent[] {
  const outcome = dice.pick(OUTCOMES);
  const deliveredAt = Math.min(message.at + dice.whole(1, 25) * SECOND, today.end);
  const readAt = Math.min(
    deliveredAt + dice.whole(1, today.detailed ? 180 : 20) * MINUTE,
    Math.max(today.end, deliveredAt),
  );
  const say = (status: string, at: number, more: Record<string, unknown> = {}) =>
    toEvent(today, `message.${status}`, `${message.id}.${status}`, at, { ...sentData(message), ...more });
  const billed = message.category === "service" ? {} : { pricing: priced(message) };
  const told = {
    sent: [say("sent", message.at)],
    failed: [say("failed", deliveredAt, { error: dice.pick(FAILURES) })],
    delivered: [say("delivered", deliveredAt, today.detailed ? billed : {})],
    read: [say("read", readAt)],
  };
  if (outcome === "sent" || !today.detailed) return told[outcome];
  if (outcome === "read") return [...told.sent, ...told.delivered, ...told.read];
  return [...told.sent, ...told[outcome]];
}

function priced({ category }: Sent) {
  return { type: "regular", category };
}

function sentData({ id, channel, contact, businessNumber, category, ...rest }: Sent) {
  return {
    channel: channel ?? "whatsapp",
    message_id: `wamid.${rest.group ? id.slice(0, id.lastIndexOf(".")) : id}`,
    contact,
    business_number: businessNumber,
    category,
    ...(rest.template ? { template: rest.template } : {}),
    ...(rest.broadcast ? { broadcast: rest.broadcast } : {}),
    ...(rest.group ? { group: { id: rest.group } } : {}),
    ...(rest.hold ? { hold: rest.hold } : {}),
  };
}

function toEvent(
  { client }: DemoDay,
  type: string,
  id: string,
  at: number,
  data: Readonly<Record<string, unknown>>,
): DemoEvent {
  const time = new Date(at).toISOString();
  return { at, event: { specversion: "1.0", id, source: "demo", type, subject: client.slug, time, data } };
}
