import { describe, expect, test } from "vitest";
import { amountText, micros } from "@/lib/metering/model/accounts";
import { ANI, Events, organization } from "@/lib/metering/model/fixtures";
import { indonesian } from "@/lib/metering/model/standard-prices";

const events = new Events();
const NOON = "2026-11-15T12:00:00+07:00";
const PACKAGE = {
  uniqueVisitors: 10,
  conversations: 2,
  initialBalanceMicros: micros("1000"),
  initialCarriesOver: false,
};

describe("months", () => {
  test("missed months are opened one after another", () => {
    const client = organization({ startsOn: "2026-09", package: PACKAGE });
    expect(client.ledgerTotals()).toEqual({
      "grant package>initial": micros("3000"),
      "expiry initial>expired": micros("2000"),
    });
    client.advanceClock("2027-02-01T00:00:00+07:00");
    expect(client.ledgerTotals()["grant package>initial"]).toBe(micros("6000"));
    expect(client.balance().period).toEqual({ month: "2027-02", resets_at: "2027-02-28T17:00:00Z" });
  });

  test("initial carries over if the package that granted it says so", () => {
    const client = organization({ package: { ...PACKAGE, initialCarriesOver: true } });
    client.changePackage("2026-12", PACKAGE);
    client.advanceClock("2026-12-01T00:00:00+07:00");
    expect(client.balance().whatsapp_balance.initial).toBe("2000.00");
    client.advanceClock("2027-01-01T00:00:00+07:00");
    expect(client.balance().whatsapp_balance.initial).toBe("1000.00");
  });

  test("another package holds from its month on and never touches what was granted", () => {
    const client = organization({ package: PACKAGE });
    client.changePackage("2026-11", { ...PACKAGE, uniqueVisitors: 99, conversations: null });
    expect(client.balance()).toMatchObject({
      unique_visitors: { package: 10 },
      conversations: { package: 2 },
    });
    client.advanceClock("2026-12-01T00:00:00+07:00");
    expect(client.balance()).toMatchObject({ unique_visitors: { package: 99 }, conversations: null });
  });

  test("a late reply uses the quota of its month and the money of now", () => {
    const client = organization({ package: { ...PACKAGE, conversations: 1 } });
    client.advanceClock("2026-12-10T12:00:00+07:00");
    client.receive([
      events.delivered({ at: NOON, category: "service" }),
      events.delivered({ at: NOON, category: "service" }),
    ]);
    expect(client.charges()).toMatchObject([{ paidFromQuota: 1 }, { paidFromQuota: 0 }]);
    expect(client.balance()).toMatchObject({
      conversations: { used: 0 },
      whatsapp_balance: { initial: "643.35" },
    });
  });

  test("a month before the first has no quota", () => {
    const client = organization({ package: PACKAGE });
    client.receive([
      events.delivered({ at: "2026-10-31T23:59:59+07:00", category: "service" }),
      events.received({ at: "2026-10-31T23:59:59+07:00" }),
    ]);
    expect(client.charges()).toMatchObject([{ paidFromQuota: 0, state: "charged" }]);
    expect(client.visitors()).toMatchObject([{ month: "2026-10", coveredBy: "over_quota" }]);
  });

  test("a month begins where the clocks jump over its midnight", () => {
    const client = organization({
      timeZone: "America/Asuncion",
      startsOn: "2023-09",
      package: PACKAGE,
      clock: "2023-09-30T12:00:00-04:00",
    });
    expect(client.balance().period.resets_at).toBe("2023-10-01T04:00:00Z");
    client.advanceClock("2023-10-01T03:59:59.999Z");
    expect(client.balance().period.month).toBe("2023-09");
    client.advanceClock("2023-10-01T04:00:00Z");
    expect(client.balance().period.month).toBe("2023-10");
  });

  test("the clock moves forwards only, and initial never becomes negative", () => {
    const client = organization({ package: PACKAGE });
    expect(client.advanceClock("2026-11-15T11:59:59+07:00")).toBe("refused");
    expect(client.adjust("initial", micros("-1000.000001"))).toBe("refused");
    expect(client.adjust("initial", micros("-1000"))).toBe("adjusted");
    expect(client.adjust("additional", micros("-1"))).toBe("adjusted");
    expect(client.adjust("initial", micros("5"))).toBe("adjusted");
    expect(client.balance().whatsapp_balance).toMatchObject({ initial: "4.00", additional: "0.00" });
  });
});

