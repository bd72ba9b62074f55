const tokenPattern =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[A-Za-z_$#][\w$]*|\d+(?:\.\d+)?|=>|\S/g;

const openers = new Set(["{", "(", "["]);
const closers = new Set(["}", ")", "]"]);

/** A cursor over the tokens of a TypeScript declaration file; comments are left out. */
export class Tokens {
  readonly #tokens: string[];
  #at = 0;

  constructor(source: string) {
    this.#tokens = (source.match(tokenPattern) ?? []).filter(
      (token) => !token.startsWith("/*") && !token.startsWith("//"),
    );
  }

  get ended(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** The token `ahead` of the cursor; an empty string past the end. */
  peek(ahead = 0): string {
    return this.#tokens[this.#at + ahead] ?? "";
  }

  take(): string {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  /** Takes the token if it is the next one, and says whether it was. */
  skip(token: string): boolean {
    if (this.peek() !== token) return false;
    this.#at += 1;
    return true;
  }

  /** @throws Error when another token comes next: the file is not what this reader understands. */
  expect(token: string): void {
    if (!this.skip(token)) {
      throw new Error(`expected ${token} but found ${this.peek()} at token ${this.#at}`);
    }
  }

  /** Takes a bracketed group, the cursor being on its opening bracket. */
  skipGroup(): void {
    let depth = 0;
    do {
      const token = this.take();
      if (openers.has(token)) depth += 1;
      if (closers.has(token)) depth -= 1;
    } while (depth > 0 && !this.ended);
  }

  /** Takes a whole statement: up to its semicolon, or up to the end of its block. */
  skipStatement(): void {
    while (!this.ended) {
      if (openers.has(this.peek())) {
        const block = this.peek() === "{";
        this.skipGroup();
        if (block && !["[", ";", "|", "&", "=", ","].includes(this.peek())) return;
        continue;
      }
      if (this.take() === ";") return;
    }
  }
}
