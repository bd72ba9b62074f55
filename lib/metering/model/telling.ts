import {
  dayOf,
  daysAfter,
  type Instant,
  instantOf,
  isoOf,
  MINUTE,
  monthOf,
  monthsAfter,
  SECOND,
  startOfDay,
  startOfMonth,
} from "@/lib/metering/model/calendar";
import type { UsageEvent } from "@/lib/metering/model/facts";
import type { Command, History } from "@/lib/metering/model/history";
import type { HoldRequest } from "@/lib/metering/model/holds";
import type { PriceVersion } from "@/lib/metering/model/prices";
import type { Setup } from "@/lib/metering/model/setups";
import type { Pricing, StatusStep, Step, When } from "@/lib/metering/model/steps";

/** The customers of every history, each spelled in several ways: of nested prefixes, known by user id, of no market. */
const PEOPLE: string[][] = [
  ["6281200000001", "+62 812-0000-0001", "006281200000001", "(62) 812.0000.0001"],
  ["6281200000002", "+6281200000002"],
  ["17875550100", "+1 (787) 555-0100"],
  ["12425550100", "+1 242 555 0100"],
  ["9779800000001", "+977 980-0000001"],
  ["ID.4711", " ID.4711 "],
  ["99900000001", "+999 00000001"],
];

const NUMBERS = [undefined, "106540000000001", "106540000000002"];

type MessageStep = Extract<Step, { do: "message" }>;
type Pending = { stepsLeft: number; event: UsageEvent };

/** Turns steps, which speak of "a day ago" and "the second hold", into commands with times and names of their own. */
export function tell(setup: Setup, told: readonly { steps: Step[]; joins: boolean }[]): History {
  const teller = new Teller(setup);
  for (const { steps, joins } of told) {
    for (const step of steps) teller.tell(step, joins);
  }
  return { organization: setup.organization, commands: teller.finish() };
}

class Teller {
  readonly #commands: Command[] = [];
  readonly #timeZone: string;
  #now: Instant;
  #pending: Pending[] = [];
  readonly #told: UsageEvent[] = [];
  readonly #missing: PriceVersion[];
  readonly #publishedFrom: Set<string>;
  #messages = 0;
  #holds = 0;
  #eventsOf: Record<string, number> = {};

  constructor(private readonly setup: Setup) {
    this.#timeZone = setup.organization.timeZone;
    this.#now = instantOf(setup.organization.clock);
    this.#missing = [...setup.missing];
    const versions = [...setup.organization.priceBook, ...setup.missing];
    this.#publishedFrom = new Set(versions.map(({ from }) => from));
  }

