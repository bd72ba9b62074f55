import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type APIRequestContext, request } from "@playwright/test";
import { createApiKey, createPlatformKey } from "@/lib/auth/api-keys";
import { EVERY_KEY_SCOPE } from "@/lib/auth/permissions";
import { systemScope, systemStaffScope } from "@/lib/auth/scope";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { ACTORS, type Actor, KEYS, type Key, type Place, ROUTES } from "./access-table";
import { expect, newSessionCookie, test } from "./fixtures";

const APP = join(import.meta.dirname, "..", "app");
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
const NAME = `Rahasia ${randomUUID()}`;
const PLAIN = EVERY_KEY_SCOPE.filter((scope) => scope !== "admin");

/** Whoever must learn nothing about the organization, not even from a refusal. */
const OUTSIDERS: readonly Actor[] = [
  "nobody",
  "stranger",
  "operator",
  "viewer",
  "strangersKey",
  "strangersAdminKey",
];

let place: Place;
let headers: Record<Actor, Record<string, string>>;
let clients: Record<Actor, APIRequestContext>;

test.beforeAll(async ({ baseURL }) => {
  const [organization, other] = [await newTestOrganization({ name: NAME }), await newTestOrganization()];
  const keys = await newKeys(organization.id, other.id);
  headers = await forEachActor((actor) => credentials(actor, organization.id, keys));
  clients = await forEachActor((actor) =>
    request.newContext({ ...(baseURL && { baseURL }), extraHTTPHeaders: headers[actor] }),
  );
  place = {
    organization: organization.slug,
    package: organization.package,
    hold: await newHold(clients.organizationKey, organization.slug),
    unique: randomUUID,
  };
});

test.afterAll(async () => {
  await Promise.all(Object.values(clients).map((client) => client.dispose()));
});

test("every route of the app is in the table, and nothing else", () => {
  expect(Object.keys(ROUTES).sort()).toEqual(routesOfTheApp().sort());
});

for (const [name, route] of Object.entries(ROUTES)) {
  test(`${name} answers each role and key as the table says`, async ({ baseURL }) => {
    const [method = "GET"] = name.split(" ");
    const answers = await Promise.all(
      ACTORS.map(async (actor): Promise<[Actor, number, string]> => {
        if (route.isEndless)
          return [actor, ...(await beginningOf(new URL(route.url(place), baseURL), actor))];
        const answer = await clients[actor].fetch(route.url(place), {
          method,
          maxRedirects: 0,
          headers: { accept: "*/*", ...route.headers?.(place) },
          ...(route.body && { data: route.body(place) }),
        });
        return [actor, answer.status(), await answer.text()];
      }),
    );
    expect(Object.fromEntries(answers.map(([actor, status]) => [actor, status]))).toEqual(route.answers);
    for (const [actor, , text] of answers) {
      if (isOutside(actor, name)) expect(text, `${actor} learns nothing`).not.toContain(NAME);
    }
  });
}

test("a logged-in member's form counts when our page sent it, not when another site or nobody known did", async ({
  baseURL,
}) => {
  const rename = async (name: string, headers: Record<string, string>) => {
    const fields = hiddenFields(await (await clients.supervisor.get("/account")).text());
    expect(Object.keys(fields).length).toBeGreaterThan(0);
    await clients.supervisor.post("/account", { headers, maxRedirects: 0, multipart: { ...fields, name } });
    return (await clients.supervisor.get("/account")).text();
  };
  expect(await rename("Sent from elsewhere", { origin: "https://evil.example" })).toContain(
    "supervisor of the test",
  );
  expect(await rename("Sent by nobody", {})).toContain("supervisor of the test");
  expect(await rename("Sent by ourselves", { origin: new URL(baseURL ?? "").origin })).toContain(
    "Sent by ourselves",
  );
});

/** The vendor's staff know every client, in the back office alone. */
function isOutside(actor: Actor, route: string): boolean {
  const isInBackOffice = (actor === "operator" || actor === "viewer") && route.includes(" /admin");
  return OUTSIDERS.includes(actor) && !isInBackOffice;
}

