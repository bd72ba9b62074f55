import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { closeDatabases, inOrganization, rawSql } from "@/db/client";
import { openInvitations } from "@/lib/auth/members/invitations";
import { systemScope } from "@/lib/auth/scope";
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
