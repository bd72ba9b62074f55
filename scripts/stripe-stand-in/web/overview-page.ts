import { isOnItsWay } from "../world/checkout";
import { shown } from "../world/currencies";
import { newestFirst } from "../world/lookup";
import type { Dispute, Refund, Session } from "../world/objects";
import type { World } from "../world/world";
import type { Deliverer } from "./delivery";
import { escaped, pageFrame } from "./page-frame";

const sessionsShown = 30;
const deliveriesShown = 40;

/** The newest sessions with a button for each thing that can happen to them, and what was delivered. */
export function overviewPage(world: World, deliverer: Deliverer): string {
  const rows = newestSessions(world).map(({ session, refunds, disputes }) =>
    sessionRow(world, session, refunds, disputes),
  );
  const deliveries = deliverer.record
    .slice(-deliveriesShown)
    .reverse()
    .map(
      ({ at, type, outcome, attempt, status, event }) =>
        `<tr><td>${at.slice(11, 19)}</td><td>${escaped(type)}</td><td>${outcome}${status === null ? "" : ` (${status})`}</td>
<td>${attempt}</td><td><code>${event}</code></td><td>${form([[`events/${event}/redeliver`, "Send again"]])}</td></tr>`,
    );
  const body = `<section><h1>Stripe stand-in</h1>
<p class="soft">What happens at the bank and in the dashboard, played by hand.</p>
${rows.length === 0 ? "<p>No checkout was opened yet.</p>" : sessionTable(rows)}</section>
<section><h2>Webhooks</h2>${rowsOrNone(deliveries)}</section>`;
  return pageFrame("Stripe stand-in", body, "wide");
}

function rowsOrNone(rows: string[]): string {
  if (rows.length === 0) return "<p>None was sent yet.</p>";
  return `<table><thead><tr><th>At (UTC)</th><th>Type</th><th>Outcome</th><th>Attempt</th><th>Event</th>
<th></th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function newestSessions(world: World): { session: Session; refunds: Refund[]; disputes: Dispute[] }[] {
  const { refunds, disputes, sessions } = world.tables;
  return newestFirst(sessions)
    .slice(0, sessionsShown)
    .map((session) => {
      const ofSession = (other: { payment_intent: string | null }) =>
        other.payment_intent !== null && other.payment_intent === session.payment_intent;
      return {
        session,
        refunds: [...refunds.values()].filter(ofSession),
        disputes: [...disputes.values()].filter(ofSession),
      };
    });
}

function words(status: string | null): string {
  return (status ?? "").replaceAll("_", " ");
}

function sessionTable(rows: string[]): string {
  return `<table><thead><tr><th>Session</th><th class="amount">Amount</th><th>State</th><th>Refunds and disputes</th>
<th>Make happen</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function sessionRow(world: World, session: Session, refunds: Refund[], disputes: Dispute[]): string {
  const amount = shown(session.amount_total ?? 0, session.currency ?? "usd");
  const follow = [
    ...refunds.map((refund) => refundLine(refund)),
    ...disputes.map((dispute) => disputeLine(dispute)),
  ];
  return `<tr><td><a href="/c/pay/${session.id}"><code>${session.id.slice(0, 20)}…</code></a></td>
<td class="amount">${escaped(amount)}</td><td>${session.status}, ${session.payment_status}</td>
<td>${follow.join("")}</td><td>${sessionActs(world, session)}</td></tr>`;
}

function sessionActs(world: World, session: Session): string {
  const at = (step: string) => `sessions/${session.id}/${step}`;
  if (session.status === "open")
    return form([
      [at("complete"), "Pay"],
      [at("expire"), "Expire"],
    ]);
  if (isOnItsWay(world, session)) {
    return form([
      [at("settle"), "Arrives", { outcome: "succeed" }],
      [at("settle"), "Fails", { outcome: "fail" }],
    ]);
  }
  if (session.payment_status !== "paid") return "";
  return form([
    ["refunds", "Refund all", { session: session.id }],
    ["disputes", "Inquiry", { session: session.id, inquiry: "true" }],
    ["disputes", "Dispute", { session: session.id }],
  ]);
}

function refundLine(refund: Refund): string {
  const acts: [string, string][] = [];
  if (refund.status === "pending" || refund.status === "requires_action") {
    acts.push([`refunds/${refund.id}/succeed`, "Arrives"]);
  }
  if (refund.status !== "failed" && refund.status !== "canceled")
    acts.push([`refunds/${refund.id}/fail`, "Fails"]);
  return `<div>Refund (${escaped(shown(refund.amount, refund.currency))}): ${words(refund.status)} ${form(acts)}</div>`;
}

function disputeLine(dispute: Dispute): string {
  const at = (step: string) => `disputes/${dispute.id}/${step}`;
  const acts: [string, string][] = [];
  if (dispute.status.startsWith("warning_") && dispute.status !== "warning_closed") {
    acts.push([at("escalate"), "Escalate"], [at("lose"), "Close"]);
  } else if (dispute.status === "needs_response" || dispute.status === "under_review") {
    acts.push([at("win"), "Won"], [at("lose"), "Lost"]);
  }
  return `<div>Dispute (${escaped(shown(dispute.amount, dispute.currency))}): ${words(dispute.status)} ${form(acts)}</div>`;
}

/** Buttons that post to control endpoints and come back to this page. */
function form(acts: [step: string, label: string, fields?: Record<string, string>][]): string {
  const forms = acts.map(([step, label, fields = {}]) => {
    const hidden = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`,
    );
    return `<form class="row" method="post" action="/_stand-in/${step}">${hidden.join("")}<button>${label}</button></form>`;
  });
  return forms.join("");
}
