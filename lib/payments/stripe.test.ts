import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { micros } from "@/lib/money/money";
import { systemNow } from "@/lib/time/clock";
import { type StandIn, startStripeStandIn } from "@/scripts/stripe-stand-in/stand-in";
import { readingServer } from "@/scripts/stripe-stand-in/testing";
import { signatureHeader } from "@/scripts/stripe-stand-in/web/signature";
import { type CheckoutRequest, type PaymentProvider, PaymentRefused } from "./payments";
import { createStripeProvider } from "./stripe";

type Seen = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly form: URLSearchParams;
};

const KEY = "sk_test_1234567890abcdef";
const SECRET = "whsec_test";
let standIn: StandIn;
let wire: Server;
let provider: PaymentProvider;
const seen: Seen[] = [];

/** Lets everything through to the stand-in and remembers it. */
function tap(): Server {
  return readingServer(async (request, received, response) => {
    const body = received.toString();
    const { method = "GET", url = "/", headers } = request;
    seen.push({ method, path: url, headers, form: new URLSearchParams(body) });
    const forwarded = fetch(`${standIn.url}${url}`, {
      method,
      headers: Object.fromEntries(
        ["authorization", "content-type", "idempotency-key", "stripe-version"].flatMap((name) =>
          headers[name] === undefined ? [] : [[name, String(headers[name])]],
        ),
      ),
      ...(method === "POST" ? { body } : {}),
    });
    const answer = await forwarded
      .then(async (found) => ({ status: found.status, text: await found.text() }))
      .catch(() => null);
    if (answer === null) {
      response.destroy();
      return;
    }
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(answer.text);
  });
}

beforeAll(async () => {
  standIn = await startStripeStandIn({ port: 0, webhookSecret: SECRET, behaviour: { laterStepMs: null } });
  wire = tap();
  await new Promise<void>((resolve) => wire.listen(0, "127.0.0.1", resolve));
  provider = createStripeProvider({
    STRIPE_SECRET_KEY: KEY,
    STRIPE_WEBHOOK_SECRET: `whsec_old,${SECRET}`,
    STRIPE_API_BASE: `http://127.0.0.1:${(wire.address() as AddressInfo).port}`,
  });
});
afterAll(async () => {
  wire.closeAllConnections();
  await new Promise((resolve) => wire.close(resolve));
  await standIn.close();
});
beforeEach(() => {
  seen.length = 0;
});

async function checkoutRequest(changes: Partial<CheckoutRequest> = {}): Promise<CheckoutRequest> {
  const requestId = randomUUID();
  return {
    purchase: { organizationId: 7, purchaseId: randomUUID() },
    version: 1,
    purchaseNumber: "P-000001",
    customer: await provider.createCustomer({ requestId, organizationId: 7, name: "Toko Melati" }),
    currency: "IDR",
    lines: [
      { name: "Saldo WhatsApp", quantity: 1, unitAmount: micros("1000000") },
      { name: "PPN 11%", quantity: 1, unitAmount: micros("110000") },
    ],
    locale: "id",
    returnUrl: "http://localhost:3000/o/toko/package-usage/purchases/return",
    cancelUrl: "http://localhost:3000/o/toko/package-usage/top-up",
    expiresAt: new Date(systemNow().getTime() + 3_600_000),
    ...changes,
  };
}

async function paid(): Promise<{ reference: string; payment: string }> {
  const { reference } = await provider.startCheckout(await checkoutRequest());
  await standIn.control(`sessions/${reference}/complete`);
  const payment = (await provider.fetchPayment(reference))?.payment;
  if (!payment) throw new Error("it was not paid");
  return { reference, payment };
}

