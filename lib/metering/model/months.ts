import type { Accounts, Micros } from "@/lib/metering/model/accounts";
import { type Month, monthsAfter } from "@/lib/metering/model/calendar";

/** What a package grants each month. `conversations: null` means that it has no such quota. */
export type Package = {
  uniqueVisitors: number;
  conversations: number | null;
  initialBalanceMicros: Micros;
  initialCarriesOver: boolean;
};

/** What a month has to give and what of it was used. */
export type Grants = {
  visitors: number;
  visitorsToppedUp: number;
  conversations: number | null;
  conversationsUsed: number;
};

type OpenMonth = { package: Package; visitorsToppedUp: number; conversationsUsed: number };

/** The months of one organization: each is opened once, in order, with the package then in force. */
export class Months {
  readonly #packages: { from: Month; package: Package }[] = [];
  readonly #opened = new Map<Month, OpenMonth>();
  /** Units that events a little ahead of the clock took from months that are not open yet. */
  readonly #takenAhead = new Map<Month, number>();

  constructor(
    private readonly startsOn: Month,
    first: Package,
    private readonly accounts: Accounts,
  ) {
    this.changePackage(startsOn, first);
  }

  /** For the months opened from now on that do not lie before `from`: at the earliest the first that is not open yet. */
  changePackage(from: Month, changed: Package): void {
    this.#packages.push({ from: this.firstOpenTo(from), package: changed });
  }

  /** The month itself, or the first that is not open yet if it is. */
  firstOpenTo(month: Month): Month {
    let first = month;
    for (const opened of this.#opened.keys()) if (opened >= first) first = monthsAfter(opened, 1);
    return first;
  }

  /** Opens every month up to and including the one given that is not open yet. */
  openUntil(month: Month): void {
    for (let next = this.startsOn; next <= month; next = monthsAfter(next, 1)) {
      if (!this.#opened.has(next)) this.#open(next);
    }
  }

  /** What was granted for a month; for one still to come what its package will grant; nothing before the first. */
  grantsOf(month: Month): Grants {
    const opened = this.#opened.get(month) ?? this.#promised(month);
    return {
      visitors: opened?.package.uniqueVisitors ?? 0,
      visitorsToppedUp: opened?.visitorsToppedUp ?? 0,
      conversations: opened?.package.conversations ?? null,
      conversationsUsed: opened?.conversationsUsed ?? 0,
    };
  }

  addVisitors(month: Month, count: number): void {
    const opened = this.#opened.get(month);
    if (opened) opened.visitorsToppedUp += count;
  }

  /** Takes one unit of a month's conversation quota, if there is one left. */
  takeConversation(month: Month): boolean {
    const { conversations, conversationsUsed } = this.grantsOf(month);
    if (conversationsUsed >= (conversations ?? 0)) return false;
    this.#use(month, 1);
    return true;
  }

  returnConversation(month: Month): void {
    this.#use(month, -1);
  }

  #use(month: Month, units: number): void {
    const opened = this.#opened.get(month);
    if (opened) opened.conversationsUsed += units;
    else this.#takenAhead.set(month, (this.#takenAhead.get(month) ?? 0) + units);
  }

  #promised(month: Month): OpenMonth | undefined {
    if (month < this.startsOn) return undefined;
    const conversationsUsed = this.#takenAhead.get(month) ?? 0;
    return { package: this.#packageFor(month), visitorsToppedUp: 0, conversationsUsed };
  }

  /** What is left of initial expires, unless the package that granted it says otherwise; then the grant; then settlement. */
  #open(month: Month): void {
    const ended = this.#opened.get(monthsAfter(month, -1))?.package;
    if (!ended?.initialCarriesOver) {
      this.accounts.transfer("expiry", "initial", "expired", this.accounts.balanceOf("initial"));
    }
    const opened = this.#packageFor(month);
    const conversationsUsed = this.#takenAhead.get(month) ?? 0;
    this.#opened.set(month, { package: opened, visitorsToppedUp: 0, conversationsUsed });
    this.accounts.transfer("grant", "package", "initial", opened.initialBalanceMicros);
    this.accounts.settle();
  }

  /** Of the packages that have begun the newest; of two from the same month the one assigned last. */
  #packageFor(month: Month): Package {
    let current: { from: Month; package: Package } | null = null;
    for (const candidate of this.#packages) {
      if (candidate.from <= month && (current === null || candidate.from >= current.from))
        current = candidate;
    }
    if (current === null) throw new Error(`no package for ${month}`);
    return current.package;
  }
}
