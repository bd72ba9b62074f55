import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { Refusal } from "@/lib/errors";
import { recordEvents } from "@/lib/metering/metering";
import { ANI, BUDI, brokenBy, deliveredEvent, sender } from "@/lib/metering/testing";
import { micros } from "@/lib/money/money";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { readBalance } from "@/lib/reports/balance";
import { estimate, findHold, type PlacedHold, placeHold, releaseHold } from "./holds";
import { holdRequest } from "./input";

afterAll(closeDatabases);

const PRICE = micros("586.33");
const one = holdRequest.parse({ lines: [{ category: "marketing", to: [ANI] }] });
const holder = (id: number) => systemScope("test", id, "holds:write");

async function onHold(id: number) {
  const { whatsappBalance } = await readBalance(systemScope("test", id, "balance:read"));
  return { onHold: whatsappBalance.onHold, available: whatsappBalance.available };
}

async function newClient(initialBalance: bigint) {
  return newTestOrganization({}, { initialBalance });
}

describe("two requests at once can never both take the last rupiah · M3", () => {
  test("50 at once for money that covers 7: 7 are granted, 43 refused with the shortfall", {
    timeout: 60_000,
  }, async () => {
    const { id } = await newClient(7n * PRICE);
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, () => placeHold(holder(id), one, randomUUID())),
    );
    const granted = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
    const refused = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
    expect(granted).toHaveLength(7);
    expect(new Set(granted.map(({ availableAfter }) => availableAfter)).size).toBe(7);
    for (const reason of refused) {
      expect(reason).toBeInstanceOf(Refusal);
      expect(reason).toMatchObject({
        code: "insufficient_balance",
        extras: { members: { required: "586.33", available: "0.00", shortfall: "586.33" } },
      });
    }
    expect(await onHold(id)).toEqual({ onHold: 7n * PRICE, available: 0n });
    expect(await brokenBy(id)).toEqual([]);
  });

  test("placed and released and charged at once: nothing of it leaks", { timeout: 60_000 }, async () => {
    const { id, slug } = await newClient(1_000n * PRICE);
    const both = holdRequest.parse({ lines: [{ category: "marketing", to: [ANI, BUDI] }] });
    const use = async (n: number) => {
      const hold = await placeHold(holder(id), both, randomUUID());
      await Promise.all([
        recordEvents(sender, [deliveredEvent(slug, `a${n}`, { hold: hold.id })]),
        n % 2 === 0
          ? releaseHold(holder(id), hold.id)
          : recordEvents(sender, [
              { ...deliveredEvent(slug, `b${n}`, { hold: hold.id, contact: BUDI }), type: "message.failed" },
            ]),
      ]);
      return hold.id;
    };
    const ids = await Promise.all(Array.from({ length: 30 }, (_, n) => use(n)));
    expect(await onHold(id)).toEqual({ onHold: 0n, available: 970n * PRICE });
    const holds = await Promise.all(ids.map((hold) => findHold(holder(id), hold)));
    expect(holds.every(({ state, remaining }) => state !== "open" && remaining === 0n)).toBe(true);
    expect(await brokenBy(id)).toEqual([]);
  });
});

describe("the same Idempotency-Key", () => {
  test("20 at once place one hold, and all get the same answer", async () => {
    const { id } = await newClient(2n * PRICE);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => placeHold(holder(id), one, key)));
    expect(new Set(answers.map((hold) => hold.id)).size).toBe(1);
    const shown = ({ amount, availableAfter, expiresAt }: PlacedHold) => [amount, availableAfter, expiresAt];
    for (const answer of answers) expect(shown(answer)).toEqual(answers[0] && shown(answers[0]));
    expect(await onHold(id)).toEqual({ onHold: PRICE, available: PRICE });
  });

  test("answers with the first hold even when the money is gone or the hold closed", async () => {
    const { id } = await newClient(PRICE);
    const key = randomUUID();
    const first = await placeHold(holder(id), one, key);
    expect((await placeHold(holder(id), one, key)).id).toBe(first.id);
    await releaseHold(holder(id), first.id);
    expect(await placeHold(holder(id), one, key)).toMatchObject({ id: first.id, state: "released" });
    expect(await onHold(id)).toMatchObject({ onHold: 0n });
  });

  test("for another request is refused", async () => {
    const { id } = await newClient(5n * PRICE);
    const key = randomUUID();
    await placeHold(holder(id), one, key);
    const other = holdRequest.parse({ lines: [{ category: "utility", to: [ANI] }] });
    await expect(placeHold(holder(id), other, key)).rejects.toMatchObject({ code: "idempotency_conflict" });
  });

  test("of a refused request is free for another try", async () => {
    const { id } = await newClient(PRICE);
    const blocking = await placeHold(holder(id), one, randomUUID());
    const key = randomUUID();
    await expect(placeHold(holder(id), one, key)).rejects.toMatchObject({ code: "insufficient_balance" });
    await releaseHold(holder(id), blocking.id);
    expect(await placeHold(holder(id), one, key)).toMatchObject({ state: "open" });
  });
});

