/** What a soak does, worked out from its options. */
export type Plan = ReturnType<typeof planSoak>;

const MINUTES = 30;
/** The app and its database are killed in turn, one of them every two minutes of thirty. */
const KILLS = 15;
const LEAST_SECONDS_BETWEEN = 5;
/** Memory is compared with five minutes of thirty after the start. */
const WARM_PART = 1 / 6;
const SPARED_PART = 2 / 3;
/** The pool, the line of LISTEN, four downloads, and the check's own connection. */
const MOST_CONNECTIONS = 12 + 1 + 4 + 1;

/** @throws Error for an option that is no positive number */
export function planSoak(options: Readonly<Record<string, string | undefined>>) {
  const minutes = positive(options.minutes) ?? MINUTES;
  const killEverySeconds =
    positive(options["kill-every"]) ?? Math.max(LEAST_SECONDS_BETWEEN, (minutes * 60) / KILLS);
  return {
    minutes,
    killEverySeconds,
    rate: positive(options.rate),
    seed: positive(options.seed) ?? 1,
    warmSeconds: minutes * 60 * WARM_PART,
    restSeconds: Math.min(10, minutes * 10),
    expectedKills: Math.floor((minutes * 60 - 4) / killEverySeconds),
    mostConnections: MOST_CONNECTIONS,
    /** From when on the app is left alone, counted from the start of the kills, in milliseconds. */
    sparedFrom: (began: number) => began + minutes * 60_000 * SPARED_PART,
  };
}

function positive(text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`"${text}" is no positive number.`);
  return value;
}
