import { systemMachineScope } from "@/lib/auth/scope";
import { recordEvents } from "@/lib/metering/metering";
import { openMonthsEverywhere } from "@/lib/months/months";
import { newEvent, newOrganization, newOrganizations } from "./clients";
import { median, milliseconds, quantile } from "./measure";
import type { Figure } from "./report";
import { mustBe, type Stage, verify } from "./stage";

const FULL_SIZE = 10_000;
const FULL_SECONDS = 60;
const PROBES = 40;
const LONGEST_MONTH_MS = 31 * 86_400_000;

/**
 * How long a month takes to begin for many organizations that nobody touches, and what somebody else who sends an event
 * meanwhile feels of it. Fails when an organization's month is not open afterwards.
 */
export async function benchMonths(stage: Stage): Promise<Figure[]> {
  const count = stage.organizations ?? 1_000;
  const sql = stage.connect(2);
  stage.log(`making ${count} organizations`);
  // Far enough back that the last round does not pass today: nobody looks for months that have not begun.
  const clock = new Date(Date.now() - (stage.rounds + 1) * LONGEST_MONTH_MS);
  await newOrganizations("sleeping", count, { mode: "test", clock });
  const busy = await newOrganization("busy");
  const quiet: number[] = [];
  const disturbed: number[] = [];
  for (let n = 0; n < PROBES; n++) quiet.push(await probe(stage, busy.slug));
  const seconds: number[] = [];
  for (let round = 1; round <= stage.rounds; round++) {
    // Every clock at once: moved by its own verb, a clock opens the months on its way.
    await sql`update organizations set clock = clock + interval '1 month' where mode = 'test'`;
    const opening = { isOver: false };
    const probes = probeUntil(stage, busy.slug, disturbed, opening);
    try {
      const took = await milliseconds(async () => {
        mustBe("the organizations opened", await openMonthsEverywhere(new Date()), count);
      });
      seconds.push(took / 1_000);
    } finally {
      opening.isOver = true;
      await probes;
    }
    const [behind] = await sql<{ count: number }[]>`
      select count(*)::int from organizations o join ledgers l on l.organization_id = o.id
      where o.mode = 'test' and l.opened_month < to_char(o.clock at time zone o.time_zone, 'YYYY-MM')`;
    mustBe("the organizations without their month", behind?.count, 0);
  }
  await verify(stage);
  const size = `${count} organizations`;
  const target = { atMost: (FULL_SECONDS * count) / FULL_SIZE };
  return [
    {
      case: "opening",
      size,
      ours: median(seconds),
      unit: "s",
      target,
      note: "60 s for 10,000, in proportion",
    },
    {
      case: "others meanwhile",
      size: "1 event, p99",
      ours: quantile(disturbed, 0.99),
      baseline: quantile(quiet, 0.99),
      unit: "ms",
      note: "the same while no month opens",
    },
  ];
}

async function probeUntil(stage: Stage, slug: string, times: number[], opening: { isOver: boolean }) {
  while (!opening.isOver) times.push(await probe(stage, slug));
}

/** Records one event of another organization. @returns milliseconds */
async function probe({ seed }: Stage, slug: string): Promise<number> {
  const sender = systemMachineScope("bench", "events:write");
  return milliseconds(async () => {
    const { accepted } = await recordEvents(sender, [newEvent(seed, slug, new Date())]);
    mustBe("accepted", accepted, 1);
  });
}
