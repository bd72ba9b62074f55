import { createHmac, randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FUZZING_PATIENCE_MS, fuzzing, oddity, parameter, spoiled } from "@/app/api/fuzzing/testing";
import { closeDatabases } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { env } from "@/lib/env";
import { addNumber } from "@/lib/provisioning/provisioning";
import { newTestOrganization, platform } from "@/lib/provisioning/testing";
import { readBalance } from "@/lib/reports/balance";
import { POST as postWebhook } from "../webhooks/whatsapp/route";
import { POST as postEvents } from "./events/route";
import { POST as postAdjustment } from "./organizations/[organization]/adjustments/route";
import { GET as getBalance } from "./organizations/[organization]/balance/route";
import { POST as postClock } from "./organizations/[organization]/clock/route";
import { POST as postEstimate } from "./organizations/[organization]/estimates/route";
import { GET as getHold } from "./organizations/[organization]/holds/[hold]/route";
import { GET as getLedger } from "./organizations/[organization]/ledger/route";
import { POST as postNumber } from "./organizations/[organization]/numbers/route";
import { PUT as putAssignment } from "./organizations/[organization]/packages/[from]/route";
import { PUT as putOrganization } from "./organizations/[organization]/route";
import { GET as getUsage } from "./organizations/[organization]/usage/route";
import { PUT as putPackage } from "./packages/[package]/route";
import { PUT as putVersion } from "./price-books/[book]/versions/[from]/route";
import { call, messageEvent, platformKey } from "./testing";

const DOORS = 16;

let key: string;
let slug: string;
let id: number;
const number = randomUUID();

beforeAll(async () => {
  key = await platformKey("admin", "events:write", "holds:write", "balance:read", "reports:read");
  ({ slug, id } = await newTestOrganization());
  // Webhooks are taken whatever they say, so they go to an organization whose balance is not looked at.
  const messaged = await newTestOrganization();
  await addNumber(platform, messaged.slug, { phoneNumberId: number, displayPhoneNumber: "1" });
});
afterAll(closeDatabases);

const TEMPLATES = {
  webhook: () => ({
    entry: [
      {
        changes: [
          {
            value: {
              metadata: { phone_number_id: number },
              statuses: [
                {
                  id: `wamid.${randomUUID()}`,
                  status: "delivered",
                  timestamp: "1793592000",
                  recipient_id: "6281234567890",
                  recipient_type: "group",
                  recipient_participant_id: "6281234567891",
                  conversation: {
                    id: "c",
                    expiration_timestamp: "1793599000",
                    origin: { type: "marketing" },
                  },
                  pricing: { billable: true, pricing_model: "PMP", type: "regular", category: "marketing" },
                  errors: [{ code: 131049, title: "x" }],
                  biz_opaque_callback_data: '{"broadcast":{"id":"b"},"hold":"h"}',
                },
              ],
              messages: [
                {
                  from: "6281234567890",
                  id: `wamid.${randomUUID()}`,
                  timestamp: "1793591000",
                  type: "text",
                  group_id: "g",
                  referral: { source_type: "ad" },
                  context: { id: "x" },
                },
              ],
              contacts: [{ wa_id: "6281234567890", user_id: "ID.1" }],
            },
          },
        ],
      },
    ],
  }),
  package: () => ({
    name: "x",
    seats: 1,
    unique_visitors: 1,
    conversations: null,
    initial_balance: "1",
    currency: "IDR",
  }),
  version: () => ({
    currency: "IDR",
    scheme: { marketing: { unit: "message", free_per_number_and_month: 1 } },
    prices: [{ market: "Indonesia", category: "marketing", unit_price: "1", tiers: [] }],
  }),
  organization: () => ({ name: "x", time_zone: "Asia/Jakarta", currency: "IDR", starts_on: "2026-11-01" }),
  number: () => ({ phone_number_id: "1", display_phone_number: "2" }),
  adjustment: () => ({ account: "additional", amount: "1", reason: "x" }),
  clock: () => ({ now: "2026-11-02T05:00:00Z" }),
  assignment: () => ({ package: "x", seats: 1 }),
  hold: () => ({ lines: [{ category: "marketing", to: ["62812"] }], expires_in: 10 }),
  event: () =>
    messageEvent(slug, {}, { hold: "hold_x", broadcast: { id: "b", name: "n" }, group: { id: "g" } }),
} satisfies Record<string, () => Record<string, unknown>>;

