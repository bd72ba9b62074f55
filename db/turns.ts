/** A pool's connections in one process, and who wants them. */
export type Turns = { readonly most: number; active: number; waiting: number };

/** Transactions that may wait for each connection of the pool. */
const WAITING_PER_CONNECTION = 25;
const LONGEST_WAIT_MS = 10_000;
/** PostgreSQL's own code for it: whoever sees it takes the database to be away for the moment. */
const TOO_MANY_CONNECTIONS = "53300";

export type Turn = {
  /** To be called when the connection is there. @throws Error when the wait was given up already */
  begin(): void;
  end(): void;
  /** Fails when the wait has become too long; else never comes to anything. */
  readonly tooLate: Promise<never>;
};

/**
 * Waits in line for a connection, but neither in a line without an end nor for ever: whoever asks gets an answer, and can
 * ask again.
 *
 * @throws Error with the code 53300 when too many wait already
 */
export function takeTurn(turns: Turns): Turn {
  if (turns.waiting >= turns.most * WAITING_PER_CONNECTION) throw tooMany();
  let state: "waiting" | "begun" | "given up" | "over" = "waiting";
  let patience: NodeJS.Timeout | undefined;
  turns.waiting += 1;
  const tooLate = new Promise<never>((_resolve, reject) => {
    // With a connection free the turn begins at once.
    if (turns.active + turns.waiting <= turns.most) return;
    patience = setTimeout(() => {
      if (state !== "waiting") return;
      state = "given up";
      turns.waiting -= 1;
      reject(tooMany());
    }, LONGEST_WAIT_MS);
  });
  return {
    tooLate,
    begin() {
      clearTimeout(patience);
      if (state !== "waiting") throw tooMany();
      state = "begun";
      turns.waiting -= 1;
      turns.active += 1;
    },
    end() {
      clearTimeout(patience);
      if (state === "begun") turns.active -= 1;
      if (state === "waiting") turns.waiting -= 1;
      state = "over";
    },
  };
}

function tooMany(): Error {
  return Object.assign(new Error("Every connection to the database is in use, and too many wait for one."), {
    code: TOO_MANY_CONNECTIONS,
  });
}
