import type { Campaign, DemoClient } from "./demo-clients";
import { customerAbroad, customerAtHome, customerOn } from "./demo-customers";
import { type DemoDay, type DemoEvent, receivedEvent, statusEvents } from "./demo-messages";
import { Dice } from "./demo-random";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** When customers write: hour of the day and how often. */
const HOURS = [
  [7, 2],
  [8, 4],
  [9, 7],
  [10, 9],
  [11, 9],
  [12, 7],
  [13, 7],
  [14, 7],
  [15, 7],
  [16, 8],
  [17, 7],
  [18, 8],
  [19, 10],
  [20, 8],
  [21, 4],
] as const;
/** Broadcasts leave at this hour. */
const BROADCAST_HOUR = 10;
const MONTHS = [
  "Januari",
  "Februari",
  "Maret",
  "April",
  "Mei",
  "Juni",
  "Juli",
  "Agustus",
  "September",
  "Oktober",
  "November",
  "Desember",
];
/** Traffic grows by this share over the months. */
const GROWTH = 0.3;

/**
 * Everything that happened to a client on one day, in order of time: the same at every call.
 *
 * @param age how many days ago, of how many in all
 */
export function trafficOf(today: DemoDay, age: { readonly days: number; readonly of: number }): DemoEvent[] {
  const dice = new Dice(`${today.client.slug} ${today.day}`);
  const { weekdays } = today.client.habits;
  const pace = (weekdays[weekdayOf(today.day)] ?? 1) * (1 + GROWTH / 3 - GROWTH * (age.days / age.of));
  return [
    ...threads(today, dice, pace),
    ...notices(today, dice, pace),
    ...codes(today, dice, pace),
    ...groups(today, dice, pace),
    ...campaignsOn(today.client, today.day).flatMap((campaign) => broadcast(today, dice, campaign)),
    ...(age.days < UNPRICED_DAYS ? newKind(today, dice) : []),
  ].sort((a, b) => a.at - b.at);
}

/** Customers write, and are answered or not; some order something, which is then confirmed. */
function threads(today: DemoDay, dice: Dice, pace: number): DemoEvent[] {
  const { client } = today;
  const count = dice.about(client.habits.threads * pace, 0.15);
  return Array.from({ length: count }, (_, number) => {
    const channel = dice.pick(client.habits.channels);
    const peer = {
      channel,
      contact: customerOn(channel, client, customerOf(client, dice)),
      businessNumber: numberOf(client, dice),
    };
    const id = `${client.slug}.${today.day}.t${number}`;
    const { events, end } = talk(today, dice, id, peer);
    if (channel !== "whatsapp" || !dice.happens(ORDERS)) return events;
    const [template] = client.habits.utility[0] ?? ["update"];
    const order = { ...peer, id: `${id}.order`, at: end, category: "utility", template };
    return [...events, ...statusEvents(today, order, dice)];
  }).flat();
}

type Peer = { readonly channel: string; readonly contact: string; readonly businessNumber: string };

function talk(
  today: DemoDay,
  dice: Dice,
  id: string,
  peer: Peer,
): { readonly events: DemoEvent[]; readonly end: number } {
  const isWhatsapp = peer.channel === "whatsapp";
  const fromAd = isWhatsapp && dice.happens(today.client.habits.ads);
  const events: DemoEvent[] = [];
  let at = momentOf(today, dice);
  const turns = dice.whole(1, 3);
  for (let turn = 0; turn < turns; turn++) {
    const came = { ...peer, id: `${id}.${turn}.in`, at, fromAd: fromAd && turn === 0 };
    events.push(receivedEvent(today, came));
    at += dice.whole(20, 900) * 1_000;
    const isTold = isWhatsapp || dice.happens(REPLIES_TOLD_ELSEWHERE);
    if (isTold && dice.happens(ANSWERED)) {
      const reply = { ...peer, id: `${id}.${turn}.out`, at, category: "service" };
      events.push(...statusEvents(today, reply, dice));
    }
    at += dice.whole(30, 600) * 1_000;
  }
  return { events, end: at };
}

const ANSWERED = 0.88;
const REPLIES_TOLD_ELSEWHERE = 0.3;
/** So many of the customers who write on WhatsApp order something. */
const ORDERS = 0.2;

/** Orders, deliveries, appointments. */
function notices(today: DemoDay, dice: Dice, pace: number): DemoEvent[] {
  const { client } = today;
  return client.habits.utility.flatMap(([template, perDay]) =>
    Array.from({ length: dice.about(perDay * pace, 0.2) }, (_, n) => {
      const contact = customerOn("whatsapp", client, customerOf(client, dice));
      const id = `${client.slug}.${today.day}.${template}.${n}`;
      const businessNumber = numberOf(client, dice);
      const at = momentOf(today, dice);
      return statusEvents(today, { id, at, contact, businessNumber, category: "utility", template }, dice);
    }).flat(),
  );
}

