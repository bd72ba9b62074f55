import { shown } from "../world/currencies";
import type { Charge } from "../world/objects";
import { escaped, pageFrame } from "./page-frame";

/** What `receipt_url` of a charge leads to. */
export function receiptPage(charge: Charge): string {
  const body = `<section><h1>Test receipt</h1>
<p class="total">${escaped(shown(charge.amount, charge.currency))}</p>
<p>${charge.status}, ${new Date(charge.created * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC</p>
<p class="soft"><code>${escaped(charge.id)}</code></p></section>`;
  return pageFrame("Test receipt", body);
}
