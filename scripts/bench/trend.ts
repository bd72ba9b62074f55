import { systemScope } from "@/lib/auth/scope";
import { readUses, USES_PER_PAGE } from "@/lib/reports/messages/messages";
import { usageByDay } from "@/lib/reports/usage/usage";
import { day, storeQuarter } from "./csv";
import { inTurn, median, milliseconds } from "./measure";
import type { Figure } from "./report";
import { mustBe, type Stage, verify } from "./stage";

const QUERIES_PER_ROUND = 40;

/**
 * What the trend of a quarter with all series costs with many messages, against the same with a tenth of them: read
 * through the product's own verb, the way to the database and back included. Fails when the days do not add up.
 */
export async function benchTrend(stage: Stage): Promise<Figure[]> {
  const rows = stage.rows ?? 200_000;
  const few = Math.ceil(rows / 10);
  const large = await storeQuarter(stage, "large", rows);
  const small = await storeQuarter(stage, "small", few);
  const range = { from: day(large.from), to: day(large.to) };
  const scopeOf = ({ id }: { id: number }) => systemScope("bench", id, "usage:read", "reports:read");
  const timeOf = (organization: { id: number }, stored: number) => async () => {
    const times: number[] = [];
    for (let n = 0; n < QUERIES_PER_ROUND; n++) {
      times.push(await milliseconds(() => usageByDay(scopeOf(organization), range)));
    }
    const days = await usageByDay(scopeOf(organization), range);
    const units = days.reduce(
      (sum, { marketing, utility, authentication }) => sum + marketing + utility + authentication,
      0,
    );
    mustBe("the sum of the days", units, stored);
    return median(times);
  };
  const rates = await inTurn(stage.rounds, { baseline: timeOf(small, few), ours: timeOf(large, rows) });
  const size = `${rows} : ${few} messages`;
  const note = "the same with fewer messages";
  const figures: Figure[] = [
    { case: "quarter", size, ...rates, unit: "ms", target: { atMost: 1.3 }, note },
    await listPage(stage, scopeOf(large), range, { page: 1, rows }),
    await listPage(stage, scopeOf(large), range, { page: 1_000, rows }),
  ];
  await verify(stage);
  return figures;
}

/** A page of the WhatsApp report, with its totals; by its number, as somebody who types it in asks for it. */
async function listPage(
  { rounds }: Stage,
  scope: Parameters<typeof readUses>[0],
  range: { from: string; to: string },
  { page, rows }: { page: number; rows: number },
): Promise<Figure> {
  const first = Math.min((page - 1) * USES_PER_PAGE, rows - USES_PER_PAGE) + 1;
  const order = { oldestFirst: false, row: first, after: null, before: null };
  const times: number[] = [];
  for (let n = 0; n < rounds; n++) {
    times.push(
      await milliseconds(async () => {
        const read = await readUses(scope, { range, category: undefined, paid: undefined, ...order });
        mustBe("the total of the list", read.totals.uses, rows);
        mustBe("the rows of the page", read.uses.length, USES_PER_PAGE);
      }),
    );
  }
  const target = { atMost: 50 };
  const size = `${rows} messages`;
  return { case: `list, row ${first}`, size, ours: median(times), unit: "ms", target };
}
