import fc from "fast-check";

/** Cases of one fuzzing test: 2,000 as it is, 100,000 with KUOTA_FUZZ_CASES=100000. */
const CASES = Number(process.env.KUOTA_FUZZ_CASES ?? 2_000);
/** In CI always the same cases: whether a change lands must not hang on chance. */
const SEED = process.env.KUOTA_SEED ?? (process.env.CI ? "20261123" : undefined);

/** For tests that try several doors in each run: how many runs, and with which seed. Says so, to be run again. */
export function fuzzing(doors: number): { readonly numRuns: number; readonly seed: number } {
  const seed = SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(SEED);
  const numRuns = Math.ceil(CASES / doors);
  process.stdout.write(`${numRuns * doors} cases at ${doors} doors, KUOTA_SEED=${seed}\n`);
  return { numRuns, seed };
}

/** How long a fuzzing test may take on a machine that is busy with others. */
export const FUZZING_PATIENCE_MS = 60_000 + CASES * 60;

/** What bad clients put where something else belongs. */
export const oddity = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1.5,
    1e308,
    Number.MAX_SAFE_INTEGER,
    "",
    " ",
    "\u0000",
    "\ud800",
  ),
  fc.constantFrom<unknown>(
    "-0",
    "1e3",
    "NaN",
    "9".repeat(400),
    "2026-02-30",
    "+07:00",
    "__proto__",
    "%00",
    "'",
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.array(fc.anything({ maxDepth: 1 }), { maxLength: 3 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A body that would be taken, with one to three of its parts replaced, dropped or added. */
export function spoiled(template: () => Record<string, unknown>) {
  const wounds = fc.array(fc.tuple(fc.nat(), oddity, fc.constantFrom("set", "drop", "add")), {
    minLength: 1,
    maxLength: 3,
  });
  return wounds.map((list) => {
    const body = template();
    for (const [where, value, how] of list) {
      const places = placesIn(body);
      const place = places[where % places.length];
      if (!place) continue;
      if (how === "drop") delete place.holder[place.name];
      else place.holder[how === "add" ? `${place.name}x` : place.name] = value;
    }
    return body;
  });
}

type Place = { holder: Record<string, unknown>; name: string };

function placesIn(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((name) => [{ holder, name }, ...placesIn(holder[name])]);
}

export const parameter = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom("", "x", "a\u0000", "2026-11-02", "9".repeat(30), "hold_x"),
);
