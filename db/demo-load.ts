import { inOrganization } from "@/db/client";
import { systemMachineScope, systemScope, systemStaffScope } from "@/lib/auth/scope";
import { invariant } from "@/lib/errors";
import { MOST_EVENTS, recordEvents } from "@/lib/metering/metering";
import { changeOrganization } from "@/lib/organizations/organizations";
import { putOrganization } from "@/lib/provisioning/organizations";
import { addNumber, putPackage } from "@/lib/provisioning/provisioning";
import { STANDARD_BOOKS } from "@/lib/provisioning/standard-prices";
import { type Balance, readBalance } from "@/lib/reports/balance";
import { addDays, addMonths, type Day, dayOf, monthOf, startOfDay } from "@/lib/time/period";
import { recordManualTopUp } from "@/lib/top-ups/manual";
import type { Wish } from "@/lib/top-ups/rules";
import type { DemoClient } from "./demo-clients";
import type { DemoEvent } from "./demo-messages";
import { Dice } from "./demo-random";
import { trafficOf } from "./demo-traffic";

/** How many months of traffic there are before now. */
const MONTHS = 6;
/** So many of the last days tell every status; older messages only their last. */
const DETAILED_DAYS = 14;
/** Older days are told in steps of so many, recent ones in parts that end at these hours. */
const DAYS_PER_STEP = 3;
const PARTS_END_AT = [9, 11, 13, 16, 19, 24];

const platform = systemMachineScope("demo", "admin", "events:write");
const operator = systemStaffScope("demo", "back_office:write");

/** A client being loaded: its organization, and the now of the demo, up to which it has a past. */
export type Loading = {
  readonly client: DemoClient;
  readonly organizationId: number;
  readonly now: Date;
};

/** What happened until an instant, since the step before. */
type Step = { readonly until: Date; readonly daysAgo: number; readonly events: readonly DemoEvent[] };

/**
 * Makes a client's organization with its package and numbers. It begins as a test organization whose own clock
 * stands at the beginning of its past, so that each month's charges meet that month's balances.
 */
export async function provision(client: DemoClient, now: Date): Promise<Loading> {
  await putPackage(platform, client.package);
  const { timeZone, slug } = client;
  const { provisioned } = await putOrganization(platform, slug, {
    name: client.name,
    mode: "test",
    clock: startOfDay(firstDay(now, timeZone), timeZone),
    time_zone: timeZone,
    authentication_international: client.authenticationInternational,
    currency: client.package.currency,
    price_book: STANDARD_BOOKS.IDR,
    package: client.package.slug,
  });
  for (const number of client.numbers) await addNumber(platform, slug, number);
  return { client, organizationId: provisioned.organization.id, now };
}

/**
 * Lives through the client's months: moves the clock, tells what happened until then, tops up when little is left.
 * What an interrupted run has told already is told again where the clock stands and is then a duplicate.
 *
 * @param onStep is told after each step how much of the months is done, from 0 to 1
 */
export async function liveThrough(
  loading: Loading,
  onStep: (events: number, done: number) => void,
): Promise<void> {
  const { client, now } = loading;
  const first = startOfDay(firstDay(now, client.timeZone), client.timeZone).getTime();
  const clock = (await balanceOf(loading)).asOf;
  for (const { until, daysAgo, events } of stepsUntil(client, now)) {
    if (until < clock) continue;
    await setClock(loading, until);
    await tell(events);
    if (daysAgo >= client.daysWithoutTopUp) await topUpWhatIsLow(loading, until);
    onStep(events.length, (until.getTime() - first) / (now.getTime() - first));
  }
}

/** Records events as a vendor's platform would, a full batch at a time. */
export async function tell(events: readonly DemoEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += MOST_EVENTS) {
    const batch = events.slice(from, from + MOST_EVENTS).map(({ event }) => event);
    const { rejected } = await recordEvents(platform, batch);
    invariant(rejected.length === 0, `the demo's events are accepted: ${rejected[0]?.detail}`);
  }
}

