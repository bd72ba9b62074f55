import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import { saveAlertSettings } from "@/lib/alerts/alerts";
import { openInvitations } from "@/lib/auth/members/invitations";
import { changeRole } from "@/lib/auth/members/members";
import { systemMachineScope, systemScope, systemStaffScope } from "@/lib/auth/scope";
import { newMember } from "@/lib/auth/testing";
import { recordEvents } from "@/lib/metering/metering";
import { micros } from "@/lib/money/money";
import { adjust } from "@/lib/provisioning/adjustments";
import { addNumber, putPriceVersion, suspendOrganization } from "@/lib/provisioning/provisioning";
import { newTestOrganization, platform, uniqueSlug } from "@/lib/provisioning/testing";
import { recordManualTopUp } from "@/lib/top-ups/manual";
import { inviteByMail } from "./invitations";
import { listOrganizations, readAccess, readOrganizationFile } from "./organizations";
import { packagesOffered } from "./packages";
import { listBooks, previewImpact, readBook } from "./price-books";
import { readOwnTrail, readTrail } from "./trail";

const viewer = systemStaffScope("test", "back_office:read");

afterAll(closeDatabases);

const find = (search: string, state: "all" | "debt" | "suspended" = "all") =>
  listOrganizations(viewer, { search, state }, null, 10);

async function deliver(slug: string, contacts: number) {
  const events = Array.from({ length: contacts }, (_, index) => ({
    specversion: "1.0",
    id: randomUUID(),
    source: "test",
    type: "message.delivered",
    subject: slug,
    time: "2026-11-02T04:00:00Z",
    data: {
      channel: "whatsapp",
      message_id: randomUUID(),
      business_number: "1",
      contact: `62812345678${String(index).padStart(2, "0")}`,
      category: "marketing",
    },
  }));
  const { rejected } = await recordEvents(systemMachineScope("test", "events:write"), events);
  expect(rejected).toEqual([]);
}

describe("the list of organizations · A1", () => {
  test("shows balance, debt, package and usage of the month", async () => {
    const { slug } = await newTestOrganization({}, { initialBalance: micros("1000") });
    await deliver(slug, 3);
    const { rows } = await find(slug);
    // 3 × 586.33, of which 1,000 were initial.
    const owed = micros("-758.99");
    expect(rows).toMatchObject([{ slug, initial: 0n, additional: owed, units: 3, spent: micros("1758.99") }]);
    expect(rows[0]?.packageName).toBe("Growth");
    expect((await find(slug, "debt")).rows).toHaveLength(1);
    expect((await find(slug, "suspended")).rows).toHaveLength(0);
  });

  test("finds by name, short name and business number, and takes no pattern for one", async () => {
    const name = `Toko ${randomUUID()}`;
    const { slug } = await newTestOrganization({ name });
    const phoneNumberId = randomUUID().replace(/\D/g, "").padEnd(15, "7");
    await addNumber(platform, slug, { phoneNumberId, displayPhoneNumber: "+62 21 1" });
    for (const search of [name.toUpperCase(), slug, phoneNumberId]) {
      expect((await find(search)).rows.map((row) => row.slug)).toEqual([slug]);
    }
    expect((await find(`%${slug}`)).rows).toEqual([]);
  });

  test("is paged without gaps or repeats, whatever has the same name", async () => {
    const name = `Same ${randomUUID()}`;
    const slugs = await Promise.all(
      Array.from({ length: 5 }, async () => (await newTestOrganization({ name })).slug),
    );
    const seen: string[] = [];
    let after: Awaited<ReturnType<typeof find>>["next"] = null;
    do {
      const page = await listOrganizations(viewer, { search: name, state: "all" }, after, 2);
      seen.push(...page.rows.map(({ slug }) => slug));
      after = page.next;
    } while (after);
    expect(seen.toSorted()).toEqual(slugs.toSorted());
  });
});

describe("an organization's file · A1 A2", () => {
  test("holds what was agreed with it", async () => {
    const { slug, package: bought } = await newTestOrganization();
    await suspendOrganization(platform, slug, true);
    const file = await readOrganizationFile(viewer, slug);
    expect(file).toMatchObject({
      month: "2026-11",
      terms: [{ packageSlug: bought }],
      books: [{ slug: "standard-idr", inForce: true }],
    });
    expect(file?.organization.suspendedAt).not.toBeNull();
    expect(await readOrganizationFile(viewer, uniqueSlug("nobody"))).toBeNull();
    const packages = await packagesOffered(viewer);
    expect(packages.find((one) => one.slug === bought)?.organizations).toBe(1);
  });

  test("names who can get in, never a key or a token", async () => {
    const { id, slug } = await newTestOrganization();
    const member = await newMember(id, "owner");
    const email = `${randomUUID()}@example.com`;
    await inviteByMail(systemScope("test", id, "members:manage"), { email, role: "agent" }, "id");
    const access = await readAccess(viewer, slug);
    expect(access?.members).toMatchObject([{ userId: member.id, role: "owner" }]);
    expect(access?.invitations).toMatchObject([{ email, role: "agent" }]);
    expect(JSON.stringify(access)).not.toMatch(/hash/i);
  });
});