describe("a payment page", () => {
  test("is asked for with exact amounts, our key, our ids on session and payment, and no conversion · T2", async () => {
    const request = await checkoutRequest();
    const { reference, url } = await provider.startCheckout(request);
    const sent = seen.find(({ path }) => path === "/v1/checkout/sessions");
    expect(sent?.headers["idempotency-key"]).toBe(`topup:${request.purchase.purchaseId}:v1`);
    expect(Object.fromEntries(sent?.form ?? [])).toMatchObject({
      mode: "payment",
      ui_mode: "hosted_page",
      client_reference_id: request.purchase.purchaseId,
      "line_items[0][price_data][currency]": "idr",
      "line_items[0][price_data][unit_amount]": "100000000",
      "line_items[1][price_data][unit_amount]": "11000000",
      "metadata[purchase]": request.purchase.purchaseId,
      "payment_intent_data[metadata][purchase]": request.purchase.purchaseId,
      "payment_intent_data[metadata][organization]": "7",
      "adaptive_pricing[enabled]": "false",
      success_url: `${request.returnUrl}?session={CHECKOUT_SESSION_ID}`,
      locale: "id",
    });
    expect([...(sent?.form.keys() ?? [])].join()).not.toMatch(/payment_method_types|promotion/);
    expect(url).toContain(reference);
    expect(await provider.fetchPayment(reference)).toMatchObject({
      status: "open",
      amount: micros("1110000"),
      currency: "IDR",
      livemode: false,
      customer: request.customer,
      purchase: request.purchase,
    });
  });

  test.each([
    ["JPY", "1500", "1500"],
    ["KWD", "12.34", "12340"],
    ["UGX", "250000", "25000000"],
  ])("in %s %s is %s on the wire · T2", async (currency, amount, minor) => {
    const lines = [{ name: "Balance", quantity: 1, unitAmount: micros(amount) }];
    const { reference } = await provider.startCheckout(await checkoutRequest({ currency, lines }));
    expect(seen.at(-1)?.form.get("line_items[0][price_data][unit_amount]")).toBe(minor);
    expect((await provider.fetchPayment(reference))?.amount).toBe(micros(amount));
  });

  test("is one page for the same purchase and version, also at the same time and when an answer is lost", async () => {
    const request = await checkoutRequest();
    const pages = await Promise.all(Array.from({ length: 5 }, () => provider.startCheckout(request)));
    await standIn.control("outage", { kind: "cut_after", times: 1 });
    pages.push(await provider.startCheckout(request));
    expect(new Set(pages.map(({ reference }) => reference)).size).toBe(1);
    expect((await provider.startCheckout({ ...request, version: 2 })).reference).not.toBe(
      pages[0]?.reference,
    );
  });

  test("is refused for good where Stripe refuses it", async () => {
    const request = await checkoutRequest();
    await provider.startCheckout(request);
    const refusal = (promise: Promise<unknown>) =>
      promise.then(
        () => "done",
        (error: unknown) => (error instanceof PaymentRefused ? error.code : "unknown"),
      );
    expect(await refusal(provider.startCheckout({ ...request, purchaseNumber: "P-2" }))).toBe(
      "request_differs",
    );
    expect(await refusal(provider.startCheckout(await checkoutRequest({ customer: "cus_none" })))).toBe(
      "customer_unknown",
    );
    const small = [{ name: "Balance", quantity: 1, unitAmount: micros("1") }];
    expect(await refusal(provider.startCheckout(await checkoutRequest({ lines: small })))).toBe("amount");
    const fine = [{ name: "Balance", quantity: 1, unitAmount: micros("1000.001") }];
    expect(await refusal(provider.startCheckout(await checkoutRequest({ lines: fine })))).toBe("amount");
    const another = await checkoutRequest();
    await standIn.control("outage", { kind: "rate_limit", times: 1 });
    expect(await refusal(provider.startCheckout(another))).toBe("unknown");
    await standIn.control("outage", {}, "DELETE");
  });

  test("tells how it was paid, later, not at all, or never known · T2", async () => {
    const { reference, payment } = await paid();
    expect(await provider.fetchPayment(reference)).toMatchObject({
      status: "paid",
      payment,
      method: "card",
      methodDetail: "visa 4242",
    });
    expect((await provider.fetchPayment(reference))?.paidAt).toBeInstanceOf(Date);
    const later = await provider.startCheckout(await checkoutRequest());
    await standIn.control(`sessions/${later.reference}/complete-later`, { outcome: "fail" });
    expect(await provider.fetchPayment(later.reference)).toMatchObject({
      status: "pending",
      method: "bank_transfer",
    });
    await standIn.control(`sessions/${later.reference}/settle`, { outcome: "fail" });
    expect(await provider.fetchPayment(later.reference)).toMatchObject({ status: "failed", paidAt: null });
    const declined = await provider.startCheckout(await checkoutRequest());
    await standIn.control(`sessions/${declined.reference}/decline`);
    expect(await provider.fetchPayment(declined.reference)).toMatchObject({
      status: "open",
      failure: "Your card was declined.",
    });
    await provider.cancelCheckout(declined.reference);
    await provider.cancelCheckout(declined.reference);
    expect(await provider.fetchPayment(declined.reference)).toMatchObject({ status: "expired" });
    expect(await provider.fetchPayment("cs_test_none")).toBeNull();
  });
});

