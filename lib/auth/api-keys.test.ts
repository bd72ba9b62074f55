import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import type { KeyScope } from "@/db/schema/access";
import { takeFromRate } from "@/lib/attempts/rates";
import { duringRequest } from "@/lib/request";
import { monotonicMilliseconds } from "@/lib/time/clock";
import {
  apiKeysOf,
  authorizeKey,
  createApiKey,
  createPlatformKey,
  narrowToOrganization,
  platformKeys,
  revokeApiKey,
  revokePlatformKey,
} from "./api-keys";
import { KEY_RATE, UNKNOWN_KEY_RATE } from "./rules";
import { systemScope, systemStaffScope } from "./scope";
import { digest } from "./secrets";
import { newOrganization } from "./testing";

afterAll(closeDatabases);

const operator = systemStaffScope("test", "back_office:read", "back_office:write");
const managerOf = (organizationId: number) => systemScope("test", organizationId, "keys:manage");
const bearer = (key: string) => `Bearer ${key}`;

async function newKey(...scopes: KeyScope[]) {
  const organization = await newOrganization();
  const created = await createApiKey(managerOf(organization.id), { name: "inbox", scopes });
  return { organization, ...created };
}

describe("a key", () => {
  test("opens what its scopes grant, for its own organization", async () => {
    const { organization, key } = await newKey("events:write", "balance:read");
    const scope = await authorizeKey(bearer(key), "events:write", "usage:read");
    expect(scope).toMatchObject({
      onlyOrganizationId: organization.id,
      actor: { kind: "key" },
      grants: { "events:write": true, "usage:read": true },
    });
    expect(scope.grants).not.toHaveProperty("balance:read");
  });

  test("is refused what its scopes do not grant, which names the scopes that would do", async () => {
    const { key } = await newKey("events:write");
    await expect(authorizeKey(bearer(key), "events:write", "usage:read")).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("balance:read or reports:read"),
    });
  });

  test("is kept as a hash only: 256 random bits are shown once", async () => {
    const { organization, id, key } = await newKey("events:write");
    expect(key).toMatch(/^kuota_live_[\w-]{43}$/);
    const [listed] = await apiKeysOf(managerOf(organization.id));
    expect(listed).toMatchObject({ id, name: "inbox", prefix: key.slice(0, 15), lastUsedAt: null });
    const [row] = await acrossOrganizations(
      (tx) => rawSql(tx)`select to_jsonb(api_keys)::text as everything from api_keys where id = ${id}`,
    );
    expect(row?.everything).toContain(digest(key));
    expect(row?.everything).not.toContain(key.slice(16));
  });

  test("stops working with the very next request after it is revoked", async () => {
    const { organization, id, key } = await newKey("events:write");
    await authorizeKey(bearer(key), "events:write");
    await revokeApiKey(managerOf(organization.id), id);
    await expect(authorizeKey(bearer(key), "events:write")).rejects.toMatchObject({
      code: "unauthenticated",
    });
    await revokeApiKey(managerOf(organization.id), id);
    expect((await apiKeysOf(managerOf(organization.id)))[0]?.revokedAt).toBeInstanceOf(Date);
  });

  test.each([
    null,
    "",
    "Bearer",
    "Basic a2V5OmtleQ==",
    `Bearer kuota_live_${"A".repeat(43)}`,
    "Bearer ' or true -- padding padding",
  ])("the header %j is refused as unauthenticated", async (header) => {
    await expect(authorizeKey(header, "events:write")).rejects.toMatchObject({
      code: "unauthenticated",
      status: 401,
    });
  });

  test("notes its use at most once a minute and without keeping anyone waiting", async () => {
    const { organization, key } = await newKey("events:write");
    await Promise.all(Array.from({ length: 10 }, () => authorizeKey(bearer(key), "events:write")));
    const lastUsed = async () => (await apiKeysOf(managerOf(organization.id)))[0]?.lastUsedAt;
    await expect.poll(lastUsed).toBeInstanceOf(Date);
    const first = await lastUsed();
    await authorizeKey(bearer(key), "events:write");
    expect(await lastUsed()).toEqual(first);
  });

  test("is found by one look into the index of hashes", async () => {
    const plan = await acrossOrganizations(async (tx) => {
      const sql = rawSql(tx);
      await sql`set local enable_seqscan = off`;
      return sql`explain (costs off) select id from api_keys where key_hash = 'x' and revoked_at is null`;
    });
    expect(plan.map((row) => row["QUERY PLAN"]).join("\n")).toContain("using api_key_hash_is_unique");
  });
});

