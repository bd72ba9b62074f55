import { systemScope } from "@/lib/auth/scope";
import { usageByDay } from "@/lib/reports/usage/usage";
import { day, storeQuarter } from "./csv";
import { benchLists } from "./lists";
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
    ...(await benchLists(stage, large, rows)),
  ];
  await verify(stage);
  return figures;
}