/** What Meta would send, spoiled, under a signature that fits: odd or not, it is kept and answered 200. */
async function signed(body: unknown): Promise<Response> {
  const text = JSON.stringify(body);
  const signature = createHmac("sha256", env().WHATSAPP_APP_SECRET ?? "")
    .update(text)
    .digest("hex");
  const headers = { "x-hub-signature-256": `sha256=${signature}` };
  return call(postWebhook, { method: "POST", body: text, headers });
}

test(
  "no input makes a 5xx, and what is refused changes no balance",
  async () => {
    const scope = systemScope("test", id, "balance:read");
    const input = fc.record({
      package: spoiled(TEMPLATES.package),
      version: spoiled(TEMPLATES.version),
      organization: spoiled(TEMPLATES.organization),
      number: spoiled(TEMPLATES.number),
      adjustment: spoiled(TEMPLATES.adjustment),
      clock: spoiled(TEMPLATES.clock),
      assignment: spoiled(TEMPLATES.assignment),
      hold: spoiled(TEMPLATES.hold),
      event: spoiled(TEMPLATES.event),
      webhook: spoiled(TEMPLATES.webhook),
      any: fc.oneof(oddity, fc.string({ unit: "binary" })),
      parameter,
      query: fc.dictionary(fc.constantFrom("from", "to", "limit", "after", "x"), parameter),
      idempotencyKey: fc.string({ maxLength: 10 }),
    });
    await fc.assert(
      fc.asyncProperty(input, async (given) => {
        const params = { organization: slug };
        const post = { method: "POST", key, params } as const;
        const put = { method: "PUT", key } as const;
        const query = `?${new URLSearchParams(Object.entries(given.query).map(([k, v]) => [k, v.toWellFormed()]))}`;
        const headers = { "idempotency-key": encodeURIComponent(given.idempotencyKey.toWellFormed()) };
        const before = await readBalance(scope);
        const responses = await Promise.all([
          call(putPackage, { ...put, params: { package: "fuzzed-package" }, body: given.package }),
          call(putVersion, {
            ...put,
            params: { book: "fuzzed-book", from: "2026-01-01" },
            body: given.version,
          }),
          call(putVersion, { ...put, params: { book: given.parameter, from: given.parameter }, body: {} }),
          call(putOrganization, {
            ...put,
            params: { organization: "fuzzed-organization" },
            body: given.organization,
          }),
          call(postNumber, { ...post, params: { organization: given.parameter }, body: given.number }),
          call(postClock, { ...post, body: given.clock }),
          call(putAssignment, { ...put, params: { ...params, from: "2026-10" }, body: given.assignment }),
          call(postEstimate, { ...post, body: given.hold }),
          call(postEvents, { ...post, body: [given.event] }),
          call(postEvents, { ...post, body: given.any ?? null }),
          signed(given.webhook),
          call(getLedger, { key, params, query }),
          call(getUsage, { key, params, query }),
          call(getBalance, { key, params: { organization: given.parameter } }),
          call(getHold, { key, params: { ...params, hold: given.parameter } }),
        ]);
        const adjusted = await call(postAdjustment, { ...post, body: given.adjustment, headers });
        expect(responses[10]?.status).toBe(200);
        for (const response of [...responses, adjusted]) {
          if (response.status >= 500) expect([response.url, await response.text()]).toBe("no fault");
          if (response.status >= 400) {
            expect(response.headers.get("content-type")).toBe("application/problem+json");
          }
        }
        const charged = responses[8]?.status === 200 || adjusted.status === 201;
        if (!charged) expect((await readBalance(scope)).whatsappBalance).toEqual(before.whatsappBalance);
      }),
      { ...fuzzing(DOORS) },
    );
  },
  FUZZING_PATIENCE_MS,
);
