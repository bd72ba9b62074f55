import { type Scope, systemScope } from "@/lib/auth/scope";
import { readBroadcasts } from "@/lib/reports/broadcasts/broadcasts";
import { BROADCAST_SORTS, PAID_FILTERS } from "@/lib/reports/input";
import { readUses, USES_PER_PAGE } from "@/lib/reports/messages/messages";
import { readVisitors, VISITORS_PER_PAGE } from "@/lib/reports/visitors/visitors";
import type { DayRange } from "@/lib/time/period";
import { storeVisitors } from "./clients";
import { day, type Quarter } from "./csv";
import { median, milliseconds } from "./measure";
import type { Figure } from "./report";
import { mustBe, type Stage } from "./stage";

const PAGE = 1_000;

/** Where the lists are read, and how one of them is timed. */
type Reading = {
  readonly scope: Scope<"reports:read">;
  readonly range: DayRange;
  readonly time: (list: string, read: () => Promise<void>) => Promise<void>;
};

/**
 * A page of each report with the totals of its filter, in every order and with every filter of the page, among many
 * messages; a page far back by its number, as somebody who types it in asks for it. Fails when a total is wrong.
 */
export async function benchLists(stage: Stage, organization: Quarter, rows: number): Promise<Figure[]> {
  const visitors = Math.max(1_000, Math.floor(rows / 50));
  stage.log(`storing ${visitors} visitors`);
  await storeVisitors(stage.seed, organization.slug, visitors, organization);
  await stage.connect(1)`analyze`;
  const figures: Figure[] = [];
  const time: Reading["time"] = async (list, read) => {
    const times: number[] = [];
    await read();
    for (let round = 0; round < stage.rounds; round++) times.push(await milliseconds(read));
    const size = `${rows} messages`;
    figures.push({ case: list, size, ours: median(times), unit: "ms", target: { atMost: 50 } });
  };
  const scope = systemScope("bench", organization.id, "reports:read");
  const reading = { scope, range: { from: day(organization.from), to: day(organization.to) }, time };
  await readAllUses(reading, rows);
  await readAllBroadcasts(reading);
  await readAllVisitors(reading, visitors);
  return figures;
}

async function readAllUses({ scope, range, time }: Reading, total: number): Promise<void> {
  const all = { category: undefined, paid: undefined, oldestFirst: false, row: 1, after: null, before: null };
  const list = (change: object, expected?: number) => async () => {
    const { totals } = await readUses(scope, { range, ...all, ...change });
    if (expected !== undefined) mustBe("the total of the list", totals.uses, expected);
  };
  const row = rowOfPage(USES_PER_PAGE, total);
  await time("WhatsApp, page 1", list({}, total));
  await time(`WhatsApp, row ${row}`, list({ row }, total));
  await time(`WhatsApp, row ${row}, oldest first`, list({ row, oldestFirst: true }, total));
  for (const category of ["marketing", "utility"]) {
    await time(`WhatsApp, ${category}`, list({ category }));
    await time(`WhatsApp, ${category}, row ${row}`, list({ category, row }));
  }
  for (const paid of PAID_FILTERS) await time(`WhatsApp, paid by ${paid}`, list({ paid }));
}

async function readAllBroadcasts({ scope, range, time }: Reading): Promise<void> {
  const all = { category: undefined, name: undefined, descending: true, row: 1 };
  const list = (change: object) => async () => {
    const order = { sort: "started", after: undefined, before: undefined } as const;
    const { broadcasts } = await readBroadcasts(scope, { range, ...all, ...order, ...change });
    mustBe("whether the list has rows", broadcasts.length > 0, true);
  };
  for (const sort of BROADCAST_SORTS) await time(`Broadcasts by ${sort}`, list({ sort }));
  await time("Broadcasts, last page", list({ row: 1_000_000 }));
  await time("Broadcasts, by name", list({ name: "promo" }));
  await time("Broadcasts, marketing", list({ category: "marketing" }));
}

async function readAllVisitors({ scope, range, time }: Reading, visitors: number): Promise<void> {
  const all = { channel: undefined, oldestFirst: false, row: 1, after: undefined, before: undefined };
  const list = (change: object, expected?: number) => async () => {
    const { total } = await readVisitors(scope, { range, ...all, ...change });
    if (expected !== undefined) mustBe("the total of the list", total, expected);
  };
  const row = rowOfPage(VISITORS_PER_PAGE, visitors);
  await time("Visitors, page 1", list({}, visitors));
  await time(`Visitors, row ${row}`, list({ row }, visitors));
  await time("Visitors, instagram", list({ channel: "instagram" }));
}

function rowOfPage(perPage: number, total: number): number {
  return Math.min((PAGE - 1) * perPage, total - perPage) + 1;
}
