import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import type { KeyScope } from "@/db/schema/access";
import { forgetRate, isRated, secondsToWait, takeFromRate } from "@/lib/attempts/rates";
import { actorName, writeAudit } from "@/lib/audit/audit";
import { combiner, makeWayFor } from "@/lib/combining/combining";
import { invariant, Refusal } from "@/lib/errors";
import { logFault } from "@/lib/log";
import { findOrganizations, type Organization } from "@/lib/organizations/organizations";
import { currentRequest, networkOf } from "@/lib/request";
import { systemNow } from "@/lib/time/clock";
import type { Permission } from "./permissions";
import {
  bearerKey,
  isId,
  KEY_RATE,
  KEY_USE_NOTED_EVERY_MS,
  keyHas,
  keyScopesFor,
  UNKNOWN_KEY_RATE,
} from "./rules";
import {
  type Actor,
  alsoGrants,
  type MachineScope,
  mintMachineScope,
  narrowScope,
  type Scope,
  type StaffScope,
} from "./scope";
import { digest, newSecret } from "./secrets";
import { insertKey, revokeKeyRow, selectKeys, selectLiveKeys, updateKeyUse } from "./store";

/** A key as it is listed: never the key itself. */
export type ApiKey = Awaited<ReturnType<typeof selectKeys>>[number];

type LiveKey = Awaited<ReturnType<typeof selectLiveKeys>>[number];

export type NewKey = { readonly name: string; readonly scopes: readonly KeyScope[] };

/** `key` is shown this once; only its hash is kept. */
export type CreatedKey = { readonly id: string; readonly key: string };

/**
 * Makes a key for one organization.
 *
 * @throws Refusal forbidden for the scope `admin`, with which a client could change its own balance, unless the caller
 * may itself administer: the vendor's staff, who were granted `admin` for this organization.
 */
export async function createApiKey(scope: Scope<"keys:manage">, wanted: NewKey): Promise<CreatedKey> {
  if (wanted.scopes.includes("admin") && !alsoGrants(scope, "admin")) {
    throw new Refusal("forbidden", "Keys that administer an organization are made by the vendor.");
  }
  return acrossOrganizations((tx) => insertNewKey(tx, scope.actor, scope.organizationId, wanted));
}

/** Makes a key of the platform, which sees all organizations. */
export async function createPlatformKey(
  scope: StaffScope<"back_office:write">,
  wanted: NewKey,
): Promise<CreatedKey> {
  return acrossOrganizations((tx) => insertNewKey(tx, scope.actor, null, wanted));
}

/** The organization's keys, newest first, revoked ones included. */
export async function apiKeysOf(scope: Scope<"keys:manage">): Promise<ApiKey[]> {
  return acrossOrganizations((tx) => selectKeys(tx, scope.organizationId));
}

/** The platform's keys, newest first, revoked ones included. */
export async function platformKeys(_scope: StaffScope<"back_office:read">): Promise<ApiKey[]> {
  return acrossOrganizations((tx) => selectKeys(tx, null));
}

/**
 * Ends a key: the next request with it is refused. Ending it twice changes nothing.
 *
 * Another organization's key is not known here, which looks the same.
 */
export async function revokeApiKey(scope: Scope<"keys:manage">, keyId: string): Promise<void> {
  await acrossOrganizations((tx) => revoke(tx, scope.actor, scope.organizationId, keyId));
}

/** As `revokeApiKey`, for a key of the platform. */
export async function revokePlatformKey(
  scope: StaffScope<"back_office:write">,
  keyId: string,
): Promise<void> {
  await acrossOrganizations((tx) => revoke(tx, scope.actor, null, keyId));
}

/**
 * What the bearer of a key may do, asked of the database at every request. Machine doors call this first.
 *
 * The scopes of a key grant permissions as contracts.md says: `usage:read` comes with `balance:read` or `reports:read`,
 * `organization:read` with any, and `admin` grants nothing but itself.
 *
 * @throws Refusal unauthenticated for no, an unknown or a revoked key; forbidden when its scopes fall short; rate_limited
 * for a key that is used, or an address that tries unknown keys, more often than `rules.ts` allows.
 */
export async function authorizeKey<P extends Permission>(
  authorizationHeader: string | null,
  ...permissions: P[]
): Promise<MachineScope<P>> {
  const given = bearerKey(authorizationHeader);
  if (!given) throw new Refusal("unauthenticated", "Send an API key: Authorization: Bearer <key>.");
  const key = await findKey(digest(given));
  const missing = permissions.find((permission) => !keyHas(key.scopes, permission));
  if (missing) {
    const needed = keyScopesFor(missing).join(" or ");
    throw new Refusal("forbidden", `This API key lacks the scope ${needed || missing}.`);
  }
  noteUse(key);
  return mintMachineScope(key.organizationId, { kind: "key", keyId: key.id }, permissions);
}

