import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { acrossOrganizations, closeDatabases } from "@/db/client";
import type { Role } from "@/db/schema/access";
import { piecesOf } from "@/lib/combining/testing";
import { changeOrganization } from "@/lib/organizations/organizations";
import { duringRequest } from "@/lib/request";
import { authorize, authorizeStaff, currentUser, isOwnRequest, may, whoCanHelp } from "./authorize";
import { encodeSession, sessionCookie } from "./next-auth";
import type { Permission } from "./permissions";
import { systemStaffScope } from "./scope";
import { logOutEverywhere } from "./session";
import { newMember, newOrganization, PASSWORD, signIn } from "./testing";
import { createStaff } from "./users";

// Next's own request store only exists inside of its server; the browser tests cover the real one.
const given = vi.hoisted(() => ({ cookies: new Map<string, string>(), headers: new Headers() }));
vi.mock("next/headers", () => ({
  cookies: async () => ({ get: (name: string) => named(given.cookies.get(name)) }),
  headers: async () => given.headers,
}));

// What Next.js gives server components under this name; Node would take the browser's.
vi.mock("next/navigation", () => import("next/dist/client/components/navigation.react-server"));
vi.stubEnv("__NEXT_EXPERIMENTAL_AUTH_INTERRUPTS", "true");

function named(value: string | undefined) {
  return value === undefined ? undefined : { value };
}

afterAll(closeDatabases);

beforeEach(() => {
  given.cookies.clear();
  given.headers = new Headers({ host: "kuota.example" });
});

async function arriveAs(email: string) {
  const user = await signIn(email);
  given.cookies.set(sessionCookie().name, await encodeSession(user.sessionId));
  return user;
}

async function arriveAsMember(role: Role) {
  const organization = await newOrganization();
  return { organization, user: await arriveAs((await newMember(organization.id, role)).email) };
}

/** What Next.js makes of it: a status, or the address of a redirect. */
async function answerOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => ({ digest: "200" }),
    (thrown: unknown) => thrown as { digest?: string },
  );
  const [, kind = "", ...rest] =
    /^(NEXT_HTTP_ERROR_FALLBACK|NEXT_REDIRECT)?;?(.*)$/.exec(error.digest ?? "") ?? [];
  return kind === "NEXT_REDIRECT" ? `to ${rest.join("").split(";")[1]}` : rest.join("");
}

const request = (method: string, path: string) => ({
  id: "test-request",
  address: "192.0.2.1",
  method,
  path,
});

describe("authorize", () => {
  test("a flood of another organization gives way to a member", async () => {
    const { organization } = await arriveAsMember("supervisor");
    const { id: flooding } = await newOrganization();
    await new Promise((resolve) => setTimeout(resolve, 510));
    expect(await piecesOf(flooding)).toEqual([600]);
    await authorize(organization.slug, "usage:read");
    expect(await piecesOf(flooding)).toEqual([250, 250, 100]);
  });

  test("a member with the permission gets a Scope that holds exactly what was asked for", async () => {
    const { organization, user } = await arriveAsMember("supervisor");
    expect(await authorize(organization.slug, "usage:read", "balance:read")).toEqual({
      organizationId: organization.id,
      actor: { kind: "user", userId: user.userId },
      grants: { "usage:read": true, "balance:read": true },
    });
  });

  test.each<[Role, Permission, string]>([
    ["agent", "organization:read", "200"],
    ["agent", "usage:read", "403"],
    ["supervisor", "usage:read", "200"],
    ["supervisor", "top_up:create", "403"],
    ["admin", "top_up:create", "200"],
    ["owner", "members:manage", "200"],
    ["owner", "admin", "403"],
  ])("a member as %s asking for %s gets %s", async (role, permission, answer) => {
    const { organization, user } = await arriveAsMember(role);
    expect(await answerOf(authorize(organization.slug, permission))).toBe(answer);
    expect(may(user, organization.slug, permission)).toBe(answer === "200");
  });

  test("to a stranger an organization and none look the same: 404", async () => {
    const [{ slug }] = await Promise.all([newOrganization(), arriveAsMember("owner")]);
    expect(await answerOf(authorize(slug, "organization:read"))).toBe("404");
    expect(await answerOf(authorize(`${slug}-x`, "organization:read"))).toBe("404");
  });

  test("who is not logged in is sent to the log-in page, and comes back to where they wanted to go", async () => {
    const path = "/o/acme/package-usage/conversation?from=2026-11-01&_rsc=1x2y";
    const answer = await answerOf(duringRequest(request("GET", path), () => authorize("acme", "usage:read")));
    expect(answer).toBe("to /sign-in?next=%2Fo%2Facme%2Fpackage-usage%2Fconversation%3Ffrom%3D2026-11-01");
    expect(await answerOf(authorize("acme", "usage:read"))).toBe("to /sign-in");
  });

  test("a revoked session, a forged cookie and no cookie are the same · P1", async () => {
    const { organization, user } = await arriveAsMember("owner");
    await logOutEverywhere(user);
    expect(await answerOf(authorize(organization.slug, "usage:read"))).toBe("to /sign-in");
    given.cookies.set(sessionCookie().name, "forged");
    expect(await currentUser()).toBeNull();
  });

  test("a suspended organization can still be looked at", async () => {
    const { organization } = await arriveAsMember("supervisor");
    await acrossOrganizations((tx) => changeOrganization(tx, organization.id, { suspendedAt: new Date(0) }));
    expect(await answerOf(authorize(organization.slug, "usage:read"))).toBe("200");
  });
});

