import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import { systemScope } from "../scope";
import { readSession } from "../session";
import { newMember, newOrganization, newUser, PASSWORD, signIn } from "../testing";
import {
  acceptAsNewUser,
  acceptAsUser,
  inviteMember,
  openInvitations,
  readInvitation,
  revokeInvitation,
} from "./invitations";
import { members } from "./members";

afterAll(closeDatabases);

const managerOf = (organizationId: number) => systemScope("test", organizationId, "members:manage");
const chosen = { name: "Sari", password: PASSWORD, locale: "id" } as const;

async function invite(email = `${randomUUID()}@example.com`) {
  const organization = await newOrganization();
  const invitation = await inviteMember(managerOf(organization.id), { email, role: "supervisor" });
  return { organization, email, ...invitation };
}

describe("an invitation", () => {
  test("makes somebody new a member, logged in, once", async () => {
    const { organization, email, token } = await invite();
    expect(await readInvitation(token)).toMatchObject({ email, role: "supervisor", hasAccount: false });
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => acceptAsNewUser(token, chosen, null)));
    const accepted = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    expect(accepted).toMatchObject([{ slug: organization.slug }]);
    expect(await readSession(accepted[0]?.sessionId ?? "")).toMatchObject({
      email,
      locale: "id",
      organizations: [{ slug: organization.slug, role: "supervisor" }],
    });
    expect(await readInvitation(token)).toBeNull();
  });

  test("makes somebody with an account a member with it, and nobody else", async () => {
    const user = await newUser();
    const { organization, token } = await invite(user.email);
    expect(await readInvitation(token)).toMatchObject({ hasAccount: true });
    await expect(acceptAsNewUser(token, chosen, null)).rejects.toMatchObject({ code: "conflict" });
    const [somebodyElse, invited] = [await signIn((await newUser()).email), await signIn(user.email)];
    await expect(acceptAsUser(token, somebodyElse)).rejects.toMatchObject({ code: "forbidden" });
    await acceptAsUser(token, invited);
    expect(await members(managerOf(organization.id))).toMatchObject([
      { userId: user.id, role: "supervisor" },
    ]);
  });

  test("gives a password to an account that has none", async () => {
    const user = await newUser(null);
    const { token } = await invite(user.email);
    await acceptAsNewUser(token, chosen, null);
    await expect(signIn(user.email)).resolves.toMatchObject({ userId: user.id });
  });

  test("with a password that may not be used stays open", async () => {
    const { token } = await invite();
    const easy = acceptAsNewUser(token, { ...chosen, password: "password1234" }, null);
    await expect(easy).rejects.toMatchObject({ code: "invalid_input" });
    expect(await readInvitation(token)).not.toBeNull();
  });

  test("ends when it is revoked, replaced by a newer one, or a week old", async () => {
    const revoked = await invite();
    await revokeInvitation(managerOf(revoked.organization.id), revoked.id);
    const replaced = await invite();
    const again = { email: replaced.email.toUpperCase(), role: "agent" } as const;
    const newer = await inviteMember(managerOf(replaced.organization.id), again);
    const old = await invite();
    await acrossOrganizations(
      (tx) => rawSql(tx)`update invitations set expires_at = now() where id = ${old.id}`,
    );
    for (const { token } of [revoked, replaced, old]) {
      expect(await readInvitation(token)).toBeNull();
      await expect(acceptAsNewUser(token, chosen, null)).rejects.toMatchObject({ code: "not_found" });
    }
    expect(await openInvitations(managerOf(replaced.organization.id))).toMatchObject([
      { id: newer.id, email: replaced.email, role: "agent" },
    ]);
  });

  test("is not sent to a member, and not revoked by another organization", async () => {
    const { organization, id, token } = await invite();
    const member = await newMember(organization.id, "agent");
    await expect(
      inviteMember(managerOf(organization.id), { email: member.email, role: "owner" }),
    ).rejects.toMatchObject({ code: "already_exists" });
    await revokeInvitation(managerOf((await newOrganization()).id), id);
    expect(await readInvitation(token)).not.toBeNull();
  });

  test("is kept as a hash only", async () => {
    const { id, token } = await invite();
    const [row] = await acrossOrganizations(
      (tx) => rawSql(tx)`select to_jsonb(invitations)::text as everything from invitations where id = ${id}`,
    );
    expect(row?.everything).not.toContain(token);
  });
});