describe("a hold ends", () => {
  test("at its expiry and not a millisecond earlier, and gives back the rest", async () => {
    const { id } = await newClient(2n * PRICE);
    const request = holdRequest.parse({ lines: [{ category: "marketing", to: [ANI] }], expires_in: 60 });
    const { expiresAt, id: hold } = await placeHold(holder(id), request, randomUUID());
    const setClock = (now: Date) =>
      acrossOrganizations(
        (tx) => rawSql(tx)`update organizations set clock = ${now.toISOString()} where id = ${id}`,
      );
    await setClock(new Date(expiresAt.getTime() - 1));
    expect(await onHold(id)).toEqual({ onHold: PRICE, available: PRICE });
    await setClock(expiresAt);
    expect(await Promise.all(Array.from({ length: 10 }, () => findHold(holder(id), hold)))).toMatchObject(
      Array(10).fill({ state: "expired", remaining: 0n }),
    );
    expect(await onHold(id)).toEqual({ onHold: 0n, available: 2n * PRICE });
    expect(await releaseHold(holder(id), hold)).toMatchObject({ state: "expired" });
    expect(await brokenBy(id)).toEqual([]);
  });

  test("after 30 days unless said otherwise", async () => {
    const { id } = await newClient(PRICE);
    const { createdAt, expiresAt } = await placeHold(holder(id), one, randomUUID());
    expect(expiresAt.getTime() - createdAt.getTime()).toBe(30 * 86_400_000);
  });

  test("with its last message: charged parts are used up, failed ones given back", async () => {
    const { id, slug } = await newClient(10n * PRICE);
    const to = [ANI, BUDI, "6281200000003"];
    const request = holdRequest.parse({ lines: [{ category: "marketing", to }] });
    const hold = (await placeHold(holder(id), request, randomUUID())).id;
    const tell = (contact: string, type: string) =>
      recordEvents(sender, [
        { ...deliveredEvent(slug, `${contact} ${type}`, { contact, hold, message_id: "m" }), type },
      ]);
    await tell(ANI, "message.sent");
    expect(await onHold(id)).toEqual({ onHold: 3n * PRICE, available: 7n * PRICE });
    await tell(ANI, "message.delivered");
    await tell(ANI, "message.read");
    expect(await onHold(id)).toEqual({ onHold: 2n * PRICE, available: 7n * PRICE });
    await tell(BUDI, "message.failed");
    expect(await onHold(id)).toEqual({ onHold: PRICE, available: 8n * PRICE });
    await tell("6281200000003", "message.delivered");
    expect(await findHold(holder(id), hold)).toMatchObject({ state: "used", remaining: 0n });
    expect(await onHold(id)).toEqual({ onHold: 0n, available: 8n * PRICE });
  });
});

test("an estimate is the same answer without the reservation", async () => {
  const { id } = await newClient(3n * PRICE);
  const answer = await estimate(holder(id), one);
  expect(answer).toMatchObject({ amount: PRICE, availableAfter: 2n * PRICE });
  expect(await onHold(id)).toEqual({ onHold: 0n, available: 3n * PRICE });
  const { amount, lines, availableAfter } = await placeHold(holder(id), one, randomUUID());
  expect({ amount, lines, availableAfter }).toEqual(answer);
});

test("a group costs its members' utility price, and has at most 8", async () => {
  const { id } = await newClient(micros("100000"));
  const group = (members: number) =>
    holdRequest.parse({
      group: { members: Array.from({ length: members }, (_, n) => `6281200000${n}`) },
    });
  expect(await estimate(holder(id), group(8))).toMatchObject({ amount: 8n * micros("356.65") });
  await expect(placeHold(holder(id), group(9), randomUUID())).rejects.toMatchObject({
    code: "group_too_large",
  });
});
