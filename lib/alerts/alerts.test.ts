import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { closeDatabases, inOrganization, rawSql } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { newMember } from "@/lib/auth/testing";
import { placeHold, releaseHold } from "@/lib/holds/holds";
import { holdRequest } from "@/lib/holds/input";
import { recordEvents } from "@/lib/metering/metering";
import { deliveredEvent, sender } from "@/lib/metering/testing";
import { micros } from "@/lib/money/money";
import { recordOccurrences } from "@/lib/occurrences/occurrences";
import { adjust } from "@/lib/provisioning/adjustments";
import { moveClock } from "@/lib/provisioning/test-clock";
import { newTestOrganization, platform } from "@/lib/provisioning/testing";
import { readBalance } from "@/lib/reports/balance";
import { systemNow } from "@/lib/time/clock";
import { readAlertSettings, saveAlertSettings } from "./alerts";
import { alertSettingsInput } from "./input";
import { tellOccurrences } from "./telling";
import { giveBackLapsedHolds, lookAt, watchBalances } from "./watching";
import { addEndpoint, sendTestEvent } from "./webhooks/webhooks";

afterAll(closeDatabases);

const manager = (id: number) => systemScope("test", id, "alerts:manage");
const holder = (id: number) => systemScope("test", id, "holds:write");

/** A client whose package begins the month with 1,000 a month, quotas of 100 visitors and no conversations. */
const newClient = (initial = "1000") =>
  newTestOrganization({}, { initialBalance: micros(initial), uniqueVisitors: 100 });

/** Tests move money by hand, which live organizations allow too; only their clock is everybody's. */
async function newLive() {
  const client = await newClient();
  await inOrganization(
    client.id,
    (tx) => rawSql(tx)`update organizations set mode = 'live', clock = null where id = ${client.id}`,
  );
  return client;
}

async function add(slug: string, amount: string) {
  await adjust(
    platform,
    slug,
    { account: "additional", amount: micros(amount), reason: "test" },
    randomUUID(),
  );
}

async function told(id: number, prefix = ""): Promise<string[]> {
  const rows = await inOrganization(
    id,
    (tx) => rawSql(tx)<{ type: string }[]>`
      select type from occurrences where organization_id = ${id} and type <> 'month.opened' order by recorded_at, type`,
  );
  return rows.map(({ type }) => type).filter((type) => type.startsWith(prefix));
}

async function dataOf(id: number, type: string): Promise<Record<string, unknown>[]> {
  const rows = await inOrganization(
    id,
    (tx) => rawSql(tx)<{ data: Record<string, unknown> }[]>`
      select data from occurrences where organization_id = ${id} and type = ${type} order by recorded_at`,
  );
  return rows.map(({ data }) => data);
}

