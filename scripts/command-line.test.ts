import { describe, expect, test } from "vitest";
import { type Command, readCommandLine, UsageError } from "./command-line";

const run = async () => undefined;
const commands: Command[] = [
  { name: "migrate", usage: "", does: "Migrates.", run },
  {
    name: "key create",
    usage: "--scopes A,B [--organization S]",
    does: "Creates a key.",
    required: ["scopes"],
    optional: ["organization"],
    run,
  },
  { name: "demo load", usage: "[--json]", does: "Loads.", flags: ["json"], run },
  {
    name: "rates import",
    usage: "FILE --book B",
    does: "Imports.",
    words: ["FILE"],
    required: ["book"],
    run,
  },
];

const read = (line: string) => readCommandLine(commands, line.split(" "));

describe("the operator's command line", () => {
  test("a command gets its options, flags and words", () => {
    expect(read("key create --scopes events:write,admin").given).toEqual({
      options: { scopes: "events:write,admin" },
      flags: {},
      words: [],
    });
    expect(read("demo load --json").given.flags).toEqual({ json: true });
    expect(read("demo load").given.flags).toEqual({ json: false });
    expect(read("rates import card.csv --book standard").given.words).toEqual(["card.csv"]);
  });
  test("an unknown command is answered with all there are", () => {
    expect(() => read("key delete")).toThrow(/key create --scopes A,B[\s\S]*rates import FILE/);
  });
  test.each([
    ["a missing option", "key create --organization acme"],
    ["an empty option", "key create --scopes="],
    ["an unknown option", "key create --scopes admin --scope x"],
    ["a missing word", "rates import --book standard"],
    ["a word too many", "migrate now"],
  ])("%s is answered with the usage of the command", (_, line) => {
    expect(() => read(line)).toThrow(UsageError);
    expect(() => read(line)).toThrow(/npm run kuota -- /);
  });
});
