import { randomInt } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, inOrganization, rawSql } from "@/db/client";
import { systemScope, systemStaffScope } from "@/lib/auth/scope";
import { micros } from "@/lib/money/money";
import { duringRequest } from "@/lib/request";
import { type AuditEntry, auditOf, auditOfAll, writeAudit } from "./audit";

afterAll(closeDatabases);

// The log belongs to organizations by number only, so a test may take a number that no organization has.
const newOrganizationId = () => randomInt(1_000_000_000, 2_000_000_000);
const staff = systemStaffScope("test", "back_office:read");

async function write(organizationId: number, entry: Partial<AuditEntry> = {}) {
  await inOrganization(organizationId, (tx) =>
    writeAudit(tx, {
      actor: { kind: "user", userId: 12 },
      organizationId,
      action: "balance.adjusted",
      subject: "account:additional",
      ...entry,
    }),
  );
}

const logOf = (organizationId: number) => systemScope("test", organizationId, "audit:read");

describe("an entry", () => {
  test("says who, from where, what, why, before and after, money as exact decimals · A4", async () => {
    const organizationId = newOrganizationId();
    const request = { id: "request-1", address: "192.0.2.7", method: "POST", path: "/" };
    await duringRequest(request, () =>
      write(organizationId, {
        reason: "goodwill",
        before: { additional: micros("-256.65") },
        after: { additional: micros("999743.35"), note: null },
      }),
    );
    const { entries } = await auditOf(logOf(organizationId), {}, null, 10);
    expect(entries).toMatchObject([
      {
        actor: "user:12",
        address: "192.0.2.7",
        action: "balance.adjusted",
        reason: "goodwill",
        before: { additional: "-256.65" },
        after: { additional: "999743.35", note: null },
      },
    ]);
  });

  test("vanishes with the change that it was written for", async () => {
    const organizationId = newOrganizationId();
    const change = inOrganization(organizationId, async (tx) => {
      await writeAudit(tx, {
        actor: { kind: "system", name: "test" },
        organizationId,
        action: "test.failed",
        subject: "nothing",
      });
      throw new Error("the change failed");
    });
    await expect(change).rejects.toThrow("the change failed");
    expect((await auditOf(logOf(organizationId), {}, null, 10)).entries).toEqual([]);
  });

  test.each(["update audit_log set actor = 'x'", "delete from audit_log", "truncate audit_log"])(
    "is never changed: %s is refused by the database",
    async (statement) => {
      await write(newOrganizationId());
      await expect(acrossOrganizations((tx) => rawSql(tx).unsafe(statement))).rejects.toThrow();
    },
  );
});

describe("reading", () => {
  test("pages never repeat or lose an entry, also where many share a millisecond", async () => {
    const organizationId = newOrganizationId();
    await inOrganization(organizationId, async (tx) => {
      for (let i = 0; i < 7; i++) {
        await writeAudit(tx, {
          actor: { kind: "key", keyId: "k" },
          organizationId,
          action: "a.b",
          subject: `s:${i}`,
        });
      }
    });
    const subjects: string[] = [];
    let cursor = null;
    do {
      const page = await auditOf(logOf(organizationId), {}, cursor, 3);
      subjects.push(...page.entries.map(({ subject }) => subject));
      cursor = page.next;
    } while (cursor);
    expect(subjects).toEqual(["s:6", "s:5", "s:4", "s:3", "s:2", "s:1", "s:0"]);
  });

  test("an organization sees its own log only; staff see all, or one by its number", async () => {
    const [mine, other] = [newOrganizationId(), newOrganizationId()];
    await write(mine, { subject: "mine" });
    await write(other, { subject: "other" });
    expect((await auditOf(logOf(mine), {}, null, 10)).entries).toMatchObject([{ subject: "mine" }]);
    expect((await auditOfAll(staff, { organizationId: other }, null, 10)).entries).toMatchObject([
      { subject: "other" },
    ]);
    expect((await auditOf(logOf(mine), { action: "key." }, null, 10)).entries).toEqual([]);
    expect((await auditOf(logOf(mine), { actor: "user:12", action: "balance.%" }, null, 10)).entries).toEqual(
      [],
    );
  });
});