describe("an edge is told once when it is crossed, and once when it is over · alerts", () => {
  test("low, used up, recovered; looking again says nothing new", async () => {
    const { id, slug } = await newClient();
    const look = () => lookAt(id, systemNow());
    await look();
    expect(await told(id)).toEqual([]);
    await add(slug, "-599.99");
    await look();
    expect(await told(id)).toEqual([]);
    await add(slug, "-0.02");
    await look();
    await look();
    expect(await told(id)).toEqual(["balance.low"]);
    await add(slug, "-399.99");
    await look();
    expect(await told(id)).toEqual(["balance.low", "balance.depleted"]);
    await add(slug, "1000");
    await look();
    await look();
    expect(await told(id)).toEqual(["balance.low", "balance.depleted", "balance.recovered"]);
    expect(await dataOf(id, "balance.recovered")).toMatchObject([
      { organization: slug, level: "enough", level_before: "used_up", available: "1000.00", currency: "IDR" },
    ]);
  });

  test("who is used up at one stroke is told both, low first", async () => {
    const { id, slug } = await newClient();
    await add(slug, "-1500");
    await lookAt(id, systemNow());
    expect(await told(id)).toEqual(["balance.depleted", "balance.low"]);
    expect(await dataOf(id, "balance.low")).toMatchObject([{ level: "used_up", available: "-500.00" }]);
  });

  test("1,000 further events tell nothing more", { timeout: 120_000 }, async () => {
    const { id, slug } = await newTestOrganization(
      {},
      { initialBalance: micros("2000000"), uniqueVisitors: 10_000 },
    );
    await add(slug, "-1400000");
    await lookAt(id, systemNow());
    expect(await told(id)).toEqual(["balance.low"]);
    for (let batch = 0; batch < 10; batch++) {
      const events = Array.from({ length: 100 }, () =>
        deliveredEvent(slug, randomUUID(), { category: "utility" }),
      );
      await recordEvents(sender, events);
      await lookAt(id, systemNow());
    }
    expect(await told(id)).toEqual(["balance.low"]);
  });

  test("a balance that swings around its threshold tells once, not with each swing", async () => {
    const { id, slug } = await newClient();
    await add(slug, "-601");
    for (let swing = 0; swing < 5; swing++) {
      await lookAt(id, systemNow());
      await add(slug, "40");
      await lookAt(id, systemNow());
      await add(slug, "-40");
    }
    expect(await told(id)).toEqual(["balance.low"]);
    await add(slug, "51");
    await lookAt(id, systemNow());
    expect(await told(id)).toEqual(["balance.low", "balance.recovered"]);
  });

  test("a quota is told by its name", async () => {
    const { id, slug } = await newTestOrganization(
      {},
      { uniqueVisitors: 2, initialBalance: micros("1000000") },
    );
    const visit = (contact: string) =>
      recordEvents(sender, [
        { ...deliveredEvent(slug, randomUUID(), { contact }), type: "message.received" },
      ]);
    await visit("6281200000001");
    await lookAt(id, systemNow());
    expect(await told(id)).toEqual([]);
    await visit("6281200000002");
    await lookAt(id, systemNow());
    expect(await told(id)).toEqual(["quota.low", "quota.used_up"]);
    expect(await dataOf(id, "quota.used_up")).toMatchObject([
      { quota: "unique_visitors", granted: 2, used: 2, remaining: 0 },
    ]);
    await moveClock(platform, slug, new Date("2026-12-01T00:00:00Z"));
    await lookAt(id, systemNow());
    expect(await told(id, "quota")).toEqual(["quota.low", "quota.used_up", "quota.recovered"]);
  });

  test("a package that gives nothing and of which nothing is used is not used up", async () => {
    const { id } = await newTestOrganization({}, { initialBalance: 0n, uniqueVisitors: 0 });
    await lookAt(id, systemNow());
    expect(await told(id)).toEqual([]);
  });
});

describe("two instances at once, and crashes", () => {
  test("20 looks at the same moment tell once", async () => {
    const { id, slug } = await newClient();
    await add(slug, "-900");
    await Promise.all(Array.from({ length: 20 }, () => lookAt(id, systemNow())));
    expect(await told(id)).toEqual(["balance.low"]);
  });

  test("the timer finds who was not looked at, however long ago their money moved", async () => {
    const { id, slug } = await newClient();
    await add(slug, "-900");
    await expect.poll(() => watchBalances(systemNow()).then(() => told(id))).toEqual(["balance.low"]);
  });

  test("what was written down and not told before a crash is told after it, once", async () => {
    const { id, slug } = await newClient();
    const member = await newMember(id, "owner");
    await save(id, { members: [String(member.id)], mail_types: ["balance.low"] });
    await add(slug, "-900");
    await lookAt(id, systemNow());
    expect(await mailsTo(id, member.email)).toEqual([]);
    await Promise.all([1, 2, 3].map(() => tellOccurrences(systemNow())));
    await expect
      .poll(() => tellOccurrences(systemNow()).then(() => mailsTo(id, member.email)))
      .toEqual(["Toko Melati: WhatsApp balance is low: Rp 100.00 left"]);
  });

  test("a recording that is undone leaves nothing to tell", async () => {
    const { id, slug } = await newClient();
    const undone = inOrganization(id, async (tx) => {
      await recordOccurrences(tx, { id, slug }, [
        { type: "top_up.paid", cause: "purchase:1", occurredAt: systemNow(), data: {} },
      ]);
      throw new Error("the change failed");
    });
    await expect(undone).rejects.toThrow("the change failed");
    expect(await told(id)).toEqual([]);
  });
});

