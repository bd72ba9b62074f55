import { type ParseArgsConfig, parseArgs } from "node:util";

/** What a command was given: its options by name, and the words that belong to none. */
export type Given = {
  readonly options: Readonly<Record<string, string | undefined>>;
  readonly flags: Readonly<Record<string, boolean>>;
  readonly words: readonly string[];
};

export type Command = {
  /** The words that call it, such as "key create". */
  readonly name: string;
  /** The rest of the line, as the help shows it: required words in capitals, optional parts in brackets. */
  readonly usage: string;
  readonly does: string;
  /** Names of words that must follow. */
  readonly words?: readonly string[];
  readonly required?: readonly string[];
  readonly optional?: readonly string[];
  readonly flags?: readonly string[];
  run(given: Given): Promise<void>;
};

/** A call that cannot be understood. The message says what would be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Finds the command that a line calls and reads its arguments.
 *
 * @throws UsageError on an unknown command or option, a missing option, or a word too few or too many.
 */
export function readCommandLine(
  commands: readonly Command[],
  line: readonly string[],
): { command: Command; given: Given } {
  const command = commands.find(({ name }) => line.slice(0, name.split(" ").length).join(" ") === name);
  if (!command) throw new UsageError(help(commands));
  const { values, positionals } = parse(command, line.slice(command.name.split(" ").length));
  const options: Record<string, string | undefined> = {};
  const flags: Record<string, boolean> = {};
  for (const name of [...(command.required ?? []), ...(command.optional ?? [])]) {
    const value = values[name];
    if (typeof value === "string" && value !== "") options[name] = value;
  }
  for (const name of command.flags ?? []) flags[name] = values[name] === true;
  const missing = (command.required ?? []).filter((name) => options[name] === undefined);
  if (missing.length > 0 || positionals.length !== (command.words ?? []).length) {
    throw new UsageError(`Usage: ${usageOf(command)}`);
  }
  return { command, given: { options, flags, words: positionals } };
}

function parse(command: Command, args: readonly string[]) {
  const texts = [...(command.required ?? []), ...(command.optional ?? [])];
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const name of texts) options[name] = { type: "string" };
  for (const name of command.flags ?? []) options[name] = { type: "boolean" };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason}\nUsage: ${usageOf(command)}`);
  }
}

function usageOf({ name, usage }: Command): string {
  return `npm run kuota -- ${name} ${usage}`.trimEnd();
}

/** All commands, each with what it does. */
export function help(commands: readonly Command[]): string {
  return commands.map((command) => `${usageOf(command)}\n    ${command.does}`).join("\n");
}
