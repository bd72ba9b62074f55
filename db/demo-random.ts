/**
 * Numbers that look random and are the same at every run for the same seed, so that a demo that was interrupted goes
 * on where it was, with the same events. For demo data alone.
 */
export class Dice {
  #state: number;

  constructor(seed: string) {
    this.#state = hashOf(seed);
  }

  /** From 0 up to, not including, 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** True in `share` of all cases. */
  happens(share: number): boolean {
    return this.next() < share;
  }

  /** `expected`, give or take `spread` of it, as a whole number. */
  about(expected: number, spread: number): number {
    const value = expected * (1 + spread * (2 * this.next() - 1));
    return Math.floor(value) + (this.happens(value - Math.floor(value)) ? 1 : 0);
  }

  /** One of the choices, each as likely as its weight says. */
  pick<Choice>(choices: readonly (readonly [choice: Choice, weight: number])[]): Choice {
    const total = choices.reduce((sum, [, weight]) => sum + weight, 0);
    let left = this.next() * total;
    for (const [choice, weight] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    const [last] = choices.slice(-1);
    if (!last) throw new Error("There is nothing to pick from.");
    return last[0];
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
