import { randomUUID } from "node:crypto";
import { systemMachineScope, systemScope } from "@/lib/auth/scope";
import { invariant } from "@/lib/errors";
import { recordEvents } from "@/lib/metering/metering";

/** For tests: one thing that happened to a message of an organization, as the platform tells it. */
export type Told = {
  readonly at: string;
  readonly type?: "received" | "sent" | "delivered" | "read" | "failed";
  readonly contact?: string;
  readonly channel?: string;
  readonly category?: string;
  readonly id?: string;
  readonly data?: Readonly<Record<string, unknown>>;
};

/** Tells what happened; everything told must be accepted. */
export async function tell(slug: string, events: readonly Told[]): Promise<void> {
  const made = events.map((event) => {
    const { type = "delivered" } = event;
    return {
      specversion: "1.0",
      id: randomUUID(),
      source: "reports-test",
      type: `message.${type}`,
      subject: slug,
      time: event.at,
      data: {
        channel: event.channel ?? "whatsapp",
        message_id: event.id ?? `wamid.${randomUUID()}`,
        business_number: "106540352242922",
        contact: event.contact ?? "6281234567890",
        ...(type === "received" ? {} : { category: event.category ?? "marketing" }),
        ...event.data,
      },
    };
  });
  const { rejected } = await recordEvents(systemMachineScope("reports-test", "events:write"), made);
  invariant(rejected.length === 0, `everything is accepted: ${JSON.stringify(rejected)}`);
}

/** A reader of an organization's reports. */
export function readerOf(organizationId: number) {
  return systemScope("reports-test", organizationId, "usage:read", "reports:read", "balance:read");
}
