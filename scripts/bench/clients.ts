import { createPlatformKey } from "@/lib/auth/api-keys";
import { EVERY_KEY_SCOPE } from "@/lib/auth/permissions";
import { systemMachineScope, systemStaffScope } from "@/lib/auth/scope";
import { recordEvents } from "@/lib/metering/metering";
import { micros } from "@/lib/money/money";
import type { OrganizationInput } from "@/lib/organizations/input";
import { adjust } from "@/lib/provisioning/adjustments";
import { putOrganization } from "@/lib/provisioning/organizations";
import { putPackage } from "@/lib/provisioning/provisioning";
import { loadStandardPrices, STANDARD_BOOKS } from "@/lib/provisioning/standard-prices";
import { workOff } from "./measure";

const operator = systemMachineScope("bench", "admin");
const PACKAGE = "bench";
const CUSTOMERS = 50_000;
const BATCH = 1_000;
let told = 0;

/** A key with every scope. */
export async function newKey(): Promise<string> {
  const staff = systemStaffScope("bench", "back_office:write");
  return (await createPlatformKey(staff, { name: "Bench", scopes: EVERY_KEY_SCOPE })).key;
}

/** Organizations in Jakarta on the standard prices, with money that does not run out. */
export async function newOrganizations(
  prefix: string,
  count: number,
  input: Partial<OrganizationInput> = {},
): Promise<{ id: number; slug: string }[]> {
  await loadStandardPrices();
  await putPackage(operator, {
    slug: PACKAGE,
    name: "Bench",
    seats: 5,
    uniqueVisitors: 1_000_000,
    conversations: null,
    initialBalance: micros("350000"),
    currency: "IDR",
    initialCarriesOver: false,
  });
  const made: { id: number; slug: string }[] = [];
  const slugs = Array.from({ length: count }, (_, n) => `${prefix}-${n + 1}`);
  const money = { account: "additional", amount: micros("100000000000"), reason: "bench" } as const;
  await workOff(slugs, { workers: 4, mostSeconds: 1_800 }, async (slug) => {
    const { provisioned } = await putOrganization(operator, slug, {
      name: slug,
      mode: "live",
      price_book: STANDARD_BOOKS.IDR,
      package: PACKAGE,
      ...input,
    });
    await adjust(operator, slug, money, "bench");
    made.push({ id: provisioned.organization.id, slug });
  });
  return made;
}

/** One organization, as `newOrganizations`. */
export async function newOrganization(
  prefix: string,
  input: Partial<OrganizationInput> = {},
): Promise<{ id: number; slug: string }> {
  const [made] = await newOrganizations(prefix, 1, input);
  if (!made) throw new Error("The organization was not made.");
  return made;
}

/** A delivered marketing message that was never told before; what is random about it follows from the seed. */
export function newEvent(seed: number, subject: string, at: Date, data: object = {}) {
  told += 1;
  const name = `${seed}-${told}`;
  return {
    specversion: "1.0",
    id: name,
    source: "bench",
    type: "message.delivered",
    subject,
    time: at.toISOString(),
    data: {
      channel: "whatsapp",
      message_id: `wamid.${name}`,
      business_number: "106540352242922",
      contact: `62812${String(10_000_000 + (scatter(seed + told) % CUSTOMERS))}`,
      category: "marketing",
      ...data,
    },
  };
}

/** A number from another, the same every time. */
export function scatter(value: number): number {
  let mixed = (value ^ 61 ^ (value >>> 16)) >>> 0;
  mixed = Math.imul(mixed, 9) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 4), 0x27d4eb2d) >>> 0;
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

type Time = { readonly from: Date; readonly to: Date };

/**
 * Stores messages through the product's own verb, spread evenly over a time, four categories in turn; the marketing
 * messages are those of broadcasts of a thousand.
 */
export async function storeMessages(seed: number, slug: string, count: number, time: Time): Promise<void> {
  const categories = ["marketing", "marketing", "utility", "authentication"];
  await store(count, time, (n, at) => {
    const category = categories[n % 4] ?? "marketing";
    const number = Math.floor(n / 2_000);
    const broadcast = { id: `bc-${number}`, name: `Promo ${scatter(number) % 1_000}` };
    return newEvent(seed, slug, at, category === "marketing" ? { category, broadcast } : { category });
  });
}

/** Stores messages from customers, spread evenly over a time, on two channels: mostly new unique visitors. */
export async function storeVisitors(seed: number, slug: string, count: number, time: Time): Promise<void> {
  await store(count, time, (n, at) => {
    const { data, ...event } = newEvent(seed, slug, at);
    const { category: _category, ...message } = data;
    const contact = `62813${10_000_000 + n}`;
    const channel = n % 4 === 0 ? "instagram" : "whatsapp";
    return { ...event, type: "message.received", data: { ...message, contact, channel } };
  });
}

async function store(
  count: number,
  { from, to }: Time,
  eventOf: (n: number, at: Date) => unknown,
): Promise<void> {
  const sender = systemMachineScope("bench", "events:write");
  const step = (to.getTime() - from.getTime()) / count;
  const batches = Array.from({ length: Math.ceil(count / BATCH) }, (_, n) => n * BATCH);
  await workOff(batches, { workers: 2, mostSeconds: 7_200 }, async (first) => {
    const events = Array.from({ length: Math.min(BATCH, count - first) }, (_, n) =>
      eventOf(first + n, new Date(from.getTime() + Math.floor((first + n) * step))),
    );
    const { accepted, duplicates, rejected } = await recordEvents(sender, events);
    if (accepted !== events.length) {
      throw new Error(
        `${duplicates} duplicates, ${rejected.length} rejected: ${JSON.stringify(rejected[0])}`,
      );
    }
  });
}
