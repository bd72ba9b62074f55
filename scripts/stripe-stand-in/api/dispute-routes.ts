import type Stripe from "stripe";
import { closeDispute, submitEvidence } from "../world/disputes";
import { recordEvent } from "../world/events";
import { found, mergedMetadata, newestFirst } from "../world/lookup";
import type { Dispute } from "../world/objects";
import type { World } from "../world/world";
import { inRange, page } from "./listing";
import { notPlayed } from "./refusals";
import { type Route, route } from "./routes";

/** `/v1/disputes` */
export const disputeRoutes: Route[] = [
  route<Stripe.DisputeListParams>("GET", "/v1/disputes", "Disputes:DisputeListParams", (world, params) =>
    page(
      newestFirst(world.tables.disputes).filter(
        (dispute) =>
          (params.charge === undefined || dispute.charge === params.charge) &&
          (params.payment_intent === undefined || dispute.payment_intent === params.payment_intent) &&
          inRange(dispute.created, params.created),
      ),
      "/v1/disputes",
      params,
    ),
  ),
  route("GET", "/v1/disputes/:id", "Disputes:DisputeRetrieveParams", disputeAt),
  route<Stripe.DisputeUpdateParams>(
    "POST",
    "/v1/disputes/:id",
    "Disputes:DisputeUpdateParams",
    updateDispute,
  ),
  route("POST", "/v1/disputes/:id/close", "Disputes:DisputeCloseParams", (world, params, id) => {
    const dispute = disputeAt(world, params, id);
    closeDispute(world, dispute, "lost");
    return dispute;
  }),
];

function disputeAt(world: World, _params: unknown, id = ""): Dispute {
  return found(world.tables.disputes, id, "dispute");
}

/** As at Stripe, evidence is sent to the bank with the update unless `submit` is false. */
function updateDispute(world: World, params: Stripe.DisputeUpdateParams, id?: string): Dispute {
  const { appeal, enhanced_evidence, ...texts } = params.evidence ?? {};
  if (appeal || enhanced_evidence) throw notPlayed("appeals and enhanced evidence", "evidence");
  const dispute = disputeAt(world, params, id);
  const previous = { metadata: dispute.metadata, evidence: structuredClone(dispute.evidence) };
  Object.assign(dispute.evidence, texts);
  dispute.evidence_details.has_evidence ||= Object.keys(texts).length > 0;
  dispute.metadata = mergedMetadata(dispute.metadata, params.metadata);
  if (params.submit || (params.evidence !== undefined && params.submit !== false))
    submitEvidence(world, dispute);
  else recordEvent(world, "charge.dispute.updated", dispute, previous);
  return dispute;
}
