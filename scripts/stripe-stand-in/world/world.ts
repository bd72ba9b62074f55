import type {
  BalanceTransaction,
  Charge,
  Customer,
  Dispute,
  Event,
  LineItem,
  PaymentIntent,
  PaymentMethod,
  Price,
  Product,
  Refund,
  Session,
  TaxId,
} from "./objects";
import type { TestMethod } from "./test-methods";

/** Everything kept, by id, in order of creation. */
export type Tables = {
  customers: Map<string, Customer>;
  tax_ids: Map<string, TaxId>;
  products: Map<string, Product>;
  prices: Map<string, Price>;
  payment_methods: Map<string, PaymentMethod>;
  sessions: Map<string, Session>;
  line_items: Map<string, LineItem>;
  payment_intents: Map<string, PaymentIntent>;
  charges: Map<string, Charge>;
  refunds: Map<string, Refund>;
  disputes: Map<string, Dispute>;
  balance_transactions: Map<string, BalanceTransaction>;
  events: Map<string, Event>;
  /** Deleted customers and products: only their id is still told. */
  deleted: Map<string, { id: string; object: string; deleted: true }>;
  /** What Stripe knows of a session and does not show in it. */
  session_facts: Map<string, SessionFacts>;
  /** How the test payment methods behave, by payment method. */
  method_facts: Map<string, TestMethod>;
  /** Answers kept by idempotency key. */
  answers: Map<string, KeptAnswer>;
};

/** What Stripe knows of a session and does not show in it. */
export type SessionFacts = {
  lineItems: string[];
  /** `payment_intent_data` of the session, for the payment intent that is made when it is paid. */
  paymentIntentData: {
    description?: string;
    metadata?: Record<string, string>;
    receipt_email?: string;
    setup_future_usage?: "off_session" | "on_session";
    statement_descriptor?: string;
    statement_descriptor_suffix?: string;
    transfer_group?: string;
    shipping?: PaymentIntent["shipping"];
  };
  /** Why the last attempt to pay failed, shown on the hosted page. */
  lastFailure: string | null;
};

/** The first answer to an idempotency key, with what it was asked. */
export type KeptAnswer = { endpoint: string; form: string; status: number; body: unknown; request: string };

/** How a new refund goes. */
export type RefundCourse = "succeed" | "pending" | "require_action" | "fail_later";

/** What a test or a person may change while the stand-in runs. */
export type Behaviour = {
  /** Milliseconds until a delayed payment, or a refund that moves by itself, takes its later step; null: only when asked. */
  laterStepMs: number | null;
  /** Course of refunds of cards that have none of their own. */
  refunds: RefundCourse;
  /** Longest wait of the hosted page for the webhook's answer before it redirects, in milliseconds. */
  redirectWaitMs: number;
};

/** The API request that is being served, told in the events it causes. */
export type Cause = { id: string | null; idempotency_key: string | null };

/** All that the stand-in is: what it keeps, how it behaves, and its ties to the server around it. */
export type World = {
  tables: Tables;
  behaviour: Behaviour;
  /** Where the hosted page is, such as `http://127.0.0.1:12111`. */
  url: string;
  cause: Cause;
  /** Seconds since 1970, as Stripe counts. */
  now: () => number;
  /** Told of every new event. */
  onEvent: (event: Event) => void;
  /** Told that something changed, so that it can be saved. */
  onChange: () => void;
  /** Runs a step later; it is forgotten when the stand-in closes. */
  later: (milliseconds: number, step: () => void) => void;
};

/** Tables with nothing in them. */
export function emptyTables(): Tables {
  return {
    customers: new Map(),
    tax_ids: new Map(),
    products: new Map(),
    prices: new Map(),
    payment_methods: new Map(),
    sessions: new Map(),
    line_items: new Map(),
    payment_intents: new Map(),
    charges: new Map(),
    refunds: new Map(),
    disputes: new Map(),
    balance_transactions: new Map(),
    events: new Map(),
    deleted: new Map(),
    session_facts: new Map(),
    method_facts: new Map(),
    answers: new Map(),
  };
}
