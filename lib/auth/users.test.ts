import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases } from "@/db/client";
import { auditOfAll } from "@/lib/audit/audit";
import { sendDueMails } from "@/lib/mail/mail";
import { lettersTo } from "@/lib/mail/testing";
import { systemNow } from "@/lib/time/clock";
import { systemStaffScope } from "./scope";
import { readSession } from "./session";
import { newUser, PASSWORD, signIn } from "./testing";
import { changePassword, createUser, resetPassword, setLocale, userNames } from "./users";

afterAll(closeDatabases);

const create = (email: string, password: string | null = PASSWORD) =>
  acrossOrganizations((tx) => createUser(tx, { email, name: "Rina Putri", password }));

test("an e-mail address has one account, however it is written and however many ask at once", async () => {
  const email = `${randomUUID()}@example.com`;
  const outcomes = await Promise.allSettled([
    create(email),
    create(email.toUpperCase()),
    create(` ${email} `),
  ]);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "already_exists" });
  }
});

test.each(["short", "password1234", "x".repeat(201)])(
  "the password %j is refused and nobody is created",
  async (password) => {
    const email = `${randomUUID()}@example.com`;
    await expect(create(email, password)).rejects.toMatchObject({ code: "invalid_input" });
    await expect(create(email)).resolves.toBeGreaterThan(0);
  },
);

test("a wrong current password changes nothing and ends nothing · P1", async () => {
  const { email } = await newUser();
  const session = await signIn(email);
  const passwords = { current: "not the password", next: "another horse battery" };
  await expect(changePassword(session, passwords, null)).rejects.toMatchObject({ code: "forbidden" });
  await expect(signIn(email)).resolves.toMatchObject({ email });
});

test("of two changes from the same password at once, one happens", async () => {
  const { email } = await newUser();
  const session = await signIn(email);
  const changes = ["first horse battery", "second horse battery"].map((next) =>
    changePassword(session, { current: PASSWORD, next }, null),
  );
  const statuses = (await Promise.allSettled(changes)).map(({ status }) => status).sort();
  expect(statuses).toEqual(["fulfilled", "rejected"]);
});

test("a changed password is told by mail, in the person's language; a refused one is not", async () => {
  const { email } = await newUser();
  const session = await signIn(email);
  await setLocale(session, "id");
  const wrong = changePassword(session, { current: "not it at all", next: "fine horse battery" }, null);
  await expect(wrong).rejects.toMatchObject({ code: "forbidden" });
  await changePassword(session, { current: PASSWORD, next: "fine horse battery" }, null);
  while ((await sendDueMails(systemNow())) > 0);
  const letters = await lettersTo(email);
  expect(letters).toHaveLength(1);
  expect(letters[0]).toContain("Kata sandi Anda telah diubah");
});

test("who forgot a password gets another one from staff, and the old one and all log-ins end", async () => {
  const staff = systemStaffScope("test", "back_office:write");
  const { email } = await newUser();
  const { sessionId } = await signIn(email);
  await expect(resetPassword(staff, email, "short")).rejects.toMatchObject({ code: "invalid_input" });
  expect(await readSession(sessionId)).not.toBeNull();
  await resetPassword(staff, ` ${email.toUpperCase()} `, "another horse battery");
  expect(await readSession(sessionId)).toBeNull();
  await expect(signIn(email)).rejects.toThrow();
  const { userId } = await signIn(email, "another horse battery");
  const { entries } = await auditOfAll(systemStaffScope("test", "back_office:read"), {}, null, 50);
  expect(entries.find(({ subject }) => subject === `user:${userId}`)?.action).toBe("password.reset");
  while ((await sendDueMails(systemNow())) > 0);
  expect(await lettersTo(email)).toHaveLength(1);
  const nobody = resetPassword(staff, "nobody@example.com", "another horse battery");
  await expect(nobody).rejects.toMatchObject({ code: "not_found" });
});

test("people are known by name", async () => {
  const user = await newUser();
  const names = await acrossOrganizations((tx) => userNames(tx, [user.id, user.id, 2_000_000_000]));
  expect([...names]).toEqual([[user.id, "Rina Putri"]]);
});
