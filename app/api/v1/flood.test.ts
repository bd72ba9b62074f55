import { afterAll, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import { piecesOf } from "@/lib/combining/testing";
import { waitingEvents } from "@/lib/metering/metering";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { POST as postEvents } from "./events/route";
import { GET as getBalance } from "./organizations/[organization]/balance/route";
import { call, messageEvent, organizationKey, platformKey } from "./testing";

afterAll(closeDatabases);

/** How an answer to a body came, and after how long. */
async function send(key: string, body: string) {
  const began = performance.now();
  const headers = { "content-length": String(Buffer.byteLength(body)) };
  const response = await call(postEvents, { method: "POST", key, body, headers });
  const text = await response.text();
  return {
    status: response.status,
    accepted: JSON.parse(text).accepted,
    retryAfter: response.headers.get("retry-after"),
    milliseconds: performance.now() - began,
  };
}

const batch = (slug: string) => JSON.stringify(Array.from({ length: 1_000 }, () => messageEvent(slug)));

test("over capacity a large body is turned away unread and not at once, and what was taken before is recorded", async () => {
  const key = await platformKey("events:write");
  const [{ id, slug }, other] = await Promise.all([newTestOrganization(), newTestOrganization()]);
  expect(await send(key, JSON.stringify(messageEvent(slug)))).toMatchObject({ status: 200, accepted: 1 });
  let release = () => {};
  const busy = acrossOrganizations(async (tx) => {
    await rawSql(tx)`select from ledgers where organization_id = ${id} for update`;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  const taken = Array.from({ length: 8 }, () => send(key, batch(slug)));
  await expect.poll(waitingEvents, { timeout: 20_000 }).toBe(8_000);

  const unread = await send(key, `[{"subject": "${slug}", ${" ".repeat(70_000)} this is no JSON`);
  expect(unread).toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^[123]$/) });
  expect(unread.milliseconds).toBeGreaterThan(990);
  const small = await send(key, JSON.stringify(messageEvent(slug)));
  expect(small).toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^[123]$/) });
  expect(small.milliseconds).toBeLessThan(500);
  expect(await send(key, batch(other.slug))).toMatchObject({ status: 200, accepted: 1_000 });
  // What a key may not write to tells it nothing, not even that it is busy.
  const othersKey = await organizationKey(other.id, "events:write");
  expect(await send(othersKey, batch(slug))).toMatchObject({ status: 422, accepted: 0 });

  release();
  await busy;
  const answers = await Promise.all(taken);
  expect(answers.map(({ status, accepted }) => [status, accepted])).toEqual(Array(8).fill([200, 1_000]));
});

test("a flood gives way to who reads something of another organization, and not to who reads of the same", async () => {
  const key = await platformKey("balance:read");
  const [flooding, other] = await Promise.all([newTestOrganization(), newTestOrganization()]);
  const read = ({ slug }: { slug: string }) => call(getBalance, { key, params: { organization: slug } });
  await new Promise((resolve) => setTimeout(resolve, 510));
  expect((await read(flooding)).status).toBe(200);
  expect(await piecesOf(flooding.id)).toEqual([600]);
  expect((await read(other)).status).toBe(200);
  expect(await piecesOf(flooding.id)).toEqual([250, 250, 100]);
});
