import { factsOf, isOnItsWay } from "../world/checkout";
import { shown } from "../world/currencies";
import type { Session } from "../world/objects";
import type { World } from "../world/world";
import { escaped, pageFrame } from "./page-frame";

/** What the payer can do on the hosted page, in the order of its buttons. */
export const payerActs = ["pay", "pay_later_succeed", "pay_later_fail", "decline", "cancel"] as const;

const labels: Record<(typeof payerActs)[number], string> = {
  pay: "Pay",
  pay_later_succeed: "Pay later then succeed",
  pay_later_fail: "Pay later then fail",
  decline: "Decline",
  cancel: "Cancel",
};

/** The hosted page of a session in its present state; works without JavaScript. */
export function checkoutPage(world: World, session: Session): string {
  const currency = session.currency ?? "usd";
  const body = `<section>
<h1>Test checkout</h1>
<p class="soft">A local stand-in for Stripe. No money moves.</p>
<p class="total">${escaped(shown(session.amount_total ?? 0, currency))}</p>
${lineItemTable(world, session, currency)}
</section>
<section>${stateOf(world, session)}</section>
<p class="soft"><code>${escaped(session.id)}</code></p>`;
  return pageFrame("Test checkout", body);
}

function lineItemTable(world: World, session: Session, currency: string): string {
  const rows = factsOf(world, session).lineItems.map((id) => {
    const item = world.tables.line_items.get(id);
    return `<tr><td>${escaped(item?.description ?? "")}</td><td class="amount">${item?.quantity ?? ""}</td>
<td class="amount">${escaped(shown(item?.amount_total ?? 0, currency))}</td></tr>`;
  });
  return `<table>
<thead><tr><th>Item</th><th class="amount">Quantity</th><th class="amount">Amount</th></tr></thead>
<tbody>${rows.join("\n")}</tbody>
<tfoot><tr><td>Total</td><td></td><td class="amount">${escaped(shown(session.amount_total ?? 0, currency))}</td></tr></tfoot>
</table>`;
}

function stateOf(world: World, session: Session): string {
  if (session.status === "expired") {
    return `<h2>This checkout has expired</h2>${backLink(session.cancel_url, "Back")}`;
  }
  if (session.status === "complete") return completeState(world, session);
  const failure = factsOf(world, session).lastFailure;
  const acts = payerActs.filter((act) => isOffered(session, act));
  const buttons = acts.map(
    (act) =>
      `<button${act === "pay" ? ' class="main"' : ""} name="act" value="${act}">${labels[act]}</button>`,
  );
  return `${failure === null ? "" : `<p class="bad" role="alert">${escaped(failure)} Try another way.</p>`}
<form method="post">${buttons.join("\n")}</form>`;
}

function isOffered(session: Session, act: (typeof payerActs)[number]): boolean {
  if (act === "cancel") return session.cancel_url !== null;
  return session.payment_method_types.includes(act.startsWith("pay_later") ? "customer_balance" : "card");
}

function completeState(world: World, session: Session): string {
  const back = backLink(returnAddress(session), "Return to the shop");
  if (isOnItsWay(world, session)) {
    return `<h2>The payment is on its way</h2>
<form method="post"><button class="main" name="act" value="settle_succeed">Let the money arrive</button>
<button name="act" value="settle_fail">Let the payment fail</button></form><p></p>${back}`;
  }
  const paid = session.payment_status !== "unpaid";
  return `<h2>${paid ? "This checkout is paid" : "The payment failed"}</h2>${back}`;
}

function backLink(url: string | null, text: string): string {
  return url === null ? "" : `<a class="button" href="${escaped(url)}">${text}</a>`;
}

/** Where the payer goes after paying, with the session's id filled in. */
export function returnAddress(session: Session): string {
  return (session.success_url ?? "/").replace(
    /\{CHECKOUT_SESSION_ID\}|%7BCHECKOUT_SESSION_ID%7D/gi,
    session.id,
  );
}
