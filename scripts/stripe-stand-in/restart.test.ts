import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startStripeStandIn } from "./stand-in";
import { press, sdkFor, startReceiver, startWithSdk, topUp, until, webhookSecret } from "./testing";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stripe-stand-in-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("with a state file a restarted stand-in knows its sessions, keys and delayed payments", async () => {
  const options = { stateFile: join(folder, "deep", "state.json"), behaviour: { laterStepMs: 300 } };
  const first = await startWithSdk(options);
  const create = { idempotencyKey: "topup:1:v1" };
  const open = await first.stripe.checkout.sessions.create(topUp(), create);
  const later = await first.stripe.checkout.sessions.create(topUp());
  await press(later, "pay_later_succeed");
  await first.standIn.close();

  const second = await startWithSdk({ ...options, port: first.standIn.port });
  const again = await second.stripe.checkout.sessions.create(topUp(), create);
  expect(again.id).toBe(open.id);
  await press(open, "pay");
  expect(await second.stripe.checkout.sessions.retrieve(open.id)).toMatchObject({ payment_status: "paid" });
  await until(
    async () => (await second.stripe.checkout.sessions.retrieve(later.id)).payment_status === "paid",
  );
  expect((await second.stripe.events.list({ type: "checkout.session.completed" })).data).toHaveLength(2);
  await second.standIn.close();
});

test("without a state file nothing is kept", async () => {
  const first = await startWithSdk();
  const { id } = await first.stripe.checkout.sessions.create(topUp());
  await first.standIn.close();
  const second = await startWithSdk();
  await expect(second.stripe.checkout.sessions.retrieve(id)).rejects.toThrow(/No such checkout.session/);
  await second.standIn.close();
});

test("a damaged state file and a taken port are told, not passed over", async () => {
  const stateFile = join(folder, "damaged.json");
  writeFileSync(stateFile, "{");
  await expect(startStripeStandIn({ port: 0, stateFile })).rejects.toThrow();
  const { standIn } = await startWithSdk();
  await expect(startStripeStandIn({ port: standIn.port })).rejects.toThrow(/EADDRINUSE/);
  await standIn.close();
});

test("it listens on this machine alone", async () => {
  const { standIn } = await startWithSdk();
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal);
  for (const { address } of outside) {
    const reached = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: address, port: standIn.port });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
    expect(reached).toBe(false);
  }
  await standIn.close();
});

test("as a process of its own it says where it listens, sends webhooks and ends on SIGTERM", async () => {
  const receiver = await startReceiver();
  const { standIn: free } = await startWithSdk();
  await free.close();
  const child = spawn(process.execPath, ["--import", "tsx", join(import.meta.dirname, "main.ts")], {
    env: {
      ...process.env,
      STRIPE_STAND_IN_PORT: String(free.port),
      STRIPE_WEBHOOK_URL: receiver.url,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
    },
  });
  let printed = "";
  child.stdout.on("data", (part) => {
    printed += part;
  });
  await until(() => printed.includes("\n"));
  expect(printed).toBe(`Stripe stand-in listens on ${free.url}\n`);
  await sdkFor(free).customers.create({});
  await until(() => receiver.events.length === 1);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  await receiver.close();
}, 20_000);
