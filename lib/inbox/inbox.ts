import "server-only";
import { createHash } from "node:crypto";
import { acrossOrganizations } from "@/db/client";
import { type MachineScope, type StaffScope, systemScope } from "@/lib/auth/scope";
import { Refusal } from "@/lib/errors";
import { logFault } from "@/lib/log";
import { recordOwnEvents } from "@/lib/metering/metering";
import { readWebhook } from "@/lib/metering/whatsapp";
import { ownersOfNumbers } from "@/lib/organizations/organizations";
import { systemNow } from "@/lib/time/clock";
import {
  claimDue,
  claimWaitingFor,
  insertBody,
  markProcessed,
  markWaiting,
  selectBacklog,
  selectBody,
  selectBodyByHash,
  selectWaiting,
  type WaitingReason,
} from "./store";

type InboxScope = StaffScope<"back_office:read"> | MachineScope<"admin">;

/** How long whoever took a body may work on it before another tries. */
const LEASE = 60_000;
const FIRST_RETRY = 5_000;
const LONGEST_RETRY = 3_600_000;
const AT_ONCE = 50;

/**
 * Keeps a webhook body before anything else, then works on it. When this returns, the body is safe: what could not
 * be processed is tried again until it succeeds, and staff can see it (M2). The same body again changes nothing.
 *
 * @throws when the body could not be stored; then Meta must send it again.
 */
export async function receiveWebhook(rawBody: string): Promise<void> {
  const hash = createHash("sha256").update(rawBody).digest("base64url");
  const receivedAt = systemNow();
  const id = await acrossOrganizations(async (tx) => {
    const known = await selectBodyByHash(tx, hash);
    if (known) return known.processed ? null : known.id;
    // A zero byte is no text for the database; JSON never holds one unescaped.
    const text = rawBody.replaceAll("\0", "\uFFFD");
    return insertBody(tx, { hash, text, receivedAt, nextAttemptAt: new Date(receivedAt.getTime() + LEASE) });
  });
  if (id !== null) await process(id);
}

/** Works on bodies whose time has come. Called by the server's timer; any number of processes may. @returns how many. */
export async function workThroughInbox(): Promise<number> {
  const now = systemNow();
  const ids = await acrossOrganizations((tx) => claimDue(tx, now, new Date(now.getTime() + LEASE), AT_ONCE));
  for (const id of ids) await process(id);
  return ids.length;
}

/** Works on everything that waited for a business number; called once the number is assigned. */
export async function retryWaitingFor(phoneNumberId: string): Promise<void> {
  for (;;) {
    const leaseUntil = new Date(systemNow().getTime() + LEASE);
    const ids = await acrossOrganizations((tx) => claimWaitingFor(tx, phoneNumberId, leaseUntil, AT_ONCE));
    if (ids.length === 0) return;
    for (const id of ids) await process(id);
  }
}

/** One unprocessed body, without its content. */
export type WaitingBody = Awaited<ReturnType<typeof selectWaiting>>[number];

/** Unprocessed bodies with the reason and since when, oldest first. */
export async function listWaitingBodies(
  _scope: InboxScope,
  page: { readonly after: number | null; readonly limit: number },
): Promise<WaitingBody[]> {
  return acrossOrganizations((tx) => selectWaiting(tx, page.after ?? 0, Math.min(page.limit, 500)));
}

/** How many bodies wait and since when the oldest; for metrics. */
export async function inboxBacklog() {
  return acrossOrganizations(selectBacklog);
}

/** Tries one body now. @returns whether it is processed. @throws Refusal not_found */
export async function retryBody(
  _scope: StaffScope<"back_office:write"> | MachineScope<"admin">,
  id: number,
): Promise<boolean> {
  const known = await acrossOrganizations((tx) => selectBody(tx, id));
  if (!known) throw new Refusal("not_found", "There is no such webhook body.");
  return process(id);
}

type Failure = { readonly reason: WaitingReason; readonly waitsFor: string | null };

async function process(id: number): Promise<boolean> {
  const stored = await acrossOrganizations((tx) => selectBody(tx, id));
  if (!stored || stored.processed) return true;
  const failure = await recordBody(id, stored.body, stored.receivedAt);
  const now = systemNow();
  await acrossOrganizations(async (tx) => {
    if (failure === null) return markProcessed(tx, id, now);
    const retries = failure.reason !== "unknown_number" && failure.reason !== "malformed";
    const delay = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** Math.min(stored.attempts, 12));
    const nextAttemptAt = retries ? new Date(now.getTime() + delay) : null;
    return markWaiting(tx, id, { ...failure, nextAttemptAt });
  });
  return failure === null;
}

/** Records all that a body tells. What is recorded stays so whatever becomes of the rest: events are known for ever. */
async function recordBody(id: number, body: string, receivedAt: Date): Promise<Failure | null> {
  const reports = readJson(body, receivedAt);
  if (reports === null) return { reason: "malformed", waitsFor: null };
  let failure: Failure | null = null;
  try {
    const numbers = [...new Set(reports.map(({ phoneNumberId }) => phoneNumberId))];
    const owners = await acrossOrganizations((tx) => ownersOfNumbers(tx, numbers));
    for (const { phoneNumberId, events } of reports) {
      const organizationId = owners.get(phoneNumberId);
      if (organizationId === undefined) {
        failure = { reason: "unknown_number", waitsFor: phoneNumberId };
        continue;
      }
      const scope = systemScope("whatsapp-webhook", organizationId, "events:write");
      const outcomes = await recordOwnEvents(scope, events);
      if (outcomes.includes("in_the_future")) failure ??= { reason: "in_the_future", waitsFor: null };
    }
  } catch (error) {
    logFault("webhook body could not be processed", error, { bodyId: id });
    return { reason: "failed", waitsFor: null };
  }
  return failure;
}

function readJson(body: string, receivedAt: Date) {
  try {
    return readWebhook(JSON.parse(body), receivedAt);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
