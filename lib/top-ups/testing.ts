import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { vi } from "vitest";
import { acrossOrganizations, inOrganization, rawSql } from "@/db/client";
import { invariants } from "@/db/invariants";
import { addMember } from "@/lib/auth/members/members";
import { systemScope, systemStaffScope } from "@/lib/auth/scope";
import { createUser } from "@/lib/auth/users";
import { micros } from "@/lib/money/money";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { type StandIn, startStripeStandIn } from "@/scripts/stripe-stand-in/stand-in";
import { readingServer } from "@/scripts/stripe-stand-in/testing";
import { startTopUp } from "./top-ups";

/** For tests: a local Stripe, clients who buy, and what became of it. */
export const secretKey = "sk_test_1234567890abcdef";
export const webhookSecret = "whsec_top_ups";
export const operator = systemStaffScope("test", "back_office:read", "back_office:write");

/** The environment that the test run was given. */
export const given = () => ({ ...process.env });

/** Starts a stand-in that nothing happens in by itself, and points this test file at it. Call it before anything else. */
export async function startStripe(): Promise<StandIn> {
  const standIn = await startStripeStandIn({
    port: 0,
    webhookSecret,
    behaviour: { laterStepMs: null },
    retryDelaysMs: [20],
  });
  vi.stubEnv("STRIPE_API_BASE", standIn.url);
  vi.stubEnv("STRIPE_SECRET_KEY", secretKey);
  vi.stubEnv("STRIPE_WEBHOOK_SECRET", webhookSecret);
  return standIn;
}

/** The webhook door of a running app, in front of the stand-in. */
export type Door = {
  /** How each delivery was answered. */
  readonly answers: number[];
  close(): Promise<void>;
};

/** Opens a door that the stand-in delivers to, with the handler that the app has. */
export async function openDoor(
  standIn: StandIn,
  handler: (request: Request) => Promise<Response>,
): Promise<Door> {
  const answers: number[] = [];
  const server = readingServer(async (request, received, response) => {
    const answer = await handler(
      new Request("http://app.test/api/webhooks/stripe", {
        method: "POST",
        headers: { "stripe-signature": String(request.headers["stripe-signature"]) },
        body: new Uint8Array(received),
      }),
    );
    answers.push(answer.status);
    response.writeHead(answer.status).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await standIn.control("webhook", { url: `http://127.0.0.1:${port}/`, secret: webhookSecret });
  return {
    answers,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Client = {
  readonly id: number;
  readonly slug: string;
  readonly ownerId: number;
  readonly email: string;
};

/** An organization with an owner. Jakarta; noon of 2 November 2026 on its own clock, unless it is a live one. */
export async function newClient(input: Parameters<typeof newTestOrganization>[0] = {}): Promise<Client> {
  const live = input.mode === "live" ? { clock: undefined } : {};
  const { id, slug } = await newTestOrganization({ ...input, ...live } as typeof input, {
    initialBalance: micros("0"),
  });
  const email = `${randomUUID()}@example.com`;
  const ownerId = await acrossOrganizations((tx) =>
    createUser(tx, { email, name: "Rina Putri", password: null, locale: "en" }),
  );
  await addMember(systemScope("test", id, "members:manage"), ownerId, "owner");
  return { id, slug, ownerId, email };
}

export const buyerOf = ({ id, ownerId }: Client) => ({
  ...systemScope("test", id, "top_up:create", "purchases:read"),
  actor: { kind: "user", userId: ownerId } as const,
});

/** A purchase whose page is open. */
export async function startPurchase(client: Client, wish: { blocks?: number; balance?: string } = {}) {
  const { purchaseId, checkoutUrl } = await startTopUp(buyerOf(client), {
    visitorBlocks: wish.blocks ?? 0,
    balance: micros(wish.balance ?? (wish.blocks ? "0" : "1000000")),
    request: randomUUID(),
    locale: "en",
  });
  const session = /(cs_[A-Za-z0-9_]+)/.exec(checkoutUrl ?? "")?.[1];
  if (!session || !checkoutUrl) throw new Error("the purchase has no page");
  return { purchaseId, checkoutUrl, session };
}

/** Everything of a client that a payment can touch. */
export async function stateOf({ id }: Pick<Client, "id">) {
  return inOrganization(id, async (tx) => {
    const sql = rawSql(tx);
    const purchases = await sql`
      select id, status, balance_taken_micros, visitors_taken, refunded_micros, disputed_micros, mismatches,
        quarantined_at is not null as quarantined, visitors_month, payment_reference, checkout_reference, failure,
        customer_reference
      from purchases where organization_id = ${id} order by number`;
    const transfers = await sql`
      select kind, from_account, amount_micros, cause from ledger_transfers
      where organization_id = ${id} and kind <> 'grant' order by id`;
    const accounts = await sql`
      select account, balance_micros from ledger_accounts where organization_id = ${id}`;
    const [quota] = await sql`
      select coalesce(sum(visitors_top_up), 0)::int as visitors from month_quotas where organization_id = ${id}`;
    const [ledger] = await sql`select open_disputes from ledgers where organization_id = ${id}`;
    const [counts] = await sql`
      select (select count(*) from receipts where organization_id = ${id})::int as receipts,
        (select count(*) from mails where organization_id = ${id})::int as mails`;
    const balance = (name: string) =>
      BigInt(accounts.find(({ account }) => account === name)?.balance_micros ?? 0);
    return {
      purchases,
      transfers: transfers.map(({ kind, from_account: from, amount_micros: amount }) => [
        kind,
        from === "additional" || from === "initial"
          ? -BigInt(amount) / 1_000_000n
          : BigInt(amount) / 1_000_000n,
      ]),
      additional: balance("additional"),
      initial: balance("initial"),
      visitors: Number(quota?.visitors),
      openDisputes: Number(ledger?.open_disputes),
      receipts: Number(counts?.receipts),
      mails: Number(counts?.mails),
    };
  });
}

/** The invariants of the product that do not hold, over everything in the tests' database. */
export async function brokenInvariants(): Promise<string[]> {
  return acrossOrganizations(async (tx) => {
    const broken: string[] = [];
    for (const { name, violations } of invariants) {
      if ((await rawSql(tx).unsafe(violations)).length > 0) broken.push(name);
    }
    return broken;
  });
}
