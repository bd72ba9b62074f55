import "server-only";
import { randomUUID } from "node:crypto";
import { inOrganization, type Transaction } from "@/db/client";
import type { OccurrenceType } from "@/db/schema/alerts";
import { countAttempt } from "@/lib/attempts/attempts";
import { writeAudit } from "@/lib/audit/audit";
import type { Scope } from "@/lib/auth/scope";
import { invariant, Refusal } from "@/lib/errors";
import { recordOccurrences } from "@/lib/occurrences/occurrences";
import { readOrganization } from "@/lib/organizations/organizations";
import { organizationNow, systemNow } from "@/lib/time/clock";
import type { EndpointInput } from "../input";
import { addressIn, isPublicAddress, isThisMachine } from "./addresses";
import { mayReachThisMachine } from "./request";
import { newSigningSecret, seal } from "./secrets";
import {
  deleteEndpoint,
  type EndpointRow,
  failWaiting,
  insertDeliveries,
  insertEndpoint,
  lockEndpoint,
  selectEndpoints,
  updateEndpoint,
} from "./store";

/** Where an organization's system takes webhooks, without its secret. */
export type Endpoint = Pick<
  EndpointRow,
  "id" | "url" | "types" | "isEnabled" | "disabledBecause" | "createdAt" | "formerSecretUntil"
>;

/** How many an organization may have. */
const MOST_ENDPOINTS = 10;
/** For how long the secret before still signs after it was replaced. */
const FORMER_SECRET_MS = 24 * 3_600_000;

/** The organization's endpoints, the oldest first. */
export async function endpointsOf(scope: Scope<"alerts:manage">): Promise<Endpoint[]> {
  const { organizationId } = scope;
  const rows = await inOrganization(organizationId, (tx) => selectEndpoints(tx, organizationId));
  return rows.map(({ id, url, types, isEnabled, disabledBecause, createdAt, formerSecretUntil }) => ({
    id,
    url,
    types,
    isEnabled,
    disabledBecause,
    createdAt,
    formerSecretUntil,
  }));
}

/**
 * Adds an endpoint, which gets what is written down from now on.
 *
 * @returns the secret that signs its webhooks; it is told this once
 * @throws Refusal invalid_input for an address that is not public and encrypted, already_exists, conflict when there are
 *   too many
 */
export async function addEndpoint(
  scope: Scope<"alerts:manage">,
  wanted: EndpointInput,
): Promise<{ readonly id: string; readonly secret: string }> {
  refuseAddress(wanted.url);
  const { organizationId } = scope;
  const id = randomUUID();
  const secret = newSigningSecret();
  await inOrganization(organizationId, async (tx) => {
    if ((await selectEndpoints(tx, organizationId)).length >= MOST_ENDPOINTS) {
      throw new Refusal("conflict", `An organization has at most ${MOST_ENDPOINTS} endpoints.`);
    }
    const { url, types } = wanted;
    const sealedSecret = seal(secret, sealName(organizationId, id));
    if (!(await insertEndpoint(tx, { organizationId, id, url, types, sealedSecret }))) {
      throw new Refusal("already_exists", "There is an endpoint with this address already.");
    }
    await audit(tx, scope, "webhook.added", id, undefined, { address: originOf(url), types });
  });
  return { id, secret };
}

/** Changes what an endpoint is told of. @throws Refusal not_found */
export async function chooseTypes(
  scope: Scope<"alerts:manage">,
  id: string,
  types: OccurrenceType[],
): Promise<void> {
  await changeEndpoint(scope, id, async (tx, endpoint) => {
    await updateEndpoint(tx, scope.organizationId, id, { types });
    const address = originOf(endpoint.url);
    await audit(tx, scope, "webhook.changed", id, { types: endpoint.types }, { address, types });
  });
}

/**
 * Gives an endpoint a new secret. For a day the one before signs too, so that nothing is refused while the receiver
 * changes over.
 *
 * @returns the new secret; it is told this once
 * @throws Refusal not_found
 */
export async function rotateSecret(scope: Scope<"alerts:manage">, id: string): Promise<string> {
  const { organizationId } = scope;
  const secret = newSigningSecret();
  await changeEndpoint(scope, id, async (tx, endpoint) => {
    await updateEndpoint(tx, organizationId, id, {
      sealedSecret: seal(secret, sealName(organizationId, id)),
      sealedFormerSecret: endpoint.sealedSecret,
      formerSecretUntil: new Date(systemNow().getTime() + FORMER_SECRET_MS),
    });
    await audit(tx, scope, "webhook.secret_rotated", id, undefined, { address: originOf(endpoint.url) });
  });
  return secret;
}