  tell(step: Step, joins: boolean): void {
    const events = this.#due();
    if (step.do === "message") events.push(...this.#message(step));
    else if (step.do === "inbound") events.push(this.#inbound(step));
    else if (step.do === "early") events.push(this.#early(step));
    else if (step.do === "again") events.push(...this.#again(step));
    else this.#commands.push(...this.#affair(step));
    this.#receive(events, joins);
  }

  /** Reports what was held back to the last step. */
  finish(): Command[] {
    const events = this.#pending.map(({ event }) => event);
    this.#receive(events, false);
    return this.#commands;
  }

  #receive(events: UsageEvent[], joins: boolean): void {
    if (events.length === 0) return;
    this.#told.push(...events);
    const last = this.#commands.at(-1);
    if (joins && last?.kind === "receive") last.events.push(...events);
    else this.#commands.push({ kind: "receive", events });
  }

  #due(): UsageEvent[] {
    const aged = this.#pending.map(({ stepsLeft, event }) => ({ stepsLeft: stepsLeft - 1, event }));
    this.#pending = aged.filter(({ stepsLeft }) => stepsLeft > 0);
    return aged.filter(({ stepsLeft }) => stepsLeft <= 0).map(({ event }) => event);
  }

  #message(step: MessageStep): UsageEvent[] {
    const message_id = this.#nextMessage();
    const reports = step.to.flatMap((person) =>
      step.statuses.map((status) => ({
        stepsLeft: status.delay,
        event: this.#status(step, status, { message_id, contact: this.#spelled(person, status.spelling) }),
      })),
    );
    this.#pending.push(...reports.filter(({ stepsLeft }) => stepsLeft > 0));
    return reports.filter(({ stepsLeft }) => stepsLeft === 0).map(({ event }) => event);
  }

  #status(step: MessageStep, status: StatusStep, about: { message_id: string; contact: string }): UsageEvent {
    const sent = step.category === null ? null : this.#category(step.category);
    const at = Math.min(this.#instant(step.when) + status.offset, this.#now);
    return this.#event(status.type, at, {
      channel: "whatsapp",
      ...about,
      ...(status.leavesOut === "number" ? {} : this.#businessNumber(step.number)),
      ...(sent && status.tellsCategory ? { category: sent } : {}),
      ...(status.pricing ? { pricing: this.#pricing(status.pricing, sent) } : {}),
      ...(step.isGroup && status.leavesOut !== "group" ? { group: { id: "group_1" } } : {}),
      ...(step.hold === null || status.leavesOut === "hold" ? {} : { hold: this.#holdNamed(step.hold) }),
    });
  }

  #inbound(step: Extract<Step, { do: "inbound" }>): UsageEvent {
    return this.#event("message.received", this.#instant(step.when), {
      channel: step.channel,
      message_id: this.#nextMessage(),
      contact: this.#spelled(step.from.person, step.from.spelling),
      ...this.#businessNumber(step.number),
      ...(step.referral ? { referral: { source_type: step.referral } } : {}),
      ...(step.isGroup ? { group: { id: "group_1" } } : {}),
    });
  }

  /** As far ahead of the clock as an event may be, or a millisecond further. */
  #early(step: Extract<Step, { do: "early" }>): UsageEvent {
    return this.#event("message.received", this.#now + 5 * MINUTE + step.ahead, {
      channel: "whatsapp",
      message_id: this.#nextMessage(),
      contact: this.#spelled(step.from.person, step.from.spelling),
      ...this.#businessNumber(0),
    });
  }

  /** An event told before, as it was or with another content under the same id. */
  #again(step: Extract<Step, { do: "again" }>): UsageEvent[] {
    const event = this.#told.at(-1 - (step.which % Math.max(1, this.#told.length)));
    if (!event) return [];
    if (step.twist === "later") return [{ ...event, time: isoOf(this.#now) }];
    if (step.twist === "other") {
      return [{ ...event, data: { ...event.data, category: "marketing", contact: this.#spelled(1, 0) } }];
    }
    return [event];
  }

  #affair(step: Exclude<Step, { do: "message" | "inbound" | "early" | "again" }>): Command[] {
    switch (step.do) {
      case "advance":
        return this.#advance(step);
      case "adjust":
        return [{ kind: "adjust", account: step.account, amount: step.amount }];
      case "top_up":
        return [{ kind: "top_up", amount: step.amount, visitors: step.visitors }];
      case "change_package": {
        const from = monthsAfter(monthOf(this.#now, this.#timeZone), step.monthsAhead);
        return [{ kind: "change_package", from, package: step.package }];
      }
      case "publish_missing":
        return this.#missing.splice(0, step.count).map((version) => ({ kind: "publish_prices", version }));
      case "publish_next":
        return this.#publishNext(step);
      case "place_hold":
        return [this.#placeHold(step)];
      case "release_hold":
        return [{ kind: "release_hold", label: this.#holdNamed(step.which) }];
    }
  }

  #advance({ by, plus }: Extract<Step, { do: "advance" }>): Command[] {
    const day = dayOf(this.#now, this.#timeZone);
    const month = monthOf(this.#now, this.#timeZone);
    const to =
      by === "midnight"
        ? startOfDay(daysAfter(day, 1), this.#timeZone) + plus
        : by === "month"
          ? startOfMonth(monthsAfter(month, 1), this.#timeZone) + plus
          : this.#now + by;
    if (to <= this.#now) return [];
    this.#now = to;
    return [{ kind: "advance_clock", to: isoOf(to) }];
  }

  /** A version may take over only from a day for which nothing was charged yet. */
  #publishNext({ daysAhead, version }: Extract<Step, { do: "publish_next" }>): Command[] {
    const from = daysAfter(dayOf(this.#now, this.#timeZone), daysAhead);
    if (this.#publishedFrom.has(from)) return [];
    this.#publishedFrom.add(from);
    return [{ kind: "publish_prices", version: { ...version, from } }];
  }

  #placeHold(step: Extract<Step, { do: "place_hold" }>): Command {
    this.#holds += 1;
    const lines = step.lines.map(({ category, to, quantity, market }) => {
      const recipients = [...new Set(to.map((person) => this.#spelled(person, 0)))];
      const asked = market === null ? { to: recipients } : { market, quantity };
      return { category: this.#category(category), ...asked };
    });
    const groupMembers = Array.from({ length: step.groupOf }, (_, member) => `628130000000${member}`);
    const request: HoldRequest = {
      ...(step.groupOf > 0 ? { lines: [], groupMembers } : { lines }),
      ...(step.expiresInSeconds === null ? {} : { expiresInSeconds: step.expiresInSeconds }),
    };
    return { kind: "place_hold", label: `hold_${this.#holds}`, request };
  }

  /** The newest hold but so many; before the first, a name that no hold has. */
  #holdNamed(back: number): string {
    return `hold_${Math.max(0, this.#holds - back)}`;
  }

  /** Two sources number their events alike, so that only both together name one. */
  #event(type: UsageEvent["type"], at: Instant, data: UsageEvent["data"]): UsageEvent {
    const source = at % (2 * SECOND) === 0 ? "inbox-prod" : "meta";
    const count = (this.#eventsOf[source] ?? 0) + 1;
    this.#eventsOf[source] = count;
    return { source, id: `e${count}`, type, time: isoOf(at), data };
  }

  #instant({ from, plus }: When): Instant {
    const day = dayOf(this.#now, this.#timeZone);
    const before = typeof from === "number" ? this.#told.at(-1 - from) : undefined;
    let anchor = this.#now;
    if (before) anchor = instantOf(before.time);
    else if (from === "midnight") anchor = startOfDay(day, this.#timeZone);
    else if (from === "month") anchor = startOfDay(`${day.slice(0, 7)}-01`, this.#timeZone);
    return Math.min(anchor + plus, this.#now);
  }

  #nextMessage(): string {
    this.#messages += 1;
    return `wamid.${String(this.#messages).padStart(4, "0")}`;
  }

  #spelled(person: number, spelling: number): string {
    return pick(pick(PEOPLE, pick(this.setup.cast.people, person)), spelling);
  }

  #businessNumber(index: number): { business_number?: string } {
    const business_number = pick(NUMBERS, pick(this.setup.cast.numbers, index));
    return business_number === undefined ? {} : { business_number };
  }

  #category(index: number): string {
    return pick(this.setup.cast.categories, index);
  }

  #pricing({ type, category }: Pricing, sent: string | null): { type?: string; category: string } {
    const billed = category === null && sent !== null ? sent : this.#category(category ?? 0);
    return type === null ? { category: billed } : { type, category: billed };
  }
}

/** One of a list, going round. */
function pick<Item>(list: readonly Item[], index: number): Item {
  return list[index % list.length] as Item;
}