/** What the form for one's name sends besides the name, as a browser without scripts would. */
function hiddenFields(page: string): Record<string, string> {
  const form = page.split("<form").find((part) => part.includes('id="name"')) ?? "";
  const inputs = [...form.matchAll(/<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?/g)];
  return Object.fromEntries(
    inputs.map(([, name = "", value = ""]) => [name, value.replaceAll("&quot;", '"')]),
  );
}

async function forEachActor<T>(work: (actor: Actor) => Promise<T>): Promise<Record<Actor, T>> {
  const entries = ACTORS.map(async (actor) => [actor, await work(actor)] as const);
  return Object.fromEntries(await Promise.all(entries)) as Record<Actor, T>;
}

/** The status of an answer that goes on, and what it begins with. */
async function beginningOf(url: URL, actor: Actor): Promise<[number, string]> {
  const leaving = new AbortController();
  const answer = await fetch(url, { headers: headers[actor], redirect: "manual", signal: leaving.signal });
  const first = await answer.body?.getReader().read();
  leaving.abort();
  return [answer.status, new TextDecoder().decode(first?.value)];
}

async function newKeys(organizationId: number, otherId: number): Promise<Record<Key, string>> {
  const operator = systemStaffScope("e2e", "back_office:write");
  const ofOrganization = async (id: number, scopes: typeof PLAIN | ["admin"]) =>
    (await createApiKey(systemScope("e2e", id, "keys:manage", "admin"), { name: "access", scopes })).key;
  const ofPlatform = async (scopes: typeof PLAIN | ["admin"]) =>
    (await createPlatformKey(operator, { name: "access", scopes })).key;
  return {
    organizationKey: await ofOrganization(organizationId, PLAIN),
    organizationAdminKey: await ofOrganization(organizationId, ["admin"]),
    platformKey: await ofPlatform(PLAIN),
    platformAdminKey: await ofPlatform(["admin"]),
    strangersKey: await ofOrganization(otherId, PLAIN),
    strangersAdminKey: await ofOrganization(otherId, ["admin"]),
  };
}

async function credentials(
  actor: Actor,
  organizationId: number,
  keys: Record<Key, string>,
): Promise<Record<string, string>> {
  if (actor === "nobody") return {};
  if (isKey(actor)) return { authorization: `Bearer ${keys[actor]}` };
  const { name, value } = await newSessionCookie(actor, organizationId);
  return { cookie: `${name}=${value}` };
}

function isKey(actor: Actor): actor is Key {
  return KEYS.some((key) => key === actor);
}

async function newHold(client: APIRequestContext, slug: string): Promise<string> {
  const answer = await client.post(`/api/v1/organizations/${slug}/holds`, {
    headers: { "idempotency-key": randomUUID() },
    data: { lines: [{ category: "marketing", to: ["6281234567890"] }] },
  });
  expect(answer.status()).toBe(201);
  return (await answer.json()).id;
}

/** "GET /o/[organization]" for every page, "POST /api/v1/events" for every method that a route file exports. */
function routesOfTheApp(): string[] {
  return readdirSync(APP, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const address = `/${relative(APP, entry.parentPath)
      .split(sep)
      .filter((part) => part !== "" && !/^\(.*\)$/.test(part))
      .join("/")}`;
    if (/^page\.tsx?$/.test(entry.name)) return [`GET ${address}`];
    if (!/^route\.tsx?$/.test(entry.name)) return [];
    const source = readFileSync(join(entry.parentPath, entry.name), "utf8");
    return METHODS.filter((method) => isExported(source, method)).map((method) => `${method} ${address}`);
  });
}

function isExported(source: string, method: string): boolean {
  const declared = new RegExp(`export (?:async )?(?:function|const) ${method}\\b`);
  const listed = new RegExp(`export \\{[^}]*\\b${method}\\b[^}]*\\}`);
  return declared.test(source) || listed.test(source);
}
