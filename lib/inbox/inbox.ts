import "server-only";
import { createHash } from "node:crypto";
import { acrossOrganizations } from "@/db/client";
import { type MachineScope, type Scope, type StaffScope, systemScope } from "@/lib/auth/scope";
import { Refusal } from "@/lib/errors";
import { logFault } from "@/lib/log";
import type { UsageEvent } from "@/lib/metering/message";
import { recordOwnEvents } from "@/lib/metering/metering";
import type { Outcome } from "@/lib/metering/recording";
import { readWebhook } from "@/lib/metering/whatsapp";
import { organizationOf, ownersOfNumbers } from "@/lib/organizations/organizations";
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
/** A number that nobody has is asked for again this often: its assignment works off the bodies, unless a crash comes between. */
const ASK_AGAIN = 86_400_000;
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
  let after = 0;
  for (;;) {
    const leaseUntil = new Date(systemNow().getTime() + LEASE);
    const claim = { phoneNumberId, after, leaseUntil };
    const ids = await acrossOrganizations((tx) => claimWaitingFor(tx, claim, AT_ONCE));
    if (ids.length === 0) return;
    for (const id of ids) await process(id);
    after = Math.max(...ids);
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

type Failure = {
  readonly reason: WaitingReason;
  /** Business numbers that nobody has yet, sorted. */
  readonly unknown: readonly string[];
  readonly retryAfter: number;
};

async function process(id: number): Promise<boolean> {
  for (;;) {
    const stored = await acrossOrganizations((tx) => selectBody(tx, id));
    if (!stored || stored.processed) return true;
    const failure = await recordBody(id, stored);
    const now = systemNow();
    if (failure === null) {
      await acrossOrganizations((tx) => markProcessed(tx, id, now));
      return true;
    }
    const { reason, unknown, retryAfter } = failure;
    const nextAttemptAt = reason === "malformed" ? null : new Date(now.getTime() + retryAfter);
    await acrossOrganizations((tx) => markWaiting(tx, id, { reason, waitsFor: unknown, nextAttemptAt }));
    // Whoever assigned a number meanwhile did not see that this body waits for it.
    if (unknown.length === 0 || (await ownersOf(unknown)).size === 0) return false;
  }
}

async function ownersOf(phoneNumberIds: readonly string[]): Promise<Map<string, number>> {
  return acrossOrganizations((tx) => ownersOfNumbers(tx, phoneNumberIds));
}

type StoredBody = { readonly body: string; readonly receivedAt: Date; readonly attempts: number };

/**
 * Records all that a body tells. What is recorded stays so whatever becomes of the rest: events are known for ever, and
 * one organization's trouble does not keep the others' events waiting.
 */
async function recordBody(id: number, { body, receivedAt, attempts }: StoredBody): Promise<Failure | null> {
  const soon = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** Math.min(attempts, 12));
  const reports = readJson(body, receivedAt);
  if (reports === null) return { reason: "malformed", unknown: [], retryAfter: soon };
  const unknown = new Set<string>();
  const outcomes = new Set<Outcome | "failed">();
  try {
    const owners = await ownersOf(reports.map(({ phoneNumberId }) => phoneNumberId));
    for (const { phoneNumberId, events } of reports) {
      const organizationId = owners.get(phoneNumberId);
      if (organizationId === undefined) unknown.add(phoneNumberId);
      else {
        const report = { id, organizationId, events, receivedAt };
        for (const outcome of await recordReport(report)) outcomes.add(outcome);
      }
    }
  } catch (error) {
    logFault("webhook body could not be processed", error, { bodyId: id });
    outcomes.add("failed");
  }
  const waiting = { unknown: [...unknown].sort(), retryAfter: soon };
  if (outcomes.has("failed")) return { reason: "failed", ...waiting };
  if (outcomes.has("in_the_future")) return { reason: "in_the_future", ...waiting };
  return unknown.size === 0 ? null : { reason: "unknown_number", ...waiting, retryAfter: ASK_AGAIN };
}

type Report = {
  readonly id: number;
  readonly organizationId: number;
  readonly events: readonly UsageEvent[];
  readonly receivedAt: Date;
};

async function recordReport(report: Report): Promise<(Outcome | "failed")[]> {
  const { id, organizationId } = report;
  const scope = systemScope("whatsapp-webhook", organizationId, "events:write");
  try {
    return await recordOwnEvents(scope, await onItsClock(scope, report));
  } catch (error) {
    logFault("webhook body could not be processed", error, { bodyId: id, organizationId });
    return ["failed"];
  }
}

/** What tells no time happened when it was received: on the organization's clock, which may be a test's, far behind. */
async function onItsClock(scope: Scope, { events, receivedAt }: Report): Promise<readonly UsageEvent[]> {
  const at = receivedAt.getTime();
  if (!events.some((event) => event.at === at)) return events;
  const { clock } = await organizationOf(scope);
  if (clock === null) return events;
  return events.map((event) => (event.at === at ? { ...event, at: clock.getTime() } : event));
}

function readJson(body: string, receivedAt: Date) {
  try {
    return readWebhook(JSON.parse(body), receivedAt);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