/** Log-in codes, a few of them to customers abroad. */
function codes(today: DemoDay, dice: Dice, pace: number): DemoEvent[] {
  const { client } = today;
  return Array.from({ length: dice.about(client.habits.codes * pace, 0.3) }, (_, n) => {
    const abroad = dice.happens(0.05);
    const index = customerOf(client, dice);
    const message = {
      id: `${client.slug}.${today.day}.code.${n}`,
      at: momentOf(today, dice),
      contact: abroad ? customerAbroad(client, index) : customerAtHome(client, index),
      businessNumber: numberOf(client, dice),
      category: abroad ? "authentication-international" : "authentication",
      template: "login_code",
    };
    return statusEvents(today, message, dice);
  }).flat();
}

/** A message to a group is one for each member; members answer now and then. */
function groups(today: DemoDay, dice: Dice, pace: number): DemoEvent[] {
  const { client } = today;
  return client.habits.groups.flatMap(([name, members], number) => {
    if (!dice.happens(0.5 * pace)) return [];
    const group = `${client.slug}-${name}`;
    const at = momentOf(today, dice);
    const businessNumber = client.numbers[0]?.phoneNumberId ?? "";
    const memberOf = (member: number) => customerOn("whatsapp", client, 100_000 + number * 10 + member);
    const answer = dice.happens(0.4)
      ? [
          receivedEvent(today, {
            id: `${group}.${today.day}.answer`,
            at: at + dice.whole(5, 40) * MINUTE,
            contact: memberOf(dice.whole(0, members - 1)),
            channel: "whatsapp",
            businessNumber,
            group,
          }),
        ]
      : [];
    const told = Array.from({ length: members }, (_, member) => {
      const message = {
        id: `${group}.${today.day}.${member}`,
        at,
        contact: memberOf(member),
        businessNumber,
        category: "utility",
        template: "team_update",
        group,
      };
      return statusEvents(today, message, dice);
    });
    return [...told.flat(), ...answer];
  });
}

function broadcast(today: DemoDay, dice: Dice, campaign: Campaign): DemoEvent[] {
  const { client, day } = today;
  const id = `${client.slug}.${day}.${campaign.template}`;
  const recipients = dice.about(campaign.recipients, 0.12);
  const start = today.start + BROADCAST_HOUR * HOUR + dice.whole(0, 25) * MINUTE;
  const first = dice.whole(0, client.customers - 1);
  const businessNumber = numberOf(client, dice);
  return Array.from({ length: recipients }, (_, n) => {
    const message = {
      id: `${id}.${n}`,
      at: start + n * 400,
      contact: customerOn("whatsapp", client, (first + n * STRIDE) % client.customers),
      businessNumber,
      category: campaign.category,
      template: campaign.template,
      broadcast: { id, name: nameOf(campaign, day) },
    };
    return statusEvents(today, message, dice);
  }).flat();
}

/** Steps over the customers so that no broadcast meets one twice; a prime that divides no client's number of them. */
const STRIDE = 37;

/** A category that no price book has yet: parked as unpriced until somebody publishes one. */
function newKind(today: DemoDay, dice: Dice): DemoEvent[] {
  const { client } = today;
  if (client.ending !== "healthy") return [];
  return Array.from({ length: 4 }, (_, n) => {
    const message = {
      id: `${client.slug}.${today.day}.lite.${n}`,
      at: momentOf(today, dice),
      contact: customerOn("whatsapp", client, customerOf(client, dice)),
      businessNumber: numberOf(client, dice),
      category: "marketing_lite",
      template: "back_in_stock",
    };
    return statusEvents(today, message, dice);
  }).flat();
}

const UNPRICED_DAYS = 5;

/** The campaigns of a client that leave on a day. */
function campaignsOn({ habits }: DemoClient, day: string): Campaign[] {
  const [, month = 0, date = 0] = day.split("-").map(Number);
  return habits.campaigns.filter(({ on }) => {
    if (on === "twin_date") return month === date;
    return "day" in on ? on.day === date : on.weekday === weekdayOf(day);
  });
}

/** "Promo gajian {month}" on a day in November: "Promo gajian November". */
export function nameOf({ name }: Pick<Campaign, "name">, day: string): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const dayOfYear = (Date.UTC(year, month - 1, date) - Date.UTC(year, 0, 1)) / (24 * HOUR);
  return name
    .replace("{month}", MONTHS[month - 1] ?? "")
    .replace("{week}", String(1 + Math.floor(dayOfYear / 7)));
}

function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

/** Regular customers come more often: the lower the index, the likelier. */
function customerOf({ customers }: DemoClient, dice: Dice): number {
  return Math.floor(customers * dice.next() ** 1.3);
}

function numberOf({ numbers }: DemoClient, dice: Dice): string {
  return dice.pick(numbers.map(({ phoneNumberId }, index) => [phoneNumberId, index === 0 ? 4 : 1]));
}

function momentOf({ start }: DemoDay, dice: Dice): number {
  return start + dice.pick(HOURS) * HOUR + dice.whole(0, 3_599) * 1_000 + dice.whole(0, 999);
}