async function topUpWhatIsLow(loading: Loading, until: Date): Promise<void> {
  const { whatsappBalance, uniqueVisitors, today } = await balanceOf(loading);
  const { topUpBelow, topUp: amount } = loading.client;
  const balance = whatsappBalance.available < topUpBelow ? amount : 0n;
  const needsVisitors =
    uniqueVisitors.remaining * 100 < uniqueVisitors.package * FEW_VISITORS_PERCENT &&
    uniqueVisitors.topUp === 0 &&
    Number(today.slice(8)) <= LAST_DAY_FOR_VISITORS;
  if (balance > 0n || needsVisitors) {
    await topUp(loading, until, { balance, visitorBlocks: needsVisitors ? 1 : 0 });
  }
}

/** A block of unique visitors is bought when fewer than this are left, unless the month is nearly over. */
const FEW_VISITORS_PERCENT = 27;
const LAST_DAY_FOR_VISITORS = 27;

/** Records a bank transfer that came earlier on the day. The same moment again changes nothing. */
export async function topUp({ client }: Loading, moment: Date, bought: Wish): Promise<void> {
  const reference = `TRF-${moment.toISOString().replace(/\D/g, "").slice(0, 12)}`;
  const minutes = new Dice(`${client.slug} ${reference}`).whole(-170, 170);
  const noon = startOfDay(dayOf(moment, client.timeZone), client.timeZone).getTime() + NOON;
  const receivedAt = new Date(Math.min(noon + minutes * 60_000, moment.getTime()));
  await recordManualTopUp(operator, { organization: client.slug, reference, receivedAt, ...bought });
}

const NOON = 12 * 3_600_000;

export async function balanceOf({ organizationId }: Loading): Promise<Balance> {
  return readBalance(systemScope("demo", organizationId, "balance:read"));
}

/** Moves the clock without the line in the audit log that provisioning writes: the log would hold nothing else. */
async function setClock({ organizationId }: Loading, clock: Date): Promise<void> {
  await inOrganization(organizationId, (tx) => changeOrganization(tx, organizationId, { clock }));
}

function firstDay(now: Date, zone: string): Day {
  return addMonths(dayOf(now, zone), -MONTHS);
}

/** The months cut into steps: none spans the end of a month, and each ends before the next day begins. */
function* stepsUntil(client: DemoClient, now: Date): Generator<Step> {
  const { timeZone } = client;
  const days = [...daysUntil(now, timeZone)];
  let waiting: DemoEvent[] = [];
  for (const [index, day] of days.entries()) {
    const daysAgo = days.length - 1 - index;
    const start = startOfDay(day, timeZone).getTime();
    const end = startOfDay(addDays(day, 1), timeZone).getTime() - 1;
    const detailed = daysAgo < DETAILED_DAYS;
    const events = trafficOf(
      { client, day, start, end, detailed },
      { days: daysAgo, of: days.length },
    ).filter(({ at }) => at <= now.getTime());
    if (detailed) {
      for (const step of parts(events, start, end)) {
        yield { ...step, daysAgo, until: step.until < now ? step.until : now };
        if (step.until >= now) return;
      }
      continue;
    }
    waiting.push(...events);
    const endsMonth = monthOf(new Date(end + 1), timeZone) !== day.slice(0, 7);
    if (endsMonth || daysAgo % DAYS_PER_STEP === 0 || daysAgo === DETAILED_DAYS) {
      yield { until: new Date(end), daysAgo, events: waiting };
      waiting = [];
    }
  }
}

function* daysUntil(now: Date, zone: string): Generator<Day> {
  const today = dayOf(now, zone);
  for (let day = firstDay(now, zone); day <= today; day = addDays(day, 1)) yield day;
}

function* parts(events: readonly DemoEvent[], start: number, end: number): Generator<Omit<Step, "daysAgo">> {
  let from = 0;
  for (const hour of PARTS_END_AT) {
    const until = Math.min(start + hour * 3_600_000 - 1, end);
    const next = events.findIndex(({ at }) => at > until);
    const to = next === -1 ? events.length : next;
    yield { until: new Date(until), events: events.slice(from, to) };
    from = to;
  }
}
