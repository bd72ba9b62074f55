import { once } from "node:events";
import { createServer, get } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import {
  currentRequest,
  networkOf,
  readableAddress,
  refuseMalformed,
  requestAddress,
  watchRequests,
} from "./request";

test.each([
  // Reached directly: what the client claims is not believed.
  ["192.0.2.1", undefined, 0, "192.0.2.1"],
  ["192.0.2.1", "203.0.113.9", 0, "192.0.2.1"],
  ["::ffff:192.0.2.1", "203.0.113.9", 0, "192.0.2.1"],
  ["10.0.0.1", "::FFFF:203.0.113.9", 1, "203.0.113.9"],
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
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["2001:db8::5:6:7:8:9", "2001:db8:0:5::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["not an address", "not an address"],
])("limits count %s as %s", (address, counted) => {
  expect(networkOf(address)).toBe(counted);
});

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

test("a connection without a request is kept for longer than a minute", async () => {
  watchRequests();
  const server = createServer((_request, response) => response.end("here"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const kept: (string | null)[] = [];
  for (const _ of [1, 2]) {
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    await answer.text();
    kept.push(answer.headers.get("keep-alive"));
  }
  expect(kept.at(-1)).toBe("timeout=75");
  await new Promise((resolve) => server.close(resolve));
});

describe("a body that is refused half-way", () => {
  async function send(length: number, body: Buffer) {
    watchRequests();
    const server = createServer((request, response) => {
      request.once("data", () => {
        request.pause();
        response.writeHead(413).end();
      });
    });
    const closed = new Promise<void>((resolve) => {
      server.on("connection", (connection) => connection.on("close", () => resolve()));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const sent = new Promise<void>((resolve) => {
      socket.write(`POST / HTTP/1.1\r\nhost: kuota.example\r\ncontent-length: ${length}\r\n\r\n`);
      socket.write(body, () => resolve());
    });
    // Read to its end, which is no reason for this side to close.
    let answer = "";
    socket.on("data", (part) => (answer += part));
    await once(socket, "end");
    await sent;
    return { answer, socket, closed: closed.then(() => new Promise((resolve) => server.close(resolve))) };
  }

  test("is taken while its sender reads the answer", async () => {
    const { answer, socket, closed } = await send(8_000_000, Buffer.alloc(8_000_000, "a"));
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    socket.end();
    await closed;
  });

  test("is not waited for without end", async () => {
    const { answer, socket, closed } = await send(800_000_000, Buffer.alloc(1_000, "a"));
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    const began = performance.now();
    await closed;
    socket.destroy();
    const waited = performance.now() - began;
    expect(waited).toBeGreaterThan(4_000);
    expect(waited).toBeLessThan(15_000);
  }, 20_000);
});

test("a request that is refused before its body came leaves its connection in use", async () => {
  watchRequests();
  const server = createServer((request, response) => {
    response.writeHead(request.method === "POST" ? 401 : 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write("POST / HTTP/1.1\r\nhost: kuota.example\r\ncontent-length: 5\r\n\r\n");
  expect(String(await once(socket, "data"))).toMatch(/^HTTP\/1.1 401 /);
  socket.write("12345GET / HTTP/1.1\r\nhost: kuota.example\r\n\r\n");
  expect(String(await once(socket, "data"))).toMatch(/^HTTP\/1.1 200 /);
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

function withResolvers() {
  let resolve = () => {};
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve: () => resolve() };
}

describe("a request that no page of ours sends", () => {
  const thrownBy = (message: string, frame: string, name = "Error") =>
    Object.assign(new Error(message), { name, stack: `${name}: ${message}\n    at ${frame}` });
  const NEXT = "/app/node_modules/next/dist/server/app-render/action-handler.js:1:1";
  const OURS = "/app/.next/server/chunks/ours.js:1:1";

  test.each([
    [thrownBy("Body exceeded 1 MB limit.", OURS), "POST", "action", 413],
    [thrownBy("Unexpected end of form", OURS), "POST", "render", 400],
    [thrownBy("Unexpected token", NEXT, "SyntaxError"), "POST", "render", 400],
    [thrownBy("Connection closed.", NEXT), "POST", "action", 400],
    // Faults of ours stay what they are.
    [thrownBy("Connection closed.", OURS), "POST", "action", 500],
    [thrownBy("Unexpected token", OURS, "SyntaxError"), "POST", "action", 500],
    [thrownBy("Connection closed.", NEXT), "POST", "render", 500],
    [thrownBy("Body exceeded 1 MB limit.", NEXT), "GET", "render", 500],
    ["no error at all", "POST", "action", 500],
  ])("%s, while answering a %s (%s), is answered with %d", async (error, method, kind, status) => {
    watchRequests();
    const server = createServer((_request, response) => {
      const isTheirs = refuseMalformed(error, method, kind);
      response.statusCode = 500;
      response.end(String(isTheirs));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect([answer.status, await answer.text()]).toEqual([status, String(status !== 500)]);
    await new Promise((resolve) => server.close(resolve));
  });
});