describe("what happens is written down where it happens", () => {
  test("each month once, with what it grants, also when several are opened at once", async () => {
    const { id, slug } = await newClient();
    await Promise.all([1, 2, 3].map(() => moveClock(platform, slug, new Date("2027-01-01T00:00:00Z"))));
    expect(await dataOf(id, "month.opened")).toMatchObject([
      { month: "2026-11", initial_balance: "1000.00", expired: "0.00", unique_visitors: 100 },
      { month: "2026-12", initial_balance: "1000.00", expired: "1000.00", unique_visitors: 100 },
      { month: "2027-01", initial_balance: "1000.00", expired: "1000.00", unique_visitors: 100 },
    ]);
  });

  test("a refused hold once until one is granted, and once an hour · M3", async () => {
    const { id, slug } = await newClient("600");
    const two = holdRequest.parse({ lines: [{ category: "marketing", market: "Indonesia", quantity: 2 }] });
    const one = holdRequest.parse({ lines: [{ category: "marketing", market: "Indonesia", quantity: 1 }] });
    const refused = () =>
      expect(placeHold(holder(id), two, randomUUID())).rejects.toMatchObject({
        code: "insufficient_balance",
      });
    await Promise.all(Array.from({ length: 10 }, refused));
    expect(await told(id, "hold")).toEqual(["hold.refused"]);
    expect(await dataOf(id, "hold.refused")).toMatchObject([
      { organization: slug, required: "1172.66", available: "600.00", shortfall: "572.66" },
    ]);
    const { id: hold } = await placeHold(holder(id), one, randomUUID());
    await releaseHold(holder(id), hold);
    await refused();
    expect(await told(id, "hold")).toEqual(["hold.refused"]);
    await inOrganization(
      id,
      (tx) => rawSql(tx)`
        update occurrences set recorded_at = recorded_at - interval '61 minutes' where organization_id = ${id}`,
    );
    await refused();
    await refused();
    expect(await told(id, "hold")).toEqual(["hold.refused", "hold.refused"]);
  });

  test("reserved money that comes back when its time is over is seen, though nobody touches it", async () => {
    const { id } = await newClient("600");
    const one = holdRequest.parse({
      lines: [{ category: "marketing", market: "Indonesia", quantity: 1 }],
      expires_in: 60,
    });
    await placeHold(holder(id), one, randomUUID());
    await lookAt(id, systemNow());
    expect(await told(id, "balance")).toEqual(["balance.low"]);
    await inOrganization(
      id,
      (tx) => rawSql(tx)`update organizations set clock = clock + interval '2 minutes' where id = ${id}`,
    );
    await giveBackLapsedHolds(systemNow());
    await expect
      .poll(() => watchBalances(systemNow()).then(() => told(id, "balance")))
      .toEqual(["balance.low", "balance.recovered"]);
  });
});

async function save(id: number, wanted: Record<string, unknown>, locale: "en" | "id" = "en") {
  await saveAlertSettings(manager(id), alertSettingsInput.parse({ low_percent: "40", ...wanted }), locale);
}

async function mailsTo(id: number, recipient: string): Promise<string[]> {
  const rows = await inOrganization(
    id,
    (tx) => rawSql(tx)<{ subject: string }[]>`
      select subject from mails where organization_id = ${id} and recipient = ${recipient} and cause like 'alert:%'`,
  );
  return rows.map(({ subject }) => subject);
}

