import { afterAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import { changeOrganization } from "@/lib/organizations/organizations";
import { addMember, changeRole, removeMember } from "./members/members";
import { decodeSession, encodeSession } from "./next-auth";
import { systemScope, systemStaffScope } from "./scope";
import { logOutEverywhere, readSession, revokeSession, sessionsOf } from "./session";
import { newMember, newOrganization, newUser, PASSWORD, signIn } from "./testing";
import { changePassword, createStaff, setLocked } from "./users";

afterAll(closeDatabases);

const operator = systemStaffScope("test", "back_office:write");

describe("the cookie", () => {
  test("carries the session's id and nothing readable", async () => {
    const { sessionId } = await signIn((await newUser()).email);
    const cookie = await encodeSession(sessionId);
    expect(cookie).not.toContain(sessionId);
    expect(await decodeSession(cookie)).toBe(sessionId);
  });

  test.each(["", "x", "eyJhbGciOiJub25lIn0.eyJzaWQiOiJ4In0.", "a.b.c.d.e"])(
    "a made-up one (%j) names no session",
    async (cookie) => {
      expect(await decodeSession(cookie)).toBeNull();
    },
  );

  test("a changed one names no session", async () => {
    const cookie = await encodeSession((await signIn((await newUser()).email)).sessionId);
    expect(await decodeSession(`${cookie.slice(0, -2)}AA`)).toBeNull();
  });
});

describe("a session ends at once", () => {
  test("when it is revoked; the others of the same person live on · P1", async () => {
    const { email } = await newUser();
    const [first, second] = [await signIn(email), await signIn(email)];
    await revokeSession(second, first.sessionId);
    expect(await readSession(first.sessionId)).toBeNull();
    expect(await readSession(second.sessionId)).not.toBeNull();
    expect(await sessionsOf(second)).toMatchObject([{ id: second.sessionId, isThisOne: true }]);
  });

  test("with all others of the same person when they log out everywhere; nobody else's · P1", async () => {
    const [{ email }, other] = await Promise.all([newUser(), newUser()]);
    const [first, second, stranger] = [await signIn(email), await signIn(email), await signIn(other.email)];
    await logOutEverywhere(second);
    expect(await readSession(first.sessionId)).toBeNull();
    expect(await readSession(second.sessionId)).toBeNull();
    expect(await readSession(stranger.sessionId)).not.toBeNull();
  });

  test("when the password is changed, and a new one replaces it · P1", async () => {
    const { email } = await newUser();
    const [first, second] = [await signIn(email), await signIn(email)];
    const next = "another horse battery";
    const replacement = await changePassword(second, { current: PASSWORD, next }, null);
    expect(await readSession(first.sessionId)).toBeNull();
    expect(await readSession(second.sessionId)).toBeNull();
    expect(await readSession(replacement)).toMatchObject({ email });
    await expect(signIn(email)).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(signIn(email, next)).resolves.toMatchObject({ email });
  });

  test("when its member is removed · P1", async () => {
    const { id } = await newOrganization();
    const member = await newMember(id, "supervisor");
    const session = await signIn(member.email);
    await removeMember(systemScope("test", id, "members:manage"), member.id);
    expect(await readSession(session.sessionId)).toBeNull();
    expect((await signIn(member.email)).organizations).toEqual([]);
  });

  test("when its account is locked · P1", async () => {
    const user = await newUser();
    const session = await signIn(user.email);
    await setLocked(operator, user.id, true, "lost laptop");
    expect(await readSession(session.sessionId)).toBeNull();
    await setLocked(operator, user.id, false, "found it");
    expect(await readSession(session.sessionId)).toBeNull();
    await expect(signIn(user.email)).resolves.toMatchObject({ userId: user.id });
  });

  test("when its time is over, which comes sooner in the back office", async () => {
    const staff = await newUser();
    await acrossOrganizations(
      (tx) => rawSql(tx)`update users set staff_role = 'viewer' where id = ${staff.id}`,
    );
    const [member, viewer] = [await signIn((await newUser()).email), await signIn(staff.email)];
    const [memberHours, viewerHours] = await Promise.all([member, viewer].map(hoursOf));
    expect(memberHours).toBe(14 * 24);
    expect(viewerHours).toBe(12);
    await acrossOrganizations(
      (tx) => rawSql(tx)`update sessions set expires_at = now() where id = ${viewer.sessionId}`,
    );
    expect(await readSession(viewer.sessionId)).toBeNull();
  });

  async function hoursOf({ sessionId }: { sessionId: string }) {
    const [row] = await acrossOrganizations(
      (tx) => rawSql(tx)`
        select extract(epoch from expires_at - created_at) / 3600 as hours from sessions where id = ${sessionId}`,
    );
    return Math.round(Number(row?.hours));
  }
});

describe("what a session knows", () => {
  test("nobody ends the session of somebody else", async () => {
    const [victim, attacker] = [await signIn((await newUser()).email), await signIn((await newUser()).email)];
    await revokeSession(attacker, victim.sessionId);
    expect(await readSession(victim.sessionId)).not.toBeNull();
  });

  test.each(["", "x", "00000000-0000-4000-8000-000000000000", "' or true --"])(
    "%j is nobody's",
    async (sessionId) => {
      expect(await readSession(sessionId)).toBeNull();
    },
  );

  test("all organizations of a person by name, each with the role there, as they are now · P2", async () => {
    const [zebra, alpha] = await Promise.all([newOrganization("Zebra"), newOrganization("Alpha")]);
    const member = await newMember(zebra.id, "agent");
    const inAlpha = systemScope("test", alpha.id, "members:manage");
    await addMember(inAlpha, member.id, "admin");
    const { sessionId } = await signIn(member.email);
    await changeRole(inAlpha, member.id, "supervisor");
    await acrossOrganizations((tx) => changeOrganization(tx, zebra.id, { suspendedAt: new Date(0) }));
    const timeZone = "Asia/Jakarta";
    expect((await readSession(sessionId))?.organizations).toEqual([
      {
        organizationId: alpha.id,
        slug: alpha.slug,
        name: "Alpha",
        timeZone,
        role: "supervisor",
        isSuspended: false,
      },
      {
        organizationId: zebra.id,
        slug: zebra.slug,
        name: "Zebra",
        timeZone,
        role: "agent",
        isSuspended: true,
      },
    ]);
  });

  test("staff are named as such", async () => {
    const email = `staff-${crypto.randomUUID()}@example.com`;
    await createStaff(operator, { email, name: "Dewi", password: PASSWORD }, "operator");
    expect(await signIn(email)).toMatchObject({ staffRole: "operator", organizations: [] });
  });
});