describe("between organizations", () => {
  test("a key sees its own organization; another one and none at all look the same to it", async () => {
    const [mine, other] = [await newKey("balance:read"), await newOrganization()];
    const scope = await authorizeKey(bearer(mine.key), "balance:read");
    expect(await narrowToOrganization(scope, mine.organization.slug)).toMatchObject({
      organizationId: mine.organization.id,
      grants: { "balance:read": true },
    });
    const refusals = await Promise.all(
      [other.slug, `${other.slug}-missing`].map((slug) =>
        narrowToOrganization(scope, slug).catch((error: { code: string; message: string }) => ({
          code: error.code,
          message: error.message.replace(slug, "…"),
        })),
      ),
    );
    expect(refusals[0]).toEqual({ code: "organization_not_found", message: expect.any(String) });
    expect(refusals[1]).toEqual(refusals[0]);
  });

  test("a key is neither listed nor revoked by another organization's manager", async () => {
    const [mine, other] = [await newKey("events:write"), await newOrganization()];
    await revokeApiKey(managerOf(other.id), mine.id);
    expect(await apiKeysOf(managerOf(other.id))).toEqual([]);
    await expect(authorizeKey(bearer(mine.key), "events:write")).resolves.toBeDefined();
  });

  test("the platform's key sees every organization, and no organization manages it", async () => {
    const organization = await newOrganization();
    const { id, key } = await createPlatformKey(operator, { name: "platform", scopes: ["events:write"] });
    expect(key).toMatch(/^kuota_platform_[\w-]{43}$/);
    const scope = await authorizeKey(bearer(key), "events:write");
    expect(scope.onlyOrganizationId).toBeNull();
    expect(await narrowToOrganization(scope, organization.slug)).toMatchObject({
      organizationId: organization.id,
    });
    await revokeApiKey(managerOf(organization.id), id);
    await expect(authorizeKey(bearer(key), "events:write")).resolves.toBeDefined();
    expect((await platformKeys(operator)).map((row) => row.id)).toContain(id);
    await revokePlatformKey(operator, id);
    await expect(authorizeKey(bearer(key), "events:write")).rejects.toMatchObject({
      code: "unauthenticated",
    });
  });

  test("a client cannot give itself a key that administers; the vendor can give it one", async () => {
    const { id } = await newOrganization();
    const wanted = { name: "provisioning", scopes: ["admin"] as const };
    await expect(createApiKey(managerOf(id), wanted)).rejects.toMatchObject({ code: "forbidden" });
    expect(await apiKeysOf(managerOf(id))).toEqual([]);
    const { key } = await createApiKey(systemScope("test", id, "keys:manage", "admin"), wanted);
    await expect(authorizeKey(bearer(key), "admin")).resolves.toMatchObject({ onlyOrganizationId: id });
  });

  test("an address that tries keys nobody has must wait; a key that is good there goes on", async () => {
    const { key } = await newKey("events:write");
    const fresh = await newKey("events:write");
    const network = `2001:db8:2:${randomUUID().slice(0, 4)}`;
    const facts = { id: "test-request", address: `${network}::1`, method: "POST", path: "/api/v1/events" };
    const knock = (given: string) => {
      const address = `${network}:${randomUUID().slice(0, 4)}::1`;
      return duringRequest({ ...facts, address }, () => authorizeKey(bearer(given), "events:write"));
    };
    const guess = () => knock(`kuota_live_${randomUUID()}`);
    await knock(key);
    for (let i = 0; i < UNKNOWN_KEY_RATE.burst; i++) {
      await expect(guess()).rejects.toMatchObject({ code: "unauthenticated" });
    }
    await expect(guess()).rejects.toMatchObject({
      code: "rate_limited",
      status: 429,
      extras: { retryAfterSeconds: 1 },
    });
    await expect(knock(fresh.key)).rejects.toMatchObject({ code: "rate_limited" });
    await expect(knock(key)).resolves.toBeDefined();
    const elsewhere = { ...facts, address: randomUUID() };
    await expect(
      duringRequest(elsewhere, () => authorizeKey(bearer(fresh.key), "events:write")),
    ).resolves.toBeDefined();
  });

  test("a key that runs wild is told to wait", async () => {
    const { key } = await newKey("events:write");
    // Used up a few seconds from now: it gives back faster than a test could use it up.
    const soon = monotonicMilliseconds() + 5_000;
    for (let i = 0; i < KEY_RATE.burst; i++) takeFromRate(`key:${digest(key)}`, KEY_RATE, soon);
    await expect(authorizeKey(bearer(key), "events:write")).rejects.toMatchObject({ code: "rate_limited" });
  });
});
