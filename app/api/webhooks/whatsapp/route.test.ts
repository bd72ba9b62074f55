import { createHmac, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, refused } from "@/app/api/v1/testing";
import { closeDatabases } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { env } from "@/lib/env";
import { toDecimal } from "@/lib/money/money";
import { addNumber } from "@/lib/provisioning/provisioning";
import { newTestOrganization, platform } from "@/lib/provisioning/testing";
import { readBalance } from "@/lib/reports/balance";
import { GET, POST } from "./route";

afterAll(closeDatabases);

let secret: string;
let token: string;
beforeAll(() => {
  secret = env().WHATSAPP_APP_SECRET ?? "";
  token = env().WHATSAPP_VERIFY_TOKEN ?? "";
  expect([secret, token]).not.toContain("");
});

const sign = (body: string, key = secret) => `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;

const post = (body: string, signature?: string) =>
  call(POST, {
    method: "POST",
    body,
    headers: signature === undefined ? {} : { "x-hub-signature-256": signature },
  });

function deliveredBody(phoneNumberId: string, id = `wamid.${randomUUID()}`): string {
  return JSON.stringify({
    object: "whatsapp_business_account",
    entry: [
      {
        id: "1",
        changes: [
          {
            field: "messages",
            value: {
              messaging_product: "whatsapp",
              metadata: { display_phone_number: "622155501000", phone_number_id: phoneNumberId },
              statuses: [
                {
                  id,
                  status: "delivered",
                  timestamp: String(Date.parse("2026-11-02T04:00:00Z") / 1000),
                  recipient_id: "6281234567890",
                  pricing: { billable: true, pricing_model: "PMP", type: "regular", category: "marketing" },
                },
              ],
            },
          },
        ],
      },
    ],
  });
}

async function available(id: number): Promise<string> {
  const balance = await readBalance(systemScope("test", id, "balance:read"));
  return toDecimal(balance.whatsappBalance.available);
}

describe("verification · M2", () => {
  const ask = (query: Record<string, string>) => call(GET, { query: `?${new URLSearchParams(query)}` });

  test("answers our token with the bare challenge", async () => {
    const response = await ask({
      "hub.mode": "subscribe",
      "hub.verify_token": token,
      "hub.challenge": "1158201444",
    });
    expect([response.status, await response.text()]).toEqual([200, "1158201444"]);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
  });

  test.each([
    ["another token", { "hub.mode": "subscribe", "hub.verify_token": "guess" }],
    ["no token", { "hub.mode": "subscribe" }],
    ["another mode", { "hub.mode": "unsubscribe" }],
  ])("refuses %s", async (_what, query) => {
    const challenge = { "hub.challenge": "1", ...query };
    const given =
      query["hub.mode"] === "unsubscribe" ? { ...challenge, "hub.verify_token": token } : challenge;
    expect(await refused(await ask(given))).toBe("403 forbidden");
  });
});

describe("deliveries · M2", () => {
  test("a signed delivery is charged once, however often it comes", async () => {
    const { id, slug } = await newTestOrganization();
    const phoneNumberId = randomUUID();
    await addNumber(platform, slug, { phoneNumberId, displayPhoneNumber: "+62 21 555 01000" });
    const body = deliveredBody(phoneNumberId);
    for (let times = 0; times < 3; times++) expect((await post(body, sign(body))).status).toBe(200);
    const spaced = JSON.stringify(JSON.parse(body), null, 2);
    expect((await post(spaced, sign(spaced))).status).toBe(200);
    expect(await available(id)).toBe("349413.67");
  });

  test("a delivery for a number nobody has yet is kept and charged once the number is assigned", async () => {
    const { id, slug } = await newTestOrganization();
    const phoneNumberId = randomUUID();
    const body = deliveredBody(phoneNumberId);
    expect((await post(body, sign(body))).status).toBe(200);
    expect(await available(id)).toBe("350000.00");
    await addNumber(platform, slug, { phoneNumberId, displayPhoneNumber: "+62 21 555 01000" });
    expect(await available(id)).toBe("349413.67");
  });

  test("a wrong, missing or truncated signature is refused and nothing is charged", async () => {
    const { id, slug } = await newTestOrganization();
    const phoneNumberId = randomUUID();
    await addNumber(platform, slug, { phoneNumberId, displayPhoneNumber: "+62 21 555 01000" });
    const body = deliveredBody(phoneNumberId);
    for (const signature of [
      undefined,
      "",
      sign(body, "another secret"),
      sign(`${body} `),
      sign(body).slice(0, -1),
      sign(body).slice("sha256=".length),
      `sha1=${createHmac("sha1", secret).update(body).digest("hex")}`,
    ]) {
      expect(await refused(await post(body, signature))).toBe("401 invalid_signature");
    }
    expect(await available(id)).toBe("350000.00");
  });

  test("more than 3 MB is refused; what is signed but no JSON is kept and answered 200", async () => {
    const large = "x".repeat(3 * 1_048_576 + 1);
    expect(await refused(await post(large, sign(large)))).toBe("413 payload_too_large");
    for (const odd of [`no json ${randomUUID()}`, `{"entry":"${randomUUID()}"}`, "[]", "null"]) {
      expect((await post(odd, sign(odd))).status).toBe(200);
    }
  });
});
