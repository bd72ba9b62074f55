import { createHash, timingSafeEqual } from "node:crypto";
import { otherMethods } from "@/app/api/methods";
import { answer } from "@/app/api/v1/door";
import { poolUse } from "@/db/client";
import { waitingDeliveries } from "@/lib/alerts/webhooks/deliveries";
import { authorizeKey } from "@/lib/auth/api-keys";
import { systemMachineScope } from "@/lib/auth/scope";
import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import { inboxBacklog } from "@/lib/inbox/inbox";
import { mailBacklog } from "@/lib/mail/mail";
import { waitingEvents } from "@/lib/metering/metering";
import { metricsText, observe } from "@/lib/metrics/metrics";
import { countDueMonths } from "@/lib/months/months";
import { listParked } from "@/lib/provisioning/provisioning";
import { downloadsUnderWay } from "@/lib/reports/copy";
import { countEndless } from "@/lib/shutdown";
import { systemNow } from "@/lib/time/clock";

const mails = memory(mailBacklog);
const inbox = memory(inboxBacklog);

observe([
  {
    name: "kuota_database_pool_size",
    help: "Connections of the main pool of this process.",
    read: () => poolUse().most,
  },
  {
    name: "kuota_database_transactions_running",
    help: "Transactions that hold a connection of the main pool of this process.",
    read: () => poolUse().active,
  },
  {
    name: "kuota_database_transactions_waiting",
    help: "Transactions that wait for a connection of the main pool of this process.",
    read: () => poolUse().waiting,
  },
  {
    name: "kuota_downloads_running",
    help: "CSV downloads under way in this process.",
    read: () => downloadsUnderWay().running,
  },
  {
    name: "kuota_downloads_waiting",
    help: "CSV downloads that wait for their turn in this process.",
    read: () => downloadsUnderWay().waiting,
  },
  {
    name: "kuota_live_streams",
    help: "Streams of changes that open pages listen to in this process.",
    read: countEndless,
  },
  {
    name: "kuota_mails_waiting",
    help: "Mails that are not sent yet and will be tried again.",
    read: async () => (await mails()).waiting,
  },
  {
    name: "kuota_mails_given_up",
    help: "Mails that could not be sent and are not tried any more.",
    read: async () => (await mails()).givenUp,
  },
  {
    name: "kuota_unpriced_messages",
    help: "Messages that wait for a price.",
    read: async () => {
      const parked = await listParked(systemMachineScope("metrics", "admin"), null);
      return parked.reduce((sum, { messages }) => sum + messages, 0);
    },
  },
  {
    name: "kuota_months_due",
    help: "Organizations whose month has begun and is not open yet.",
    read: () => countDueMonths(systemNow()),
  },
  {
    name: "kuota_events_waiting",
    help: "Usage events that wait or are being recorded in this process.",
    read: waitingEvents,
  },
  {
    name: "kuota_inbox_bodies",
    help: "Webhook bodies that are not processed yet.",
    read: async () => (await inbox()).bodies,
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
      const { oldest } = await inbox();
      return oldest ? Math.max(0, (systemNow().getTime() - oldest.getTime()) / 1000) : 0;
    },
  },
]);

function hasToken(request: Request): boolean {
  const { METRICS_TOKEN: token } = env();
  const given = request.headers.get("authorization");
  return token !== undefined && given !== null && timingSafeEqual(digest(given), digest(`Bearer ${token}`));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

async function requirePlatformKey(request: Request): Promise<void> {
  const key = await authorizeKey(request.headers.get("authorization"), "admin");
  if (key.onlyOrganizationId === null) return;
  throw new Refusal("forbidden", "Metrics are the platform's: use the platform's key.");
}

/** One scrape asks once. */
function memory<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    return asked;
  };
}

/**
 * What this process measured, for Prometheus. For METRICS_TOKEN, which needs no database, or a key of the platform with the
 * admin scope.
 */
export async function GET(request: Request): Promise<Response> {
  return answer(request, "/api/metrics", async () => {
    if (!hasToken(request)) await requirePlatformKey(request);
    const { contentType, body } = await metricsText();
    return new Response(body, { headers: { "content-type": contentType } });
  });
}

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("GET");