/**
 * An address that keeps trying keys which nobody has is not looked up any more; a key that was good here lately still is,
 * for many machines may share an address. Counted in memory: no request waits for it.
 */
async function findKey(hash: string): Promise<LiveKey> {
  const name = `key:${hash}`;
  const address = currentRequest()?.address;
  const strangers = address ? `keys-tried:${networkOf(address)}` : null;
  if (strangers && !isRated(name)) refuseFor(secondsToWait(strangers, UNKNOWN_KEY_RATE));
  const [key] = await keyLookups.combine(0, [hash]);
  if (!key) {
    forgetRate(name);
    if (strangers) takeFromRate(strangers, UNKNOWN_KEY_RATE);
    throw new Refusal("unauthenticated", "This API key is not known or was revoked.");
  }
  refuseFor(takeFromRate(name, KEY_RATE));
  return key;
}

function refuseFor(retryAfterSeconds: number | null): void {
  if (retryAfterSeconds !== null) {
    throw new Refusal("rate_limited", "Too many requests. Try again later.", { retryAfterSeconds });
  }
}

/** Requests that come together share one look into the database: most of what a small request costs is its transaction. */
const keyLookups = combiner<string, LiveKey | undefined>({
  name: "keys",
  largestBatch: 500,
  mostWaiting: 10_000,
  work: async (_, hashes) => {
    const rows = await acrossOrganizations((tx) => selectLiveKeys(tx, hashes));
    const keys = new Map(rows.map((row) => [row.keyHash, row]));
    return hashes.map((hash) => keys.get(hash));
  },
});

const organizationLookups = combiner<string, Organization | undefined>({
  name: "organizations",
  largestBatch: 500,
  mostWaiting: 10_000,
  work: async (_, slugs) => {
    const organizations = await acrossOrganizations((tx) => findOrganizations(tx, slugs));
    return slugs.map((slug) => organizations.get(slug));
  },
});

/**
 * Narrows a machine's scope to the organization it names.
 *
 * @throws Refusal organization_not_found for one that does not exist and, in the same words, for one that the key may not
 * see.
 */
export async function narrowToOrganization<P extends Permission>(
  scope: MachineScope<P>,
  slug: string,
): Promise<Scope<P>> {
  const [organization] = await organizationLookups.combine(0, [slug]);
  const maySee =
    organization && (scope.onlyOrganizationId === null || scope.onlyOrganizationId === organization.id);
  if (!maySee) {
    throw new Refusal(
      "organization_not_found",
      `There is no organization "${slug.slice(0, 80)}" for this key.`,
    );
  }
  makeWayFor(organization.id);
  return narrowScope(scope, organization.id);
}

async function insertNewKey(
  tx: Transaction,
  actor: Actor,
  organizationId: number | null,
  { name, scopes }: NewKey,
): Promise<CreatedKey> {
  const kind = `kuota_${organizationId === null ? "platform" : "live"}_`;
  const key = `${kind}${newSecret()}`;
  const prefix = key.slice(0, kind.length + 4);
  const id = await insertKey(tx, {
    organizationId,
    name,
    prefix,
    keyHash: digest(key),
    scopes: [...scopes],
    createdBy: actorName(actor),
  });
  invariant(id, "the key was written");
  await writeAudit(tx, {
    actor,
    organizationId,
    action: "key.created",
    subject: `key:${id}`,
    after: { name, prefix, scopes },
  });
  return { id, key };
}

async function revoke(tx: Transaction, actor: Actor, organizationId: number | null, keyId: string) {
  const revoked = isId(keyId) ? await revokeKeyRow(tx, organizationId, keyId) : undefined;
  if (!revoked) return;
  await writeAudit(tx, {
    actor,
    organizationId,
    action: "key.revoked",
    subject: `key:${keyId}`,
    before: revoked,
  });
}

const beingNoted = new Set<string>();

/** Writes down that a key is used, at most once a minute and without keeping the request waiting. */
function noteUse(key: { readonly id: string; readonly lastUsedAt: Date | null }): void {
  const sinceLastMs = key.lastUsedAt ? systemNow().getTime() - key.lastUsedAt.getTime() : Infinity;
  if (sinceLastMs < KEY_USE_NOTED_EVERY_MS || beingNoted.has(key.id)) return;
  beingNoted.add(key.id);
  void acrossOrganizations((tx) => updateKeyUse(tx, key.id, KEY_USE_NOTED_EVERY_MS))
    .catch((error: unknown) => logFault("key.use_not_noted", error, { keyId: key.id }))
    .finally(() => beingNoted.delete(key.id));
}
