import { chargeToRefund } from "../api/refund-routes";
import { missing, refused } from "../api/refusals";
import { expireSession, settleSession } from "../world/checkout";
import { closeDispute, escalateDispute, openDispute, submitEvidence } from "../world/disputes";
import { found } from "../world/lookup";
import type { Charge, Dispute } from "../world/objects";
import { createRefund, moveRefund } from "../world/refunds";
import type { Behaviour, RefundCourse, World } from "../world/world";
import type { Deliverer } from "./delivery";
import type { Outage } from "./outage";
import { methodFor, payWith, sessionOfPage } from "./payer";
import { checkedSwitches, usualDelivery } from "./switches";

/** What a control endpoint was given, from a JSON body or a form. */
export type Wishes = Record<string, unknown>;

/** What the controls act upon. */
export type Controlled = { world: World; deliverer: Deliverer; outage: Outage };

type Step = (controlled: Controlled, wishes: Wishes, ...ids: string[]) => unknown;

const courses: RefundCourse[] = ["succeed", "pending", "require_action", "fail_later"];

/** What tests and people can make happen that no API of Stripe does; addresses are below `/_stand-in/`. */
export const controls: Record<string, Step> = {
  "GET health": () => ({ ok: true }),
  "GET delivery": ({ deliverer }) => deliverer.switches,
  "POST delivery": ({ deliverer }, wishes) => {
    deliverer.switches = { ...usualDelivery, ...checkedSwitches(wishes) };
    return deliverer.switches;
  },
  "DELETE delivery": ({ deliverer }) => {
    deliverer.switches = { ...usualDelivery };
    return deliverer.switches;
  },
  "GET deliveries": ({ deliverer }, { event, type }) =>
    deliverer.record.filter(
      (delivery) =>
        (event === undefined || delivery.event === event) && (type === undefined || delivery.type === type),
    ),
  "POST deliveries/release": ({ deliverer }, { order }) => ({
    released: deliverer.release(order === "reverse" ? "reverse" : "created"),
  }),
  "POST webhook": ({ deliverer }, { url, secret }) => {
    deliverer.pointTo(text(url), text(secret)?.split(","));
    return { url };
  },
  "GET behaviour": ({ world }) => world.behaviour,
  "POST behaviour": ({ world }, wishes) => Object.assign(world.behaviour, checkedBehaviour(wishes)),
  "POST outage": ({ outage }, wishes) => outage.start(wishes),
  "DELETE outage": ({ outage }) => outage.end(),
  "POST events/:id/redeliver": ({ world, deliverer }, { copies }, id = "") =>
    deliverer.redeliver(found(world.tables.events, id, "event"), number(copies) ?? 1),
  "POST sessions/:id/complete": payStep("pay"),
  "POST sessions/:id/complete-later": (controlled, wishes, id) =>
    payStep(wishes.outcome === "fail" ? "pay_later_fail" : "pay_later_succeed")(controlled, wishes, id ?? ""),
  "POST sessions/:id/decline": payStep("decline"),
  "POST sessions/:id/settle": ({ world }, { outcome }, id = "") => {
    const session = sessionOfPage(world, id);
    settleSession(world, session, outcome === "fail" ? "fail" : "succeed");
    return session;
  },
  "POST sessions/:id/expire": ({ world }, _wishes, id = "") => {
    const session = sessionOfPage(world, id);
    expireSession(world, session);
    return session;
  },
  "POST refunds": dashboardRefund,
  "POST refunds/:id/succeed": refundStep("succeed"),
  "POST refunds/:id/fail": refundStep("fail"),
  "POST refunds/:id/require-action": refundStep("require_action"),
  "POST disputes": ({ world }, wishes) =>
    openDispute(world, chargeOf(world, wishes), {
      inquiry: wishes.inquiry === true || wishes.inquiry === "true",
      amount: number(wishes.amount),
      reason: text(wishes.reason) ?? "fraudulent",
    }),
  "POST disputes/:id/escalate": disputeStep(escalateDispute),
  "POST disputes/:id/review": disputeStep(submitEvidence),
  "POST disputes/:id/win": disputeStep((world, dispute) => closeDispute(world, dispute, "won")),
  "POST disputes/:id/lose": disputeStep((world, dispute) => closeDispute(world, dispute, "lost")),
  "POST objects/:id": alterObject,
};