describe("refunds and disputes", () => {
  test("a refund is made once per id and tells it back; one by hand tells none · T4", async () => {
    const { payment } = await paid();
    const purchase = { organizationId: 7, purchaseId: randomUUID() };
    const request = { refundId: randomUUID(), purchase, payment, amount: micros("110000"), currency: "IDR" };
    const made = await provider.refund(request);
    expect(seen.at(-1)?.headers["idempotency-key"]).toBe(`refund:${request.refundId}`);
    expect(seen.at(-1)?.form.get("amount")).toBe("11000000");
    expect(await provider.refund(request)).toEqual(made);
    await standIn.control("refunds", { payment_intent: payment, amount: 100 });
    const all = await provider.refundsOf(payment);
    expect(all.map(({ refundId, amount }) => [refundId, amount])).toEqual([
      [null, micros("1")],
      [request.refundId, micros("110000")],
    ]);
    const tooMuch = { ...request, refundId: randomUUID(), amount: micros("1110000") };
    await expect(provider.refund(tooMuch)).rejects.toBeInstanceOf(PaymentRefused);
    expect(await provider.fetchRefund("re_none")).toBeNull();
  });

  test("an inquiry withholds nothing; a dispute does until it is won · T4", async () => {
    const states = async (id: string) => (await provider.fetchDispute(id))?.state;
    const open = async (inquiry: boolean) => {
      const { payment } = await paid();
      const { result } = await standIn.control("disputes", { payment_intent: payment, inquiry });
      return (result as { id: string }).id;
    };
    const inquiry = await open(true);
    expect(await states(inquiry)).toBe("inquiry");
    await standIn.control(`disputes/${inquiry}/escalate`);
    expect(await states(inquiry)).toBe("open");
    await standIn.control(`disputes/${inquiry}/review`);
    expect(await states(inquiry)).toBe("open");
    await standIn.control(`disputes/${inquiry}/lose`);
    expect(await states(inquiry)).toBe("lost");
    await standIn.control(`disputes/${inquiry}/win`);
    expect(await states(inquiry)).toBe("won");
    const closed = await open(true);
    await standIn.control(`disputes/${closed}/lose`);
    expect(await states(closed)).toBe("closed");
  });
});

