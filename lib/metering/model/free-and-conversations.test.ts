import { describe, expect, test } from "vitest";
import { micros } from "@/lib/metering/model/accounts";
import { ANI, BUDI, Events, inScheme, NUMBER } from "@/lib/metering/model/fixtures";

const events = new Events();
const NOON = "2026-11-15T12:00:00+07:00";

describe("free by rule", () => {
  test("utility is free inside an open window while the scheme says so: 24 h, the end excluded", () => {
    const client = inScheme("2025-12-31T12:00:00+07:00");
    client.receive([
      events.received({ at: "2025-12-10T12:00:00+07:00" }),
      events.delivered({ at: "2025-12-11T11:59:59.999+07:00", category: "utility" }),
      events.delivered({ at: "2025-12-11T12:00:00+07:00", category: "utility" }),
      events.delivered({ at: "2025-12-10T12:00:00+07:00", category: "utility", business_number: "another" }),
      events.delivered({ at: "2025-12-10T12:00:00+07:00", category: "marketing" }),
      events.delivered({
        at: "2025-12-10T12:00:00+07:00",
        category: "utility",
        pricing: { type: "regular", category: "utility" },
      }),
    ]);
    expect(client.charges().map(({ freeReason }) => freeReason)).toEqual(["window", null, null, null, null]);
    expect(client.usageByDay()).toMatchObject([{ day: "2025-12-10" }, { day: "2025-12-11", utility: 2 }]);
  });

  test("what opens a window and arrives after the reply changes nothing", () => {
    const client = inScheme("2025-12-15T12:00:00+07:00");
    const at = "2025-12-15T12:00:00+07:00";
    client.receive([events.delivered({ at, category: "utility" }), events.received({ at })]);
    expect(client.charges()).toMatchObject([{ state: "charged" }]);
  });

  test("the answer to an ad within 24 h makes 72 h free from the answer on, for every category", () => {
    const client = inScheme("2026-11-30T12:00:00+07:00");
    const reasons = (at: string, category: string, to = ANI) => {
      client.receive([events.delivered({ at, category, to })]);
      return client.charges().at(-1)?.freeReason;
    };
    client.receive([
      events.received({ at: "2026-11-10T12:00:00+07:00", referral: { source_type: "ad" } }),
      events.received({ at: "2026-11-10T12:00:00+07:00", to: BUDI, referral: { source_type: "post" } }),
    ]);
    expect(reasons("2026-11-11T12:00:00+07:00", "marketing")).toBe("entry_point");
    expect(reasons("2026-11-14T11:59:59.999+07:00", "utility")).toBe("entry_point");
    expect(reasons("2026-11-14T12:00:00+07:00", "utility")).toBe(null);
    expect(reasons("2026-11-11T12:00:00+07:00", "marketing", BUDI)).toBe(null);
    expect(reasons("2026-11-10T13:00:00+07:00", "service")).toBe("entry_point");
    expect(reasons("2026-11-14T11:00:00+07:00", "utility")).toBe(null);
  });

  test("an answer after 24 h answers no ad", () => {
    const client = inScheme("2026-11-30T12:00:00+07:00");
    client.receive([
      events.received({ at: "2026-11-10T12:00:00+07:00", referral: { source_type: "ad" } }),
      events.delivered({ at: "2026-11-11T12:00:00.001+07:00", category: "service" }),
    ]);
    expect(client.charges()).toMatchObject([{ state: "charged" }]);
  });

  test("the free number counts per business number and month, and comes before the quota", () => {
    const client = inScheme("2026-11-15T12:00:00+07:00", 1, 2);
    const reply = (at: string, business_number = NUMBER) =>
      events.delivered({ at, business_number, category: "service" });
    client.receive([reply(NOON), reply(NOON), reply(NOON), reply(NOON), reply(NOON, "another")]);
    client.receive([reply("2026-10-31T12:00:00+07:00")]);
    expect(client.charges().map(({ freeReason, paidFromQuota }) => freeReason ?? paidFromQuota)).toEqual([
      "free_number",
      "free_number",
      1,
      0,
      "free_number",
      "free_number",
    ]);
  });

  test("Meta's verdict of an entry point decides; regular still leaves the free number", () => {
    const client = inScheme("2026-11-15T12:00:00+07:00", 0, 1);
    client.receive([
      events.delivered({ at: NOON, pricing: { type: "free_entry_point", category: "marketing" } }),
      events.delivered({ at: NOON, pricing: { type: "regular", category: "service" } }),
    ]);
    expect(client.charges()).toMatchObject([{ freeReason: "entry_point" }, { freeReason: "free_number" }]);
  });
});

describe("conversations", () => {
  const clock = "2024-12-31T12:00:00+07:00";
  const at = (time: string) => `2024-12-${time}:00+07:00`;

  test("a template opens one of its category; a reply only when none of any category is open; 24 h each", () => {
    const client = inScheme(clock, 5);
    const units = (time: string, category: string) => {
      client.receive([events.delivered({ at: at(time), category })]);
      const { units: count, freeReason } = client.charges().at(-1) ?? {};
      return `${count} ${freeReason}`;
    };
    expect(units("10T12:00", "marketing")).toBe("1 null");
    expect(units("11T11:59", "marketing")).toBe("0 open_conversation");
    expect(units("11T11:59", "service")).toBe("0 open_conversation");
    expect(units("11T11:59", "utility")).toBe("1 null");
    expect(units("11T12:00", "marketing")).toBe("1 null");
    expect(units("12T12:00", "service")).toBe("1 null");
    expect(client.charges().at(-1)).toMatchObject({ paidFromQuota: 1, amountMicros: 0n });
    expect(client.usageByDay().map(({ amountMicros }) => amountMicros)).toEqual(
      ["586.33", "871.63", "0"].map(micros),
    );
  });

  test("a late earlier message moves the opening back and is covered", () => {
    const client = inScheme(clock);
    client.receive([
      events.delivered({ at: at("10T12:00"), category: "marketing" }),
      events.delivered({ at: at("09T13:00"), category: "marketing" }),
      events.delivered({ at: at("10T12:30"), category: "marketing" }),
      events.delivered({ at: at("10T13:00"), category: "marketing" }),
      events.delivered({ at: at("08T12:59"), category: "marketing" }),
    ]);
    expect(client.charges().map(({ units }) => units)).toEqual([1, 0, 0, 1, 1]);
  });

  test("a message charged anew does not stand in its own conversation", () => {
    const client = inScheme(clock);
    client.receive([
      events.delivered({ at: at("10T12:00"), message: "m", category: "marketing" }),
      events.read({ at: at("10T11:00"), message: "m" }),
      events.delivered({ at: at("11T10:59"), category: "marketing" }),
    ]);
    expect(client.charges().map(({ units }) => units)).toEqual([1, 0]);
    expect(client.balance().whatsapp_balance.additional).toBe("-586.33");
  });

  test("a price of 0 uses the quota all the same", () => {
    const client = inScheme(clock, 1);
    client.receive([events.delivered({ at: at("10T12:00"), category: "service" })]);
    expect(client.charges()).toMatchObject([{ unitPriceMicros: 0n, paidFromQuota: 1 }]);
  });
});
