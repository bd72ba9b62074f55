import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { closeDatabases, inOrganization, rawSql } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { recordOccurrences } from "@/lib/occurrences/occurrences";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { systemNow } from "@/lib/time/clock";
import { EVERY_ALERT_TYPE } from "../rules";
import { tellOccurrences } from "../telling";
import { isPublicAddress } from "./addresses";
import { deliverDue, deliveriesOf, redeliver } from "./deliveries";
import { postBody } from "./request";
import { seal, unseal } from "./secrets";
import {
  addEndpoint,
  chooseTypes,
  endpointsOf,
  removeEndpoint,
  rotateSecret,
  sendTestEvent,
  switchEndpoint,
} from "./webhooks";

const servers: Server[] = [];
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  for (const server of servers) server.close();
  await closeDatabases();
});

type Request = { readonly headers: IncomingHttpHeaders; readonly body: string };

/** A receiver that answers with the statuses given, one after the other, and then with the last one. */
async function newReceiver(...statuses: number[]) {
  const requests: Request[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const status = statuses[Math.min(requests.length, statuses.length - 1)] ?? 200;
      requests.push({ headers: request.headers, body });
      response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end("thank you");
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

const manager = (id: number) => systemScope("test", id, "alerts:manage");
const every = [...EVERY_ALERT_TYPE];
const log = async (id: number) => (await deliveriesOf(manager(id), null, 50)).deliveries;

async function newEndpoint(...statuses: number[]) {
  const client = await newTestOrganization();
  const receiver = await newReceiver(...statuses);
  const endpoint = await addEndpoint(manager(client.id), { url: receiver.url, types: every });
  return { ...client, ...receiver, endpoint };
}

/** Other files of tests may share the database and its timers' work: until it is done. */
async function deliverAll(now = systemNow()) {
  while ((await deliverDue(now)) > 0);
}

const later = (hours: number) => new Date(systemNow().getTime() + hours * 3_600_000);

describe("a webhook", () => {
  test("is signed as Standard Webhooks says, and the library verifies it", async () => {
    const { id, slug, requests, endpoint } = await newEndpoint(200);
    await inOrganization(id, (tx) =>
      recordOccurrences(tx, { id, slug }, [
        {
          type: "top_up.paid",
          cause: "purchase:1",
          occurredAt: new Date("2026-11-02T05:00:00Z"),
          data: { total: "1110000.00" },
        },
      ]),
    );
    await tellOccurrences(systemNow());
    await expect.poll(() => deliverAll().then(() => requests.length)).toBe(1);
    const [request] = requests;
    expect(new Webhook(endpoint.secret).verify(request?.body ?? "", headersOf(request))).toEqual({
      type: "top_up.paid",
      timestamp: "2026-11-02T05:00:00.000Z",
      data: { organization: slug, total: "1110000.00" },
    });
    const forged = new Webhook(endpoint.secret.replace(/.{4}=$/, "AAAA="));
    expect(() => forged.verify(request?.body ?? "", headersOf(request))).toThrow();
    expect(await log(id)).toMatchObject([
      { type: "top_up.paid", state: "delivered", attempts: 1, lastStatus: 200, lastFailure: null },
    ]);
  });

  test("goes to who wants its type, and tells nobody of what was before them", async () => {
    const { id, slug, endpoint } = await newEndpoint(200);
    const record = (cause: string) =>
      inOrganization(id, (tx) =>
        recordOccurrences(tx, { id, slug }, [
          { type: "month.opened", cause, occurredAt: systemNow(), data: {} },
        ]),
      );
    await chooseTypes(manager(id), endpoint.id, ["top_up.paid"]);
    await record("month:x");
    await tellOccurrences(systemNow());
    await chooseTypes(manager(id), endpoint.id, ["month.opened"]);
    await tellOccurrences(systemNow());
    expect(await log(id)).toEqual([]);
    await record("month:y");
    await Promise.all([1, 2, 3].map(() => tellOccurrences(systemNow())));
    await expect.poll(() => tellOccurrences(systemNow()).then(() => log(id))).toHaveLength(1);
  });

  test("that fails is tried again with growing delay, under the same id, until it is taken", async () => {
    const { id, requests, endpoint } = await newEndpoint(500, 302, 204);
    await sendTestEvent(manager(id), endpoint.id);
    await deliverAll();
    expect(await log(id)).toMatchObject([{ state: "waiting", attempts: 1, lastStatus: 500 }]);
    await deliverAll();
    expect(requests).toHaveLength(1);
    await deliverAll(later(0.1));
    expect(await log(id)).toMatchObject([{ state: "waiting", attempts: 2, lastStatus: 302 }]);
    await deliverAll(later(0.2));
    expect(await log(id)).toMatchObject([{ state: "delivered", attempts: 3, lastStatus: 204 }]);
    expect(new Set(requests.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
  });

  test("is given up after the last attempt, and sent again when somebody says so", async () => {
    const { id, requests, endpoint } = await newEndpoint(...Array(10).fill(503), 200);
    await sendTestEvent(manager(id), endpoint.id);
    for (let attempt = 0; attempt < 12; attempt++) await deliverAll(later(30 * attempt));
    const [given] = await log(id);
    expect(given).toMatchObject({ state: "failed", attempts: 10, nextAttemptAt: null });
    await redeliver(manager(id), given?.id ?? 0);
    await deliverAll();
    expect(await log(id)).toMatchObject([{ state: "delivered", attempts: 1 }]);
    expect(new Set(requests.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  });

  test("is sent once by several senders at once, and by another after one was killed in the act", async () => {
    const { id, requests, endpoint } = await newEndpoint(200);
    await sendTestEvent(manager(id), endpoint.id);
    await Promise.all(Array.from({ length: 6 }, () => deliverDue(systemNow())));
    expect(requests).toHaveLength(1);
    // Taken, and never finished: as a process leaves it that is killed before it could write the outcome down.
    await inOrganization(
      id,
      (tx) => rawSql(tx)`
        update webhook_deliveries set state = 'waiting', next_attempt_at = now() + interval '60 seconds'
        where organization_id = ${id}`,
    );
    await deliverAll();
    expect(requests).toHaveLength(1);
    await deliverAll(later(0.02));
    expect(requests).toHaveLength(2);
    expect(await log(id)).toMatchObject([{ state: "delivered", attempts: 2 }]);
  });

  test("that is answered 410 switches its endpoint off", async () => {
    const { id, endpoint } = await newEndpoint(410);
    await sendTestEvent(manager(id), endpoint.id);
    await deliverAll();
    expect(await log(id)).toMatchObject([{ state: "failed", attempts: 1, lastStatus: 410 }]);
    expect(await endpointsOf(manager(id))).toMatchObject([{ isEnabled: false, disabledBecause: "gone" }]);
    await expect(sendTestEvent(manager(id), endpoint.id)).rejects.toMatchObject({ code: "conflict" });
  });

  test("waits for a receiver 10 seconds and no longer", { timeout: 20_000 }, async () => {
    const silent = createServer(() => {});
    servers.push(silent);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    expect(await postBody(url, {}, "{}")).toMatchObject({ status: null, failure: "timeout" });
    silent.closeAllConnections();
  });
});

describe("an endpoint", () => {
  test("whose secret is replaced is signed for with both for a day", async () => {
    const { id, requests, endpoint } = await newEndpoint(200);
    const secret = await rotateSecret(manager(id), endpoint.id);
    await sendTestEvent(manager(id), endpoint.id);
    await deliverAll();
    const [request] = requests;
    for (const one of [secret, endpoint.secret]) {
      expect(new Webhook(one).verify(request?.body ?? "", headersOf(request))).toMatchObject({
        type: "alert.test",
      });
    }
    await inOrganization(
      id,
      (tx) => rawSql(tx)`
        update webhook_endpoints set former_secret_until = now() - interval '1 second' where organization_id = ${id}`,
    );
    await sendTestEvent(manager(id), endpoint.id);
    await deliverAll();
    expect(requests[1]?.headers["webhook-signature"]).not.toContain(" ");
  });

  test("that is off gets nothing, also not what waited; removed, its log is gone", async () => {
    const { id, requests, endpoint } = await newEndpoint(200);
    await sendTestEvent(manager(id), endpoint.id);
    await switchEndpoint(manager(id), endpoint.id, false);
    await deliverAll();
    expect(requests).toEqual([]);
    const [given] = await log(id);
    expect(given).toMatchObject({ state: "failed", lastFailure: "switched_off" });
    await expect(redeliver(manager(id), given?.id ?? 0)).rejects.toMatchObject({ code: "conflict" });
    await switchEndpoint(manager(id), endpoint.id, true);
    await removeEndpoint(manager(id), endpoint.id);
    expect([await endpointsOf(manager(id)), await log(id)]).toEqual([[], []]);
  });

  test("is nobody else's: another organization can neither change nor try it", async () => {
    const { endpoint } = await newEndpoint(200);
    const { id: other } = await newTestOrganization();
    const refused = { code: "not_found" };
    await expect(rotateSecret(manager(other), endpoint.id)).rejects.toMatchObject(refused);
    await expect(removeEndpoint(manager(other), endpoint.id)).rejects.toMatchObject(refused);
    await expect(sendTestEvent(manager(other), endpoint.id)).rejects.toMatchObject(refused);
  });

  test("keeps its secret encrypted, for itself alone", async () => {
    const { id, endpoint } = await newEndpoint(200);
    const [row] = await inOrganization(
      id,
      (tx) => rawSql(tx)<{ sealed_secret: string }[]>`
        select sealed_secret from webhook_endpoints where organization_id = ${id}`,
    );
    const sealed = row?.sealed_secret ?? "";
    expect(sealed).not.toContain(endpoint.secret.slice(6, 20));
    expect(unseal(sealed, `${id}:${endpoint.id}`)).toBe(endpoint.secret);
    expect(() => unseal(sealed, `${id + 1}:${endpoint.id}`)).toThrow();
    expect(() => unseal(seal("x", "1:a").replace(/.$/, "!"), "1:a")).toThrow();
  });
});

describe("webhooks go to public places only", () => {
  test.each([
    "127.0.0.1",
    "10.1.2.3",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:db8::1",
    "nonsense",
  ])("%s is not public", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each(["1.1.1.1", "172.32.0.1", "192.167.255.255", "2606:4700::1111"])("%s is", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    "http://example.com/hook",
    "https://10.0.0.1/hook",
    "https://169.254.169.254/latest/meta-data",
    "https://[fd00::1]/hook",
    "https://0xa000001/hook",
  ])("%s is not taken as an address", async (url) => {
    const { id } = await newTestOrganization();
    await expect(addEndpoint(manager(id), { url, types: every })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });
});

function headersOf(request: Request | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
}
