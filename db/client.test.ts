import { afterAll, expect, test } from "vitest";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { acrossOrganizations, closeDatabases, inOrganization, rawSql, readInOrganization } from "./client";

afterAll(closeDatabases);

test("a query that forgets its organization sees the transaction's own alone · row-level security", async () => {
  const [one, other] = await Promise.all([newTestOrganization(), newTestOrganization()]);
  for (const open of [inOrganization, readInOrganization]) {
    const seen = await open(one.id, (tx) => rawSql(tx)`select distinct organization_id from ledger_accounts`);
    expect(seen.map((row) => row.organization_id)).toEqual([one.id]);
  }
  const everybody = await acrossOrganizations(
    (tx) => rawSql(tx)`select organization_id from ledgers where organization_id in (${one.id}, ${other.id})`,
  );
  expect(everybody).toHaveLength(2);
});

test("nothing is written into another organization's rows, and nothing is seen without naming one", async () => {
  const [one, other] = await Promise.all([newTestOrganization(), newTestOrganization()]);
  const trespass = inOrganization(
    one.id,
    (tx) => rawSql(tx)`insert into event_keys values (${other.id}, 'test', 'trespass')`,
  );
  await expect(trespass).rejects.toMatchObject({ code: "42501" });
  const unseen = await inOrganization(
    0,
    (tx) => rawSql(tx)`select count(*)::integer as rows from ledger_transfers`,
  );
  expect(unseen[0]?.rows).toBe(0);
});

test("the wall stands around every table that has an organization", async () => {
  const open = await acrossOrganizations(
    (tx) => rawSql(tx)`
      select c.relname from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and not (c.relrowsecurity and c.relforcerowsecurity)
      order by 1`,
  );
  // These are looked into before anybody knows which organization it is about: log-in, keys, webhooks, assignments.
  expect(open.map((row) => row.relname)).toEqual([
    "api_keys",
    "business_numbers",
    "invitations",
    "memberships",
  ]);
});

test("the database itself refuses to change or delete what the ledger says", async () => {
  const { id } = await newTestOrganization();
  for (const forbidden of ["update ledger_transfers set amount_micros = 1", "delete from ledger_transfers"]) {
    const attempt = inOrganization(id, (tx) => rawSql(tx).unsafe(forbidden));
    await expect(attempt).rejects.toMatchObject({ code: "42501" });
  }
});
