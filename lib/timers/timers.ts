import "server-only";
import { addPartitions } from "@/db/migrate";
import { forgetOldOccurrences, tellOccurrences } from "@/lib/alerts/telling";
import { giveBackLapsedHolds, watchBalances } from "@/lib/alerts/watching";
import { deliverDue } from "@/lib/alerts/webhooks/deliveries";
import { env } from "@/lib/env";
import { workThroughInbox } from "@/lib/inbox/inbox";
import { logFault, logNotice } from "@/lib/log";
import { sendDueMails } from "@/lib/mail/mail";
import { openMonthsEverywhere } from "@/lib/months/months";
import { chargeParkedEverywhere } from "@/lib/provisioning/provisioning";
import { closeAfterRequests, isStopping } from "@/lib/shutdown";
import { systemNow } from "@/lib/time/clock";
import { sweepPurchases } from "@/lib/top-ups/sweep";

/** What the server does on its own. Every job may run in any number of processes at once. */
const JOBS: readonly {
  readonly name: string;
  readonly everyMs: number;
  readonly work: () => Promise<number>;
}[] = [
  { name: "inbox", everyMs: 5_000, work: workThroughInbox },
  { name: "mails", everyMs: 5_000, work: () => sendDueMails(systemNow()) },
  { name: "balances", everyMs: 1_000, work: () => watchBalances(systemNow()) },
  { name: "lapsed holds", everyMs: 15_000, work: () => giveBackLapsedHolds(systemNow()) },
  { name: "alerts", everyMs: 1_000, work: () => tellOccurrences(systemNow()) },
  { name: "webhooks", everyMs: 2_000, work: () => deliverDue(systemNow()) },
  { name: "old alerts", everyMs: 3_600_000, work: () => forgetOldOccurrences(systemNow()) },
  { name: "months", everyMs: 30_000, work: () => openMonthsEverywhere(systemNow()) },
  { name: "purchases", everyMs: 60_000, work: () => sweepPurchases(systemNow()) },
  { name: "unpriced", everyMs: 300_000, work: chargeParkedEverywhere },
  { name: "partitions", everyMs: 86_400_000, work: () => addPartitions(env().DATABASE_URL) },
];

// One set of timers per process, however many bundles import this file.
const shared = globalThis as typeof globalThis & { kuotaTimers?: true };

/**
 * Starts the jobs once per process. A job that fails is logged and tried again at its next turn. When the server stops no
 * turn begins any more, and those under way come to their end.
 */
export function startTimers(): void {
  if (shared.kuotaTimers) return;
  shared.kuotaTimers = true;
  const running = new Set<Promise<void>>();
  for (const { name, everyMs, work } of JOBS) {
    const turn = () => {
      if (isStopping()) return;
      const working = workOnce(name, work);
      running.add(working);
      void working.finally(() => {
        running.delete(working);
        setTimeout(turn, everyMs).unref();
      });
    };
    setTimeout(turn, Math.min(everyMs, FIRST_TURN_MS)).unref();
  }
  closeAfterRequests("timers", () => Promise.all(running));
}

async function workOnce(job: string, work: () => Promise<number>): Promise<void> {
  try {
    const done = await work();
    if (done > 0) logNotice("timer.worked", { job, done });
  } catch (error) {
    logFault("timer.failed", error, { job });
  }
}

const FIRST_TURN_MS = 2_000;