/** Switches an endpoint off, which gives up what waits for it, or on again. @throws Refusal not_found */
export async function switchEndpoint(
  scope: Scope<"alerts:manage">,
  id: string,
  isEnabled: boolean,
): Promise<void> {
  await changeEndpoint(scope, id, async (tx, endpoint) => {
    if (endpoint.isEnabled === isEnabled) return;
    await updateEndpoint(tx, scope.organizationId, id, {
      isEnabled,
      disabledBecause: isEnabled ? null : "switched_off",
    });
    if (!isEnabled) await failWaiting(tx, scope.organizationId, id);
    const action = isEnabled ? "webhook.switched_on" : "webhook.switched_off";
    await audit(tx, scope, action, id, undefined, { address: originOf(endpoint.url) });
  });
}

/** Removes an endpoint with its log. @throws Refusal not_found */
export async function removeEndpoint(scope: Scope<"alerts:manage">, id: string): Promise<void> {
  await changeEndpoint(scope, id, async (tx, { url, types }) => {
    await deleteEndpoint(tx, scope.organizationId, id);
    await audit(tx, scope, "webhook.removed", id, { address: originOf(url), types });
  });
}

/**
 * Sends an endpoint an event of type "alert.test".
 *
 * @throws Refusal not_found; conflict for one that is off; rate_limited
 */
export async function sendTestEvent(scope: Scope<"alerts:manage">, id: string): Promise<void> {
  const { organizationId } = scope;
  await changeEndpoint(scope, id, async (tx, endpoint) => {
    await countSendingByHand(tx, organizationId);
    if (!endpoint.isEnabled) throw new Refusal("conflict", "Switch the endpoint on first.");
    const organization = await readOrganization(tx, organizationId);
    const [occurrenceId] = await recordOccurrences(tx, organization, [
      {
        type: "alert.test",
        cause: `test:${randomUUID()}`,
        occurredAt: organizationNow(organization.clock),
        data: { endpoint: id },
      },
    ]);
    invariant(occurrenceId, "the test event was written");
    await insertDeliveries(tx, [{ organizationId, endpointId: id, occurrenceId }], systemNow());
  });
}

/** What people send by hand in an hour, so that nobody is flooded in the client's name. @throws Refusal rate_limited */
export async function countSendingByHand(tx: Transaction, organizationId: number): Promise<void> {
  const limit = { key: `webhooks:organization:${organizationId}`, attempts: 100, seconds: 3_600 };
  const wait = await countAttempt(tx, [limit]);
  if (wait === null) return;
  throw new Refusal("rate_limited", "Too many webhooks sent by hand in an hour. Try again later.", {
    retryAfterSeconds: wait,
  });
}

/** What a secret is bound to, so that it cannot be moved to another row. */
export function sealName(organizationId: number, endpointId: string): string {
  return `${organizationId}:${endpointId}`;
}

function refuseAddress(text: string): void {
  const { protocol, hostname } = new URL(text);
  const isLocal = isThisMachine(hostname);
  if (isLocal && mayReachThisMachine()) return;
  const literal = addressIn(hostname);
  if (protocol !== "https:" || isLocal || (literal !== null && !isPublicAddress(literal))) {
    throw new Refusal("invalid_input", "Give an https address that can be reached from the public internet.");
  }
}

async function changeEndpoint(
  { organizationId }: Scope<"alerts:manage">,
  id: string,
  change: (tx: Transaction, endpoint: EndpointRow) => Promise<void>,
): Promise<void> {
  await inOrganization(organizationId, async (tx) => {
    const endpoint = await lockEndpoint(tx, organizationId, id);
    if (!endpoint) throw new Refusal("not_found", "There is no such endpoint.");
    await change(tx, endpoint);
  });
}

/** Of the address only its origin: paths of such addresses are often secret. */
function originOf(url: string): string {
  return new URL(url).origin;
}

async function audit(
  tx: Transaction,
  { organizationId, actor }: Scope<"alerts:manage">,
  action: string,
  endpointId: string,
  before?: Readonly<Record<string, unknown>>,
  after?: Readonly<Record<string, unknown>>,
): Promise<void> {
  const subject = `webhook:${endpointId}`;
  await writeAudit(tx, {
    actor,
    organizationId,
    action,
    subject,
    before: before ?? null,
    after: after ?? null,
  });
}
