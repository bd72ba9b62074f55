import { randomUUID } from "node:crypto";
import { acrossOrganizations } from "@/db/client";
import type { Role } from "@/db/schema/access";
import { invariant } from "@/lib/errors";
import { createOrganization } from "@/lib/organizations/organizations";
import { logIn } from "./log-in";
import { addMember } from "./members/members";
import { systemScope } from "./scope";
import { readSession, type SignedIn } from "./session";
import { createUser } from "./users";

/** For tests: what each of them makes for itself and leaves behind. */
export const PASSWORD = "correct horse battery";

export async function newOrganization(name = "Acme"): Promise<{ id: number; slug: string }> {
  const slug = `auth-${randomUUID()}`;
  const organization = await acrossOrganizations((tx) =>
    createOrganization(tx, {
      slug,
      name,
      timeZone: "Asia/Jakarta",
      currency: "IDR",
      mode: "live",
      startsOn: "2026-01",
      clock: null,
      authenticationInternational: false,
    }),
  );
  invariant(organization, "the slug is free");
  return { id: organization.id, slug };
}

export async function newUser(password: string | null = PASSWORD): Promise<{ id: number; email: string }> {
  const email = `${randomUUID()}@example.com`;
  const id = await acrossOrganizations((tx) => createUser(tx, { email, name: "Rina Putri", password }));
  return { id, email };
}

export async function newMember(organizationId: number, role: Role) {
  const user = await newUser();
  await addMember(systemScope("test", organizationId, "members:manage"), user.id, role);
  return user;
}

export async function signIn(email: string, password = PASSWORD): Promise<SignedIn> {
  const { sessionId } = await logIn({ email, password, address: null, userAgent: "test" });
  const user = await readSession(sessionId);
  invariant(user, "the session is live");
  return user;
}