describe("settings", () => {
  test("say what is low; what is low by them alone is told like any crossing · U5", async () => {
    const { id, slug } = await newClient();
    await add(slug, "-300");
    await lookAt(id, systemNow());
    expect(await told(id)).toEqual([]);
    await save(id, { low_percent: "0", low_amount: "800" });
    const { low } = await readBalance(systemScope("test", id, "balance:read"));
    expect(low).toEqual({ percent: 0, amount: micros("800") });
    await lookAt(id, systemNow());
    expect(await told(id)).toEqual(["balance.low"]);
    await save(id, { low_percent: "0" });
    await lookAt(id, systemNow());
    expect(await told(id)).toEqual(["balance.low", "balance.recovered"]);
  });

  test("name members and others; each reads their own language, and one mail says it", async () => {
    const { id, slug } = await newClient();
    const member = await newMember(id, "supervisor");
    const gone = await newMember(id, "agent");
    await save(
      id,
      {
        members: [String(member.id), String(gone.id)],
        addresses: `Finance-${id}@Example.com`,
        mail_types: ["balance.low", "balance.depleted"],
      },
      "id",
    );
    await inOrganization(id, async (tx) => {
      await rawSql(tx)`delete from memberships where organization_id = ${id} and user_id = ${gone.id}`;
      await rawSql(tx)`update users set locale = 'en' where id = ${member.id}`;
    });
    await add(slug, "-1500");
    await lookAt(id, systemNow());
    const everything = async () => ({
      member: await mailsTo(id, member.email),
      finance: await mailsTo(id, `finance-${id}@example.com`),
      gone: await mailsTo(id, gone.email),
    });
    await expect
      .poll(() => tellOccurrences(systemNow()).then(everything))
      .toEqual({
        member: ["Toko Melati: WhatsApp balance is used up"],
        finance: ["Toko Melati: Saldo WhatsApp habis"],
        gone: [],
      });
  });

  test("no more than 120 mails of an organization are written in an hour; what happened and its webhooks are all told", async () => {
    const [flooding, other] = [await newClient(), await newClient()];
    const addresses = Array.from({ length: 20 }, (_, index) => `flood-${index}-${flooding.id}@example.com`);
    await save(flooding.id, { addresses: addresses.join(","), mail_types: ["hold.refused"] });
    await save(other.id, { addresses: `calm-${other.id}@example.com`, mail_types: ["hold.refused"] });
    await addEndpoint(manager(flooding.id), {
      url: `https://${flooding.slug}.example.com/`,
      types: ["hold.refused"],
    });
    const record = ({ id, slug }: typeof other, causes: number) =>
      inOrganization(id, (tx) =>
        recordOccurrences(
          tx,
          { id, slug },
          Array.from({ length: causes }, (_, cause) => ({
            type: "hold.refused" as const,
            cause: `hold:${cause}`,
            occurredAt: systemNow(),
            data: { available: "1.00", required: "2.00", shortfall: "1.00", currency: "IDR" },
          })),
        ),
      );
    const written = async ({ id }: typeof other) => {
      const [row] = await inOrganization(
        id,
        (tx) => rawSql(tx)`
          select (select count(*)::integer from mails where organization_id = ${id}) as mails,
            (select count(*)::integer from webhook_deliveries where organization_id = ${id}) as webhooks,
            (select count(*)::integer from occurrences
             where organization_id = ${id} and type = 'hold.refused' and told_at is null) as untold`,
      );
      return row;
    };
    await record(flooding, 10);
    await record(other, 1);
    const told = () => tellOccurrences(systemNow()).then(() => Promise.all([flooding, other].map(written)));
    await expect.poll(told).toEqual([
      { mails: 120, webhooks: 10, untold: 0 },
      { mails: 1, webhooks: 0, untold: 0 },
    ]);
  });

  test("nobody is a recipient who is not a member", async () => {
    const { id } = await newClient();
    const stranger = await newMember((await newClient()).id, "owner");
    await expect(save(id, { members: [String(stranger.id)] })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  test("until they are chosen, owners of live organizations are told, and nobody of test ones", async () => {
    const test = await newTestOrganization();
    const live = await newLive();
    const owner = await newMember(live.id, "owner");
    await newMember(test.id, "owner");
    expect((await readAlertSettings(manager(live.id))).memberIds).toEqual([owner.id]);
    expect((await readAlertSettings(manager(test.id))).memberIds).toEqual([]);
  });

  test.each(["occurrences", "alert_settings", "alert_watches", "webhook_endpoints", "webhook_deliveries"])(
    "of another organization are behind the wall: %s",
    async (table) => {
      const { id, slug } = await newClient();
      await save(id, {});
      await add(slug, "-900");
      await lookAt(id, systemNow());
      const endpoint = await addEndpoint(manager(id), {
        url: `https://${slug}.example.com/`,
        types: ["balance.low"],
      });
      await sendTestEvent(manager(id), endpoint.id);
      const { id: other } = await newClient();
      const seenBy = (looking: number) =>
        inOrganization(looking, (tx) =>
          rawSql(tx).unsafe(`select 1 from ${table} where organization_id = ${id}`),
        );
      expect((await seenBy(id)).length).toBeGreaterThan(0);
      expect(await seenBy(other)).toHaveLength(0);
    },
  );
});
