import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StandIn } from "./stand-in";
import { type Receiver, startReceiver, startWithSdk, until } from "./testing";

const run = promisify(execFile);

let standIn: StandIn;
let receiver: Receiver;
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "stripe-cli-"));
  receiver = await startReceiver();
  ({ standIn } = await startWithSdk({ webhookUrl: receiver.url, behaviour: { laterStepMs: 50 } }));
});
afterAll(async () => {
  await standIn.close();
  await receiver.close();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

/** The binary of the CLI for this machine. @throws Error saying what to install */
function cliBinary(): string {
  const name = `@stripe/cli-${process.platform}-${process.arch}`;
  const wrapper = dirname(createRequire(import.meta.url).resolve("@stripe/cli/package.json"));
  const binary = join(wrapper, "..", name.slice("@stripe/".length), "bin", "stripe");
  if (existsSync(binary)) return binary;
  throw new Error(
    `the Stripe CLI is not there (${binary}); install the optional package ${name} with npm install`,
  );
}

/** It reports to nobody; the part of it that would is also one that can crash it. */
const QUIET = { STRIPE_CLI_TELEMETRY_OPTOUT: "1" };

const triggers = [
  "checkout.session.completed",
  "checkout.session.async_payment_succeeded",
  "checkout.session.async_payment_failed",
  "checkout.session.expired",
  "payment_intent.succeeded",
  "payment_intent.payment_failed",
  "charge.refunded",
  "charge.refund.updated",
  "charge.dispute.created",
  "charge.dispute.closed",
];

test.each(triggers)(
  "the real Stripe CLI triggers %s, and the signed event arrives",
  async (trigger) => {
    receiver.events.length = 0;
    const { stdout } = await run(
      cliBinary(),
      ["trigger", trigger, "--api-key", "sk_test_1234567890abcdef", "--api-base", standIn.url],
      { env: { ...process.env, ...QUIET, HOME: home, XDG_CONFIG_HOME: home }, timeout: 60_000 },
    );
    expect(stdout).toContain("Trigger succeeded!");
    await until(() => receiver.events.some(({ type }) => type === trigger));
  },
  90_000,
);
