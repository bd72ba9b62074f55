import { createHmac, randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FUZZING_PATIENCE_MS, fuzzing, oddity, parameter, spoiled } from "@/app/api/fuzzing/testing";
import { call, platformKey } from "@/app/api/v1/testing";
import { closeDatabases } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { readBalance } from "@/lib/reports/balance";
import { systemNow } from "@/lib/time/clock";
import { startStripe, webhookSecret } from "@/lib/top-ups/testing";
import type { StandIn } from "@/scripts/stripe-stand-in/stand-in";
import { DELETE as releaseHold } from "../v1/organizations/[organization]/holds/[hold]/route";
import { POST as postHold } from "../v1/organizations/[organization]/holds/route";
import { PUT as putBook } from "../v1/organizations/[organization]/price-books/[from]/route";
import { GET as getReport } from "../v1/organizations/[organization]/reports/[report]/route";
import { PUT as putSuspension } from "../v1/organizations/[organization]/suspension/route";
import { POST as postStripe } from "./stripe/route";
import { POST as postWhatsapp, GET as verifyWhatsapp } from "./whatsapp/route";

let stripe: StandIn;
let key: string;

beforeAll(async () => {
  stripe = await startStripe();
  key = await platformKey("admin", "holds:write", "reports:read");
});
afterAll(async () => {
  await stripe.close();
  await closeDatabases();
});

const KINDS = [
  "checkout.session.completed",
  "checkout.session.async_payment_succeeded",
  "checkout.session.expired",
  "charge.refunded",
  "refund.updated",
  "charge.dispute.created",
  "charge.dispute.closed",
  "payment_intent.succeeded",
];

const stripeEvent = (type: string) => () => ({
  id: `evt_${randomUUID()}`,
  object: "event",
  api_version: "2026-01-01",
  created: 1_793_592_000,
  livemode: false,
  type,
  data: {
    object: {
      id: "cs_test_none",
      object: "checkout.session",
      payment_intent: "pi_none",
      charge: "ch_none",
      amount: 1_000,
      amount_total: 1_000,
      currency: "idr",
      payment_status: "paid",
      status: "complete",
      client_reference_id: randomUUID(),
      metadata: { organization: "1", purchase: randomUUID() },
    },
  },
});

const hold = () => ({ lines: [{ category: "marketing", to: ["62812"], quantity: 1 }], expires_in: 10 });

/** As Stripe signs, so that what is in the body is looked at. */
function signed(body: unknown): Promise<Response> {
  const text = JSON.stringify(body);
  const time = Math.floor(systemNow().getTime() / 1_000);
  const signature = createHmac("sha256", webhookSecret).update(`${time}.${text}`).digest("hex");
  const headers = { "stripe-signature": `t=${time},v1=${signature}` };
  return call(postStripe, { method: "POST", body: text, headers });
}

const input = fc.record({
  stripe: fc.constantFrom(...KINDS).chain((type) => spoiled(stripeEvent(type))),
  any: fc.oneof(oddity, fc.string({ unit: "binary" })),
  signature: fc.oneof(fc.string(), fc.constantFrom("t=1,v1=00", "t=,v1=", "sha256=", "v1=x,t=9e99")),
  hold: spoiled(hold),
  book: spoiled(() => ({ price_book: "standard-idr" })),
  suspension: spoiled(() => ({ suspended: false })),
  parameter,
  report: fc.oneof(parameter, fc.constantFrom("broadcasts.csv", "whatsapp.csv", "unique-visitors.csv")),
  query: fc.dictionary(
    fc.constantFrom("from", "to", "category", "paid", "channel", "q", "bom", "hub.mode", "hub.challenge"),
    fc.oneof(parameter, fc.constantFrom("2026-11-01", "2026-11-02", "2026-02-30", "0000-01-01", "%_\\")),
  ),
});
const DOORS = 10;

const addressed = (query: Record<string, string>) =>
  `?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, value.toWellFormed()]))}`;

/** What HTTP can carry in a header. */
const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, "");

test(
  "no webhook, hold, download or verification makes a 5xx, and no balance changes",
  async () => {
    await fc.assert(
      fc.asyncProperty(input, async (given) => {
        const { id, slug } = await organization();
        const scope = systemScope("test", id, "balance:read");
        const before = (await readBalance(scope)).whatsappBalance;
        const params = { organization: slug };
        const signature = printable(given.signature);
        const query = addressed(given.query);
        const responses = await Promise.all([
          signed(given.stripe),
          signed(given.any ?? null),
          call(postStripe, {
            method: "POST",
            body: JSON.stringify(given.stripe),
            headers: { "stripe-signature": signature },
          }),
          call(postWhatsapp, {
            method: "POST",
            body: JSON.stringify(given.any ?? null),
            headers: { "x-hub-signature-256": signature },
          }),
          call(verifyWhatsapp, { query }),
          call(putBook, {
            method: "PUT",
            key,
            params: { ...params, from: given.parameter },
            body: given.book,
          }),
          call(putSuspension, { method: "PUT", key, params, body: given.suspension }),
          call(getReport, { key, params: { ...params, report: given.report }, query }),
          call(releaseHold, { method: "DELETE", key, params: { ...params, hold: given.parameter } }),
        ]);
        expect((await readBalance(scope)).whatsappBalance).toEqual(before);
        const placed = await call(postHold, {
          method: "POST",
          key,
          params,
          body: given.hold,
          headers: { "idempotency-key": randomUUID() },
        });
        for (const response of [...responses, placed]) {
          if (response.status >= 500) expect(await response.text()).toBe("no fault");
          await response.body?.cancel();
        }
        if (placed.status >= 400) {
          expect((await readBalance(scope)).whatsappBalance).toEqual(before);
        }
      }),
      fuzzing(DOORS),
    );
  },
  FUZZING_PATIENCE_MS,
);

let used = 0;
let current: { readonly id: number; readonly slug: string } | undefined;

/** A fresh one now and then: one organization may begin only so many downloads in a minute. */
async function organization() {
  if (!current || used % 25 === 0) current = await newTestOrganization();
  used += 1;
  return current;
}