describe("authorizeStaff", () => {
  async function arriveAsStaff(role: "operator" | "viewer") {
    const email = `${role}-${crypto.randomUUID()}@example.com`;
    const operator = systemStaffScope("test", "back_office:write");
    await createStaff(operator, { email, name: "Dewi", password: PASSWORD }, role);
    return arriveAs(email);
  }

  test("the back office does not exist for clients, whatever their role", async () => {
    await arriveAsMember("owner");
    expect(await answerOf(authorizeStaff("back_office:read"))).toBe("404");
  });

  test("a viewer looks, an operator also changes", async () => {
    await arriveAsStaff("viewer");
    expect(await answerOf(authorizeStaff("back_office:read"))).toBe("200");
    expect(await answerOf(authorizeStaff("back_office:write"))).toBe("403");
    const operator = await arriveAsStaff("operator");
    expect(await authorizeStaff("back_office:read", "back_office:write")).toMatchObject({
      actor: { kind: "user", userId: operator.userId },
    });
  });

  test("staff are no members: a client's pages are 404 to them", async () => {
    await arriveAsStaff("operator");
    expect(await answerOf(authorize((await newOrganization()).slug, "usage:read"))).toBe("404");
  });
});

describe("what changes something", () => {
  test.each([
    ["POST", "https://kuota.example", true],
    ["POST", "https://evil.example", false],
    ["POST", "null", false],
    ["POST", null, false],
    ["DELETE", null, false],
    ["GET", null, true],
    ["GET", "https://evil.example", true],
  ])("%s with the origin %j is ours: %s", async (method, origin, isOurs) => {
    if (origin) given.headers.set("origin", origin);
    expect(await duringRequest(request(method, "/account"), isOwnRequest)).toBe(isOurs);
  });

  test("without knowing the method, a body is what tells", async () => {
    given.headers.set("content-type", "multipart/form-data; boundary=x");
    expect(await isOwnRequest()).toBe(false);
    given.headers.set("origin", "https://kuota.example");
    expect(await isOwnRequest()).toBe(true);
  });

  test("is refused to a logged-in member when another site sent it", async () => {
    const { organization } = await arriveAsMember("owner");
    given.headers.set("origin", "https://evil.example");
    const sent = duringRequest(request("POST", "/o/x"), () => authorize(organization.slug, "usage:read"));
    expect(await answerOf(sent)).toBe("403");
  });
});

test("who is refused is told whom to ask, by name, in their own organization only", async () => {
  const { organization, user } = await arriveAsMember("agent");
  await newMember(organization.id, "owner");
  const askAt = (path: string) => duringRequest(request("GET", path), whoCanHelp);
  expect(await askAt(`/o/${organization.slug}/package-usage/conversation?x=1`)).toEqual({
    organization: "Acme",
    names: ["Rina Putri"],
    seesUsage: false,
    email: user.email,
  });
  expect(await askAt(`/o/${(await newOrganization()).slug}/settings`)).toBeNull();
  expect(await askAt("/admin")).toBeNull();
});