describe("holds", () => {
  const toAni = { lines: [{ category: "marketing", to: [ANI] }] };

  test("a hold is granted only if what is available covers it, else refused with the shortfall · M3", () => {
    const client = organization({ package: PACKAGE });
    expect(client.placeHold("a", toAni)).toEqual({
      granted: true,
      amount: "586.33",
      availableAfter: "413.67",
    });
    expect(client.placeHold("b", toAni)).toEqual({
      granted: false,
      code: "insufficient_balance",
      required: "586.33",
      available: "413.67",
      shortfall: "172.66",
    });
    expect(client.releaseHold("a")).toBe("released");
    expect(client.releaseHold("a")).toBe("released");
    expect(client.releaseHold("b")).toBe("not_found");
    expect(client.balance().whatsapp_balance.available).toBe("1000.00");
  });

  test("a charge frees one recipient's part once, and so does a failure", () => {
    const client = organization({ package: { ...PACKAGE, initialBalanceMicros: micros("5000") } });
    client.placeHold("a", { lines: [{ category: "marketing", market: "Indonesia", quantity: 3 }] });
    const said = { at: NOON, message: "m", category: "marketing", hold: "a" };
    client.receive([events.sent(said)]);
    expect(client.balance().whatsapp_balance.on_hold).toBe("1758.99");
    client.receive([events.delivered(said), events.read(said), events.failed(said)]);
    expect(client.balance().whatsapp_balance.on_hold).toBe("1172.66");
    client.receive([events.failed({ ...said, message: "n", at: "2026-11-15T11:00:00+07:00" })]);
    expect(client.balance().whatsapp_balance.on_hold).toBe("586.33");
  });

  test("the line of the same market and category is freed, else any with something left", () => {
    const client = organization({ package: { ...PACKAGE, initialBalanceMicros: micros("5000") } });
    client.placeHold("a", {
      lines: [
        { category: "utility", to: [ANI] },
        { category: "marketing", to: [ANI] },
      ],
    });
    const said = { at: NOON, category: "marketing", hold: "a" };
    client.receive([events.delivered(said)]);
    expect(client.balance().whatsapp_balance.on_hold).toBe("356.65");
    client.receive([events.delivered(said)]);
    expect(client.balance().whatsapp_balance.on_hold).toBe("0.00");
  });

  test("a message without a price keeps its part until it is charged", () => {
    const priceBook = [{ from: "2026-01-01", scheme: {}, prices: [indonesian("utility", "10")] }];
    const client = organization({ package: PACKAGE, priceBook });
    client.placeHold("a", { lines: [{ category: "utility", to: [ANI] }] });
    client.receive([events.delivered({ at: NOON, category: "marketing", hold: "a" })]);
    expect(client.balance().whatsapp_balance.on_hold).toBe("10.00");
    client.publishPrices({ from: "2026-11-01", scheme: {}, prices: [indonesian("marketing", "20")] });
    expect(client.balance().whatsapp_balance).toMatchObject({ on_hold: "0.00", available: "980.00" });
  });

  test("a group holds its members at the utility price, at most 8 of them", () => {
    const client = organization({ package: { ...PACKAGE, initialBalanceMicros: micros("5000") } });
    const members = Array.from({ length: 9 }, (_, index) => `62${index}`);
    expect(client.placeHold("a", { lines: [], groupMembers: members })).toMatchObject({
      code: "group_too_large",
    });
    expect(client.placeHold("b", { lines: [], groupMembers: members.slice(1) })).toMatchObject({
      amount: amountText(8n * micros("356.65")),
    });
    expect(client.placeHold("c", { lines: [{ category: "marketing", to: ["447"] }] })).toMatchObject({
      code: "no_price",
    });
  });

  test("a hold ends after 30 days, or when it says", () => {
    const client = organization({ package: PACKAGE });
    client.topUp(micros("5000"), 0);
    client.placeHold("a", { ...toAni, expiresInSeconds: 60 });
    client.placeHold("b", toAni);
    client.advanceClock("2026-11-15T12:00:59.999+07:00");
    expect(client.balance().whatsapp_balance.on_hold).toBe("1172.66");
    client.advanceClock("2026-11-15T12:01:00+07:00");
    expect(client.balance().whatsapp_balance.on_hold).toBe("586.33");
    client.advanceClock("2026-12-15T12:00:00+07:00");
    expect(client.balance().whatsapp_balance.on_hold).toBe("0.00");
  });
});
