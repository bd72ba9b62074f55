import { createServer, get } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { currentRequest, readableAddress, requestAddress, watchRequests } from "./request";

test.each([
  // Reached directly: what the client claims is not believed.
  ["192.0.2.1", undefined, 0, "192.0.2.1"],
  ["192.0.2.1", "203.0.113.9", 0, "192.0.2.1"],
  ["::ffff:192.0.2.1", "203.0.113.9", 0, "192.0.2.1"],
  // Behind one proxy: its entry is believed, whatever the client wrote before it.
  ["10.0.0.1", "203.0.113.9", 1, "203.0.113.9"],
  ["10.0.0.1", "198.51.100.66, 203.0.113.9", 1, "203.0.113.9"],
  ["10.0.0.1", ["198.51.100.66", "203.0.113.9"], 1, "203.0.113.9"],
  ["10.0.0.1", "198.51.100.66, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9"],
  // Fewer entries than proxies: the farthest one that there is.
  ["10.0.0.1", "203.0.113.9", 3, "203.0.113.9"],
  ["10.0.0.1", undefined, 1, "10.0.0.1"],
])(
  "from %s, forwarded for %j behind %d proxies, a request comes from %s",
  (peer, forwarded, proxies, address) => {
    expect(requestAddress(peer, forwarded, proxies)).toBe(address);
  },
);

test.each([
  ["/o/acme?q=%", "/o/acme?q=%"],
  ["/o/b%C3%A9ta/%2F", "/o/b%C3%A9ta/%2F"],
  ["/api/v1/organizations/%ff/balance", "/api/v1/organizations/%25ff/balance"],
  ["/o/100%/%E2%82?from=%ff", "/o/100%25/%25E2%2582?from=%ff"],
  ["//%", "//%25"],
  ["*", "*"],
])("the address %s is read as %s", (asked, read) => {
  expect(readableAddress(asked)).toBe(read);
});

test("each request of a server knows its own facts, however many are served at once", async () => {
  watchRequests();
  watchRequests();
  let arrived = 0;
  const { promise: allArrived, resolve: letThemGo } = withResolvers();
  const server = createServer(async (_request, response) => {
    arrived += 1;
    if (arrived === 3) letThemGo();
    await allArrived;
    response.end(JSON.stringify(currentRequest()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const ask = (path: string, headers: Record<string, string>) =>
    new Promise<Record<string, string>>((resolve, reject) => {
      get({ host: "127.0.0.1", port, path, headers }, async (response) =>
        resolve(JSON.parse(await text(response))),
      ).on("error", reject);
    });
  const answers = await Promise.all([
    ask("/o/acme?tab=money", { "x-request-id": "given-by-proxy-1" }),
    ask("/o/beta", { "x-request-id": "no\tgood" }),
    ask("/", { "x-forwarded-for": "203.0.113.9" }),
  ]);
  expect(answers[0]).toEqual({
    id: "given-by-proxy-1",
    address: "127.0.0.1",
    method: "GET",
    path: "/o/acme?tab=money",
  });
  expect(answers[1]?.path).toBe("/o/beta");
  expect(answers[1]?.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(answers[2]).toMatchObject({ path: "/", address: "127.0.0.1" });
  expect(currentRequest()).toBeNull();
  await new Promise((resolve) => server.close(resolve));
});

function withResolvers() {
  let resolve = () => {};
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve: () => resolve() };
}
