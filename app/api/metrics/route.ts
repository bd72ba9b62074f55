import { answer } from "@/app/api/v1/door";
import { waitingDeliveries } from "@/lib/alerts/webhooks/deliveries";
import { authorizeKey } from "@/lib/auth/api-keys";
import { Refusal } from "@/lib/errors";
import { inboxBacklog } from "@/lib/inbox/inbox";
import { waitingEvents } from "@/lib/metering/metering";
import { metricsText, observe } from "@/lib/metrics/metrics";
import { systemNow } from "@/lib/time/clock";

observe([
  {
    name: "kuota_events_waiting",
    help: "Usage events that wait or are being recorded in this process.",
    read: waitingEvents,
  },
  {
    name: "kuota_inbox_bodies",
    help: "Webhook bodies that are not processed yet.",
    read: async () => (await inboxBacklog()).bodies,
  },
  {
    name: "kuota_webhooks_waiting",
    help: "Outgoing webhooks that wait for their first or next attempt.",
    read: waitingDeliveries,
  },
  {
    name: "kuota_inbox_oldest_seconds",
    help: "Age of the oldest webhook body that is not processed yet; 0 without one.",
    read: async () => {
      const { oldest } = await inboxBacklog();
      return oldest ? Math.max(0, (systemNow().getTime() - oldest.getTime()) / 1000) : 0;
    },
  },
]);

/** What this process measured, for Prometheus. For a key of the platform with the admin scope. */
export async function GET(request: Request): Promise<Response> {
  return answer(request, "/api/metrics", async () => {
    const key = await authorizeKey(request.headers.get("authorization"), "admin");
    if (key.onlyOrganizationId !== null) {
      throw new Refusal("forbidden", "Metrics are the platform's: use the platform's key.");
    }
    const { contentType, body } = await metricsText();
    return new Response(body, { headers: { "content-type": contentType } });
  });
}