test("an invitation is mailed once, in the inviter's language, with a link that works", async () => {
  const { id } = await newTestOrganization({ name: "Toko Dahlia" });
  const scope = systemScope("test", id, "members:manage");
  const email = `${randomUUID()}@example.com`;
  await inviteByMail(scope, { email, role: "owner" }, "id");
  const mails = await acrossOrganizations(
    (tx) => rawSql(tx)<{ subject: string }[]>`select subject from mails where recipient = ${email}`,
  );
  expect(mails).toMatchObject([{ subject: "Undangan ke Toko Dahlia" }]);
  expect(await openInvitations(scope)).toMatchObject([{ email }]);
});

describe("the audit log with names · A4", () => {
  test("says who, whose, why, before and after, newest first", async () => {
    const { id, slug } = await newTestOrganization();
    const wanted = { account: "additional", amount: micros("5"), reason: "Goodwill" } as const;
    await adjust(platform, slug, wanted, randomUUID());
    const { entries } = await readTrail(viewer, { organizationId: id }, null, 10);
    expect(entries.map(({ action }) => action)).toEqual(["balance.adjusted", "organization.created"]);
    expect(entries[0]).toMatchObject({
      doer: { kind: "system", name: "test" },
      organization: { slug },
      reason: "Goodwill",
      before: { additional: "0.00" },
      after: { additional: "5.00" },
    });
  });

  test("names whom and which purchase a change is about, and the members that alerts go to", async () => {
    const { id, slug } = await newTestOrganization();
    const { id: userId, email } = await newMember(id, "admin");
    const scope = systemScope("test", id, "alerts:manage", "members:manage", "audit:read");
    const alerts = { low_percent: 30, low_amount: null, mail_types: [], members: [userId], addresses: [] };
    await saveAlertSettings(scope, alerts, "en");
    await changeRole(scope, userId, "owner");
    const topUp = { organization: slug, visitorBlocks: 1, balance: 0n, reference: randomUUID() };
    await recordManualTopUp(systemStaffScope("test", "back_office:write"), topUp);
    const { entries } = await readOwnTrail(scope, {}, null, 10);
    const named = (action: string) => entries.find((entry) => entry.action === action);
    expect(named("member.role_changed")?.about).toContain(email);
    expect(named("alerts.changed")?.after).toMatchObject({ members: [expect.stringContaining(email)] });
    expect(named("purchase.recorded")).toMatchObject({ about: null, purchase: expect.any(Number) });
  });

  test("shows an organization its own entries alone", async () => {
    const [mine, other] = [await newTestOrganization(), await newTestOrganization()];
    const { entries } = await readOwnTrail(systemScope("test", mine.id, "audit:read"), {}, null, 50);
    expect(entries.map(({ organization }) => organization?.slug)).not.toContain(other.slug);
    expect(entries).toHaveLength(1);
  });
});

describe("price books · A3", () => {
  test("show the version in force, its prices, and whether charges used it", async () => {
    const books = await listBooks(viewer, "2026-11-02");
    expect(books.find(({ slug }) => slug === "standard-idr")).toMatchObject({ inForce: "2026-10-01" });
    const book = await readBook(viewer, "standard-idr", undefined, "2026-11-02");
    expect(book?.shown?.from).toBe("2026-10-01");
    expect(book?.shown?.markets.find(({ market }) => market === "Indonesia")?.prices[0]).toBe(
      micros("586.33"),
    );
    expect((await readBook(viewer, "standard-idr", "2024-06-01", "2026-11-02"))?.shown?.from).toBe(
      "2024-06-01",
    );
  });

  test("tell before publication what each client of the book would have paid", async () => {
    const book = uniqueSlug("book");
    const publication = (from: string, price: string) => ({
      slug: book,
      currency: "IDR",
      effectiveFrom: from,
      scheme: { marketing: { unit: "message" as const } },
      prices: [{ market: "Indonesia", category: "marketing", unitPrice: micros(price) }],
    });
    await putPriceVersion(platform, publication("2026-01-01", "500"));
    const { slug } = await newTestOrganization({ price_book: book });
    await deliver(slug, 4);
    const impact = await previewImpact(viewer, publication("2026-12-01", "600"));
    expect(impact).toMatchObject({
      clients: 1,
      rated: [{ slug, before: micros("2000"), after: micros("2400"), unpriced: 0, approximate: false }],
    });
  });

  test("look at those who used the most first, and stop when the time is up", async () => {
    const book = uniqueSlug("book");
    const publication = {
      slug: book,
      currency: "IDR",
      effectiveFrom: "2026-01-01",
      scheme: { marketing: { unit: "message" as const } },
      prices: [{ market: "Indonesia", category: "marketing", unitPrice: micros("500") }],
    };
    await putPriceVersion(platform, publication);
    const [little, much, nothing] = [
      await newTestOrganization({ price_book: book }),
      await newTestOrganization({ price_book: book }),
      await newTestOrganization({ price_book: book }),
    ];
    await deliver(little.slug, 1);
    await deliver(much.slug, 3);
    const next = { ...publication, effectiveFrom: "2026-12-01" };
    const { clients, rated } = await previewImpact(viewer, next);
    expect([clients, rated.map(({ slug }) => slug)]).toEqual([3, [much.slug, little.slug, nothing.slug]]);
    expect(await previewImpact(viewer, next, 0)).toEqual({ clients: 3, rated: [] });
  });
});
