import { randomUUID } from "node:crypto";
import { test as base, expect, type Page } from "@playwright/test";
import { acrossOrganizations, closeDatabases } from "@/db/client";
import type { Role } from "@/db/schema/access";
import { addMember } from "@/lib/auth/members/members";
import { encodeSession, sessionCookie } from "@/lib/auth/next-auth";
import { systemMachineScope, systemScope, systemStaffScope } from "@/lib/auth/scope";
import { openSession } from "@/lib/auth/session";
import { createStaff, createUser } from "@/lib/auth/users";
import { recordEvents } from "@/lib/metering/metering";
import { newTestOrganization } from "@/lib/provisioning/testing";

/** Whoever opens a browser: a role in the test's organization, a member of another one, or the vendor's staff. */
export type Visitor = Role | "stranger" | "operator" | "viewer";

/** What happened to a message; what is left out is a marketing message delivered at the organization's noon. */
export type Delivery = {
  readonly at?: string;
  readonly type?:
    | "message.sent"
    | "message.delivered"
    | "message.read"
    | "message.failed"
    | "message.received";
  readonly channel?: string;
  readonly contact?: string;
  readonly category?: string;
  readonly messageId?: string;
  readonly businessNumber?: string;
  readonly template?: string;
  readonly broadcast?: { readonly id: string; readonly name: string };
  /** Anything else that contracts.md knows of a message. */
  readonly data?: Readonly<Record<string, unknown>>;
};

type Settings = {
  /** What the test's organization has otherwise than `newTestOrganization` makes it, set with `test.use`. */
  readonly organizationSettings: Parameters<typeof newTestOrganization>[0];
  readonly packageSettings: Parameters<typeof newTestOrganization>[1];
};

type Fixtures = {
  /** An organization of this test alone: Jakarta, its clock at noon of 2 November 2026, standard prices. */
  readonly organization: { readonly id: number; readonly slug: string; readonly package: string };
  /** A browser of its own in which somebody is logged in. Each call is another person. */
  readonly visit: (visitor: Visitor) => Promise<Page>;
  /** The test's page, with an owner of the organization logged in. */
  readonly signedIn: Page;
  /** Sends usage events as the vendor's platform does; they are charged when this returns. */
  readonly deliver: (...deliveries: Delivery[]) => Promise<void>;
};

const NOON = "2026-11-02T05:00:00Z";
const operator = systemStaffScope("e2e", "back_office:write");

export const test = base.extend<Fixtures & Settings, { readonly databases: undefined }>({
  organizationSettings: [{}, { option: true }],
  packageSettings: [{}, { option: true }],

  databases: [
    // Playwright reads from the pattern what a fixture depends on, and takes none but a pattern.
    async ({ playwright: _playwright }, use) => {
      await use(undefined);
      await closeDatabases();
    },
    { scope: "worker", auto: true },
  ],

  organization: async ({ organizationSettings, packageSettings }, use) => {
    await use(await newTestOrganization(organizationSettings, packageSettings));
  },

  visit: async ({ organization, browser, baseURL, contextOptions }, use) => {
    const opened: Page[] = [];
    await use(async (visitor) => {
      const context = await browser.newContext({ ...contextOptions, ...(baseURL && { baseURL }) });
      const page = await context.newPage();
      opened.push(page);
      await logInAs(page, visitor, organization.id, baseURL);
      return page;
    });
    await Promise.all(opened.map((page) => page.context().close()));
  },

  signedIn: async ({ page, organization, baseURL }, use) => {
    await logInAs(page, "owner", organization.id, baseURL);
    await use(page);
  },

  deliver: async ({ organization }, use) => {
    await use(async (...deliveries) => {
      const scope = systemMachineScope("e2e", "events:write");
      const events = deliveries.map((delivery) => cloudEvent(organization.slug, delivery));
      const { rejected } = await recordEvents(scope, events);
      expect(rejected).toEqual([]);
    });
  },
});

export { expect } from "@playwright/test";

/** A password that every person made here has. Hashed only where a test logs in by hand. */
export const PASSWORD = "correct horse battery";

/** A person without any organization, who can log in by hand. */
export async function newPerson(name = "Rina Putri"): Promise<{ id: number; email: string }> {
  const email = `${randomUUID()}@example.com`;
  const id = await acrossOrganizations((tx) => createUser(tx, { email, name, password: PASSWORD }));
  return { id, email };
}

/** Makes somebody a member of an organization. */
export async function join(organizationId: number, userId: number, role: Role): Promise<void> {
  await addMember(systemScope("e2e", organizationId, "members:manage"), userId, role);
}

/** The cookie of a log-in that is written straight to the database. */
export async function newSessionCookie(visitor: Visitor, organizationId: number) {
  const user = await newVisitor(visitor, organizationId);
  const sessionId = await acrossOrganizations((tx) => openSession(tx, user, "e2e"));
  return { name: sessionCookie().name, value: await encodeSession(sessionId) };
}

async function logInAs(page: Page, visitor: Visitor, organizationId: number, baseURL: string | undefined) {
  const cookie = await newSessionCookie(visitor, organizationId);
  await page.context().addCookies([{ ...cookie, url: baseURL ?? "http://localhost:3000" }]);
}

async function newVisitor(visitor: Visitor, organizationId: number) {
  const person = { email: `${randomUUID()}@example.com`, name: `${visitor} of the test`, password: null };
  if (visitor === "operator" || visitor === "viewer") {
    return { id: await createStaff(operator, person, visitor), staffRole: visitor };
  }
  const id = await acrossOrganizations((tx) => createUser(tx, person));
  if (visitor === "stranger") await join((await newTestOrganization()).id, id, "owner");
  else await join(organizationId, id, visitor);
  return { id, staffRole: null };
}

function cloudEvent(subject: string, delivery: Delivery) {
  const { at = NOON, type = "message.delivered", messageId = `wamid.${randomUUID()}` } = delivery;
  return {
    specversion: "1.0",
    id: randomUUID(),
    source: "e2e",
    type,
    subject,
    time: at,
    data: {
      channel: delivery.channel ?? "whatsapp",
      message_id: messageId,
      business_number: delivery.businessNumber ?? "106540352242922",
      contact: delivery.contact ?? "6281234567890",
      ...(type === "message.received" ? {} : { category: delivery.category ?? "marketing" }),
      ...(delivery.template && { template: delivery.template }),
      ...(delivery.broadcast && { broadcast: delivery.broadcast }),
      ...delivery.data,
    },
  };
}
