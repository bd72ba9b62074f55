import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { z } from "zod";
import { createApiKey, createPlatformKey, narrowToOrganization } from "@/lib/auth/api-keys";
import { emailInput, keyInput, personNameInput } from "@/lib/auth/input";
import { systemMachineScope, systemStaffScope } from "@/lib/auth/scope";
import { createStaff, resetPassword } from "@/lib/auth/users";
import { parseDecimal } from "@/lib/money/money";
import { importRateCard } from "@/lib/provisioning/rate-cards";
import { isDay } from "@/lib/time/period";
import { type Given, UsageError } from "./command-line";

const ACTOR = "operator";

/** Makes a log-in for the back office and prints its password, which is shown this once. */
export async function createStaffMember({ options }: Given): Promise<void> {
  const email = read("email", emailInput, options.email);
  const name = read("name", personNameInput, options.name ?? email);
  const role = read("role", z.enum(["operator", "viewer"]), options.role ?? "operator");
  const password = options.password ?? randomBytes(18).toString("base64url");
  await createStaff(systemStaffScope(ACTOR, "back_office:write"), { email, name, password }, role);
  console.error(`${email} may now log in to the back office as ${role}. The password:`);
  console.log(password);
}

/** Gives a person who forgot their password another one and prints it, which is shown this once. */
export async function setNewPassword({ options }: Given): Promise<void> {
  const email = read("email", emailInput, options.email);
  const password = options.password ?? randomBytes(18).toString("base64url");
  await resetPassword(systemStaffScope(ACTOR, "back_office:write"), email, password);
  console.error(`${email} is logged out everywhere and logs in with this password, to change it at once:`);
  console.log(password);
}

/** Makes a key of the platform or of one organization and prints it, and nothing else, on standard output. */
export async function createKey({ options }: Given): Promise<void> {
  const scopes = (options.scopes ?? "").split(",").map((scope) => scope.trim());
  const wanted = read("scopes", keyInput, { name: options.name ?? "Made by the operator", scopes });
  const { key } = options.organization
    ? await createApiKey(
        await narrowToOrganization(systemMachineScope(ACTOR, "keys:manage", "admin"), options.organization),
        wanted,
      )
    : await createPlatformKey(systemStaffScope(ACTOR, "back_office:write"), wanted);
  console.log(key);
}

/** Publishes one of Meta's rate cards, with the vendor's fee on top, as a version of a price book. */
export async function importRates({ options, words: [file = ""] }: Given): Promise<void> {
  const { book = "", from = "" } = options;
  if (!isDay(from)) throw new UsageError(`--from ${from} is no day: write it as 2026-10-01.`);
  const percent = parseDecimal(options["fee-percent"] ?? "0");
  if (percent === null) throw new UsageError("--fee-percent is a number such as 12.5.");
  // npm works in the project's folder and tells where it was called.
  const path = resolve(process.env.INIT_CWD ?? "", file);
  const { publication, outcome, changes, unknownMarkets } = await importRateCard(
    systemStaffScope(ACTOR, "back_office:write"),
    { card: await readFile(path, "utf8"), book, from, fee: { percent, fixed: new Map() } },
  );
  console.log(
    `${basename(path)}: ${book} from ${publication.effectiveFrom} in ${publication.currency} ${outcome}, ${publication.prices.length} prices, ${changes.length} of them different from before`,
  );
  if (unknownMarkets.length > 0) {
    console.error(`No calling code belongs to these markets: ${unknownMarkets.join(", ")}`);
  }
}

function read<T>(option: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UsageError(`--${option}: ${result.error.issues.map(({ message }) => message).join("; ")}`);
}
