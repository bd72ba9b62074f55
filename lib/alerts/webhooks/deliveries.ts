import "server-only";
import { acrossOrganizations, inOrganization } from "@/db/client";
import { writeAudit } from "@/lib/audit/audit";
import type { Scope } from "@/lib/auth/scope";
import { Refusal } from "@/lib/errors";
import { logFault, logNotice } from "@/lib/log";
import { countWebhook } from "@/lib/metrics/metrics";
import { claimFrom, type Queue, sendDue } from "@/lib/queues/queues";
import { systemNow } from "@/lib/time/clock";
import { retryAt } from "../rules";
import { type Answer, postBody } from "./request";
import { signedHeaders, unseal } from "./secrets";
import {
  claimDeliveries,
  countWaiting,
  failWaiting,
  lockEndpoint,
  restartDelivery,
  selectDeliveries,
  updateAttempted,
  updateEndpoint,
} from "./store";
import { countSendingByHand, sealName } from "./webhooks";

/** A line of the delivery log. */
export type Delivery = Awaited<ReturnType<typeof selectDeliveries>>[number];

type Claimed = Awaited<ReturnType<typeof claimDeliveries>>[number];

/** How long whoever took a delivery may try before another does. More than an attempt may take. */
const LEASE_MS = 60_000;
/** Under way in one process: fifty organizations' receivers would have to be silent at once to fill it. */
const MOST = 200;
const MOST_OF_ONE = 4;
const PATIENCE_MS = 2_000;
const USER_AGENT = "Kuota-Webhooks/1.0";

/** The organization's deliveries, newest first; `next` is where the following page starts. */
export async function deliveriesOf(
  scope: Scope<"alerts:manage">,
  after: number | null,
  limit: number,
): Promise<{ readonly deliveries: Delivery[]; readonly next: number | null }> {
  const { organizationId } = scope;
  const rows = await inOrganization(organizationId, (tx) =>
    selectDeliveries(tx, organizationId, after, limit + 1),
  );
  const deliveries = rows.slice(0, limit);
  return { deliveries, next: rows.length > limit ? (deliveries.at(-1)?.id ?? null) : null };
}

/** Sends a delivery again, under the same webhook-id. @throws Refusal conflict when its endpoint is off; rate_limited */
export async function redeliver(scope: Scope<"alerts:manage">, id: number): Promise<void> {
  const { organizationId, actor } = scope;
  await inOrganization(organizationId, async (tx) => {
    await countSendingByHand(tx, organizationId);
    const restarted = await restartDelivery(tx, organizationId, id, systemNow());
    if (!restarted) {
      throw new Refusal("conflict", "Switch the endpoint on first.");
    }
    await writeAudit(tx, {
      actor,
      organizationId,
      action: "webhook.redelivered",
      subject: `delivery:${id}`,
      after: { address: new URL(restarted.url).origin },
    });
  });
}

/**
 * Sends what waits, at once. Done when it was sent, or after two seconds, while it goes on. Never fails: what cannot be
 * sent now is tried again by the timer.
 */
export async function deliverSoon(): Promise<void> {
  const sending = deliverDue(systemNow()).catch((error: unknown) => logFault("webhook.failed", error));
  await Promise.race([sending, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref())]);
}

const queue: Queue<Claimed> = {
  name: "webhook",
  most: MOST,
  mostOfOne: MOST_OF_ONE,
  claim: claimFrom("webhook_deliveries", LEASE_MS, claimDeliveries),
  send: deliver,
};

/**
 * Sends the webhooks whose time has come, and those whose time comes meanwhile: receivers that do not answer keep only
 * their own organization's waiting. Called by the server's timer; any number of processes may. What a process took
 * and did not finish, because it was stopped, another sends a minute later: at least once, always under the same
 * webhook-id.
 *
 * @returns how many were taken by their receivers
 */
export async function deliverDue(now: Date): Promise<number> {
  return sendDue(queue, now);
}

/** How many wait for their first or next attempt; for metrics. */
export async function waitingDeliveries(): Promise<number> {
  return acrossOrganizations(countWaiting);
}

async function deliver(delivery: Claimed): Promise<boolean> {
  const answer = await send(delivery);
  const now = systemNow();
  const isTaken = answer.failure === null;
  const isGone = answer.status === 410;
  const nextAttemptAt = isTaken || isGone ? null : retryAt(delivery.attempts, now, Math.random());
  const state = isTaken ? "delivered" : nextAttemptAt === null ? "failed" : "waiting";
  countWebhook(isTaken ? "delivered" : nextAttemptAt === null ? "given_up" : "failed");
  const { organizationId, endpointId } = delivery;
  if (!isTaken) {
    const { id, attempts } = delivery;
    const { status, failure } = answer;
    logNotice("webhook.failed", { organizationId, deliveryId: id, attempts, status, failure });
  }
  await inOrganization(organizationId, async (tx) => {
    await updateAttempted(tx, delivery, {
      state,
      nextAttemptAt,
      lastAttemptAt: now,
      lastStatus: answer.status,
      lastFailure: answer.failure,
      lastMilliseconds: answer.milliseconds,
    });
    if (!isGone) return;
    const endpoint = await lockEndpoint(tx, organizationId, endpointId);
    if (!endpoint?.isEnabled) return;
    await updateEndpoint(tx, organizationId, endpointId, { isEnabled: false, disabledBecause: "gone" });
    await failWaiting(tx, organizationId, endpointId);
    await writeAudit(tx, {
      actor: { kind: "system", name: "webhooks" },
      organizationId,
      action: "webhook.gone",
      subject: `webhook:${endpointId}`,
      after: { address: new URL(endpoint.url).origin },
    });
  });
  return isTaken;
}

type Outcome = Omit<Answer, "failure"> & { readonly failure: Answer["failure"] | "unreadable_secret" };

async function send(delivery: Claimed): Promise<Outcome> {
  const { type, occurredAt, data } = delivery;
  const body = JSON.stringify({ type, timestamp: occurredAt.toISOString(), data });
  const secrets = secretsOf(delivery);
  if (secrets === null) return { status: null, failure: "unreadable_secret", milliseconds: 0 };
  const headers = {
    "content-type": "application/json",
    "user-agent": USER_AGENT,
    ...signedHeaders(secrets, messageId(delivery.occurrenceId), systemNow(), body),
  };
  return postBody(delivery.url, headers, body);
}

/** The webhook-id: the same for every attempt, by which receivers know a repeat. */
export function messageId(occurrenceId: string): string {
  return `msg_${occurrenceId.replaceAll("-", "")}`;
}

/** Null when NEXTAUTH_SECRET is another than the one that sealed them: then only a new secret helps. */
function secretsOf(delivery: Claimed): string[] | null {
  const name = sealName(delivery.organizationId, delivery.endpointId);
  const { sealedSecret, sealedFormerSecret, formerSecretUntil } = delivery;
  const isFormerValid = formerSecretUntil !== null && formerSecretUntil > systemNow();
  const sealed = isFormerValid && sealedFormerSecret ? [sealedSecret, sealedFormerSecret] : [sealedSecret];
  try {
    return sealed.map((text) => unseal(text, name));
  } catch (error) {
    logFault("webhook.secret_unreadable", error, { organizationId: delivery.organizationId });
    return null;
  }
}
