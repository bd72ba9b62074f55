import "server-only";
import { listenClient } from "@/db/client";
import { logFault } from "@/lib/log";

const CHANNEL = "kuota_changes";
const AT_MOST_EVERY = 300;

// One throttle per process, however many bundles import this file.
const shared = globalThis as typeof globalThis & { kuotaAnnouncements?: Set<number> };
shared.kuotaAnnouncements ??= new Set();
const announced = shared.kuotaAnnouncements;

/**
 * Tells every instance, a few times a second at the most, that an organization's figures changed. Called after the
 * commit, never within a transaction: NOTIFY would make all commits wait for each other. A lost announcement costs a
 * page some freshness, nothing else.
 */
export function announceChange(organizationId: number): void {
  if (announced.has(organizationId)) return;
  announced.add(organizationId);
  setTimeout(() => {
    announced.delete(organizationId);
    listenClient()
      .notify(CHANNEL, String(organizationId))
      .catch((error: unknown) => logFault("change could not be announced", error, { organizationId }));
  }, AT_MOST_EVERY).unref();
}

/** Calls `changed` whenever the organization's figures changed, until the returned function is called. */
export async function listenForChanges(
  organizationId: number,
  changed: () => void,
): Promise<() => Promise<void>> {
  const wanted = String(organizationId);
  const { unlisten } = await listenClient().listen(CHANNEL, (payload) => {
    if (payload === wanted) changed();
  });
  return unlisten;
}