function payStep(act: string): Step {
  return ({ world }, _wishes, id = "") => {
    const session = sessionOfPage(world, id);
    const details = methodFor(act);
    if (details) payWith(world, session, details);
    return session;
  };
}

/** A refund made by hand in the dashboard: it carries no metadata of the app. */
function dashboardRefund({ world }: Controlled, wishes: Wishes): unknown {
  const course = text(wishes.course);
  if (course !== undefined && !courses.includes(course as RefundCourse)) {
    throw refused(`course must be one of ${courses.join(", ")}`, { param: "course" });
  }
  return createRefund(world, chargeOf(world, wishes), {
    amount: number(wishes.amount),
    course: course as RefundCourse | undefined,
  });
}

function refundStep(step: "succeed" | "fail" | "require_action"): Step {
  return ({ world }, _wishes, id = "") => {
    const refund = found(world.tables.refunds, id, "refund");
    moveRefund(world, refund, step);
    return refund;
  };
}

function disputeStep(step: (world: World, dispute: Dispute) => void): Step {
  return ({ world }, _wishes, id = "") => {
    const dispute = found(world.tables.disputes, id, "dispute");
    step(world, dispute);
    return dispute;
  };
}

/** The paid charge named by `charge`, `payment_intent` or `session`. @throws StripeRefusal when there is none */
function chargeOf(world: World, wishes: Wishes): Charge {
  const session = text(wishes.session);
  const intent =
    session === undefined
      ? text(wishes.payment_intent)
      : (sessionOfPage(world, session).payment_intent ?? undefined);
  return chargeToRefund(world, { charge: text(wishes.charge), payment_intent: intent });
}

/** Changes fields of an object behind the app's back, to see that it notices. */
function alterObject({ world }: Controlled, wishes: Wishes, id = ""): unknown {
  const { sessions, payment_intents, charges, refunds, disputes, customers } = world.tables;
  for (const table of [sessions, payment_intents, charges, refunds, disputes, customers]) {
    const object = table.get(id);
    if (!object) continue;
    const unknown = Object.keys(wishes).find((name) => !Object.hasOwn(object, name));
    if (unknown !== undefined) throw refused(`${id} has no field ${unknown}`, { param: unknown });
    return Object.assign(object, wishes);
  }
  throw missing("object", id, "id");
}

function checkedBehaviour(wishes: Wishes): Partial<Behaviour> {
  const { laterStepMs, refunds, redirectWaitMs, ...others } = wishes;
  const other = Object.keys(others)[0];
  if (other !== undefined) throw refused(`unknown behaviour ${other}`, { param: other });
  if (refunds !== undefined && !courses.includes(refunds as RefundCourse)) {
    throw refused(`refunds must be one of ${courses.join(", ")}`, { param: "refunds" });
  }
  return {
    ...(laterStepMs === undefined
      ? {}
      : { laterStepMs: laterStepMs === null ? null : (number(laterStepMs) ?? 0) }),
    ...(refunds === undefined ? {} : { refunds: refunds as RefundCourse }),
    ...(redirectWaitMs === undefined ? {} : { redirectWaitMs: number(redirectWaitMs) ?? 0 }),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** @throws StripeRefusal when something is given that is not a whole number */
function number(value: unknown): number | undefined {
  if (value === undefined || value === "") return undefined;
  const read = Number(value);
  if (Number.isSafeInteger(read) && read >= 0) return read;
  throw refused(`${JSON.stringify(value)} is not a whole number`);
}
