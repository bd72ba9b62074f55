import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { closeDatabases, inOrganization, rawSql } from "@/db/client";
import { openInvitations } from "@/lib/auth/members/invitations";
import { systemScope } from "@/lib/auth/scope";
import { newMember } from "@/lib/auth/testing";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { inviteByMail } from "./invitations";

afterAll(closeDatabases);

const managerOf = (id: number) => systemScope("test", id, "members:manage");

test("an invitation whose mail cannot be written down does not exist, and ends no earlier one · A1", async () => {
  const { id } = await newTestOrganization();
  const email = `${randomUUID()}@example.com`;
  await inviteByMail(managerOf(id), { email, role: "agent" }, "en");
  const earlier = await openInvitations(managerOf(id));
  expect(earlier).toMatchObject([{ email }]);
  const broken = "xx" as never;
  await expect(inviteByMail(managerOf(id), { email, role: "owner" }, broken)).rejects.toThrow();
  expect(await openInvitations(managerOf(id))).toEqual(earlier);
  const mails = await inOrganization(
    id,
    (tx) => rawSql(tx)`select cause from mails where organization_id = ${id} and recipient = ${email}`,
  );
  expect(mails).toMatchObject([{ cause: `invitation:${earlier[0]?.id}` }]);
});

test("one address gets five invitations of an organization in a day, also at once; other addresses and organizations are not touched", async () => {
  const [{ id }, { id: other }] = [await newTestOrganization(), await newTestOrganization()];
  const email = `${randomUUID()}@example.com`;
  const invite = (organization: number, address: string) =>
    inviteByMail(managerOf(organization), { email: address, role: "agent" }, "en");
  const written = [email, email.toUpperCase()];
  const outcomes = await Promise.allSettled(
    Array.from({ length: 12 }, (_, turn) => invite(id, written[turn % 2] ?? email)),
  );
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
  await expect(invite(id, email)).rejects.toMatchObject({
    code: "rate_limited",
    message: "Too many invitations. Try again in 24 hours.",
    extras: { retryAfterSeconds: expect.any(Number) },
  });
  const [row] = await inOrganization(
    id,
    (tx) => rawSql(tx)`select count(*)::integer as mails from mails where organization_id = ${id}`,
  );
  expect(row).toEqual({ mails: 5 });
  await invite(id, `${randomUUID()}@example.com`);
  await invite(other, email);
});

test("an organization mails thirty invitations in an hour; one that is refused does not count", async () => {
  const { id } = await newTestOrganization();
  const member = await newMember(id, "agent");
  const invite = (email: string) => inviteByMail(managerOf(id), { email, role: "agent" }, "id");
  const strangers = (count: number) => Array.from({ length: count }, () => `${randomUUID()}@example.com`);
  for (const email of strangers(29)) await invite(email);
  await expect(invite(member.email)).rejects.toMatchObject({ code: "already_exists" });
  await invite(`${randomUUID()}@example.com`);
  await expect(invite(`${randomUUID()}@example.com`)).rejects.toMatchObject({
    code: "rate_limited",
    message: "Too many invitations. Try again in 60 minutes.",
  });
});
