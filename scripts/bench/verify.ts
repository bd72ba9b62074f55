import { newOrganization, storeMessages } from "./clients";
import { median, milliseconds } from "./measure";
import type { Figure } from "./report";
import { type Stage, verify } from "./stage";

const FULL_SIZE = 10_000_000;
const FULL_SECONDS = 60;
const ORGANIZATIONS = 4;
const DAYS = 20;

/** How long `npm run verify` takes for all invariants. Fails when one is broken. */
export async function benchVerify(stage: Stage): Promise<Figure[]> {
  const rows = stage.rows ?? 200_000;
  stage.log(`storing ${rows} messages`);
  const to = new Date();
  const time = { from: new Date(to.getTime() - DAYS * 86_400_000), to };
  for (let n = 1; n <= ORGANIZATIONS; n++) {
    const { slug } = await newOrganization(`stored-${n}`);
    await storeMessages(stage.seed, slug, Math.ceil(rows / ORGANIZATIONS), time);
  }
  await stage.connect(1)`analyze`;
  const empty = await milliseconds(() =>
    stage.run.exitCode({ name: "node", command: process.execPath, args: ["-e", ""] }),
  );
  const seconds: number[] = [];
  for (let round = 0; round < stage.rounds; round++) {
    seconds.push((await milliseconds(() => verify(stage))) / 1_000);
  }
  const note = `60 s for 10,000,000 in proportion, 5 s at least; the command's own start is in it (Node alone: ${Math.round(empty)} ms)`;
  const target = { atMost: Math.max(5, (FULL_SECONDS * rows) / FULL_SIZE) };
  return [
    { case: "all invariants", size: `${rows} messages`, ours: median(seconds), unit: "s", target, note },
  ];
}