describe("a webhook", () => {
  const seconds = () => Math.floor(systemNow().getTime() / 1_000);
  const body = (type: string, object: object = { id: "cs_test_1" }) =>
    JSON.stringify({ id: "evt_1", object: "event", type, data: { object } });
  const read = (text: string, header: string | null) => provider.readWebhook(text, header);

  test("is believed with any of our secrets and says what to look at again", () => {
    const completed = body("checkout.session.completed");
    expect(read(completed, signatureHeader(completed, [SECRET], seconds()))).toEqual([
      { kind: "checkout", reference: "cs_test_1" },
    ]);
    expect(read(completed, signatureHeader(completed, ["whsec_other", "whsec_old"], seconds()))).toHaveLength(
      1,
    );
    const failed = body("refund.failed", { id: "re_1" });
    expect(read(failed, signatureHeader(failed, [SECRET], seconds()))).toEqual([
      { kind: "refund", reference: "re_1" },
    ]);
    for (const type of ["charge.refunded", "customer.created", "some.new.type"]) {
      const text = body(type);
      expect(read(text, signatureHeader(text, [SECRET], seconds()))).toEqual([]);
    }
  });

  test("of a kind that we do not know is taken and passed by, whatever its form", () => {
    for (const event of [
      { id: "evt_2", object: "v2.core.event", type: "v2.core.account.updated", related_object: null },
      { id: "evt_3", object: "event", type: "balance.available", data: { object: { object: "balance" } } },
      { id: "evt_4", object: "event", type: "some.new.type", data: { object: { id: "not/one of ours" } } },
      { id: "evt_5", object: "event", type: "toString", data: { object: null } },
    ]) {
      const text = JSON.stringify(event);
      expect(read(text, signatureHeader(text, [SECRET], seconds()))).toEqual([]);
    }
  });

  test("of a kind that we know names what it is about", () => {
    for (const event of [
      {},
      [],
      { type: 5 },
      { type: "refund.created" },
      JSON.parse(body("refund.created", {})),
    ]) {
      const text = JSON.stringify(event);
      expect(() => read(text, signatureHeader(text, [SECRET], seconds()))).toThrow(/not an event/);
    }
  });

  test("is refused without a signature, with another's, changed, or older than five minutes", () => {
    const text = body("checkout.session.completed");
    const header = signatureHeader(text, [SECRET], seconds());
    for (const [content, signature] of [
      [text, null],
      [text, ""],
      [text, "t=1,v1=abc"],
      [text, "t=1,v1="],
      [text, `${header},v1=`.replace(/v1=\w+/, "v1=")],
      [text, signatureHeader(text, ["whsec_other"], seconds())],
      [text.replace("cs_test_1", "cs_test_2"), header],
      [text, signatureHeader(text, [SECRET], seconds() - 301)],
    ] as const) {
      expect(() => read(content, signature)).toThrow(/signature/);
    }
    expect(() => read("no json", signatureHeader("no json", [SECRET], seconds()))).toThrow(/not an event/);
  });
});

test("changes are listed oldest first, without those that do not concern us", async () => {
  const since = systemNow();
  const { reference, payment } = await paid();
  const { result } = await standIn.control("refunds", { payment_intent: payment, amount: 100 });
  const ours = [reference, (result as { id: string }).id];
  const kinds: string[] = [];
  for await (const change of provider.changesSince(since)) {
    if (ours.includes(change.reference)) kinds.push(change.kind);
  }
  expect(kinds).toEqual(["checkout", "refund"]);
});

describe("the stand-in", () => {
  test.each([
    [{ STRIPE_SECRET_KEY: "sk_live_1234567890", STRIPE_API_BASE: "http://127.0.0.1:1" }],
    [{ STRIPE_SECRET_KEY: "rk_live_1234567890", STRIPE_API_BASE: "http://localhost:1" }],
    [{ STRIPE_SECRET_KEY: KEY, STRIPE_API_BASE: "https://stripe.example.com" }],
  ])("cannot take Stripe's place with a live key or on another machine: %j", (settings) => {
    expect(() => createStripeProvider({ STRIPE_WEBHOOK_SECRET: SECRET, ...settings })).toThrow(
      /STRIPE_API_BASE/,
    );
  });

  test("without a key nothing starts, and the reason is named", () => {
    const nothing = {
      STRIPE_SECRET_KEY: undefined,
      STRIPE_WEBHOOK_SECRET: undefined,
      STRIPE_API_BASE: undefined,
    };
    expect(() => createStripeProvider(nothing)).toThrow(/STRIPE_SECRET_KEY/);
    const live = createStripeProvider({ ...nothing, STRIPE_SECRET_KEY: "sk_live_1" });
    expect(live.livemode).toBe(true);
    expect(live.staffAddress("pi_1", true)).toBe("https://dashboard.stripe.com/payments/pi_1");
  });
});
