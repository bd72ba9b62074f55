import type { Instrumentation } from "next";

// Next compiles this file for its other runtime too, which has no Node modules and serves nothing here: the comparison is
// what keeps them out of that build.

/** Runs once, before the server takes its first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { protectAnswers } = await import("@/lib/browser-policy");
    const { onFault } = await import("@/lib/log");
    const { countFault } = await import("@/lib/metrics/metrics");
    const { untilSent } = await import("@/lib/queues/queues");
    const { watchRequests } = await import("@/lib/request");
    const { startTimers } = await import("@/lib/timers/timers");
    const { closeDatabases } = await import("@/db/client");
    const { closeAfterRequests, watchSignals } = await import("@/lib/shutdown");
    protectAnswers();
    onFault(countFault);
    watchRequests();
    startTimers();
    closeAfterRequests("queues", untilSent);
    closeAfterRequests("databases", closeDatabases);
    if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
      const { startTracing } = await import("@/lib/tracing");
      closeAfterRequests("traces", startTracing());
    }
    // Set by `npm start` and the demo. Elsewhere, under Next's dev server, signals are Next's.
    if (process.env.NEXT_MANUAL_SIG_HANDLE) watchSignals();
  }
}

/** What nobody expected while answering a request: one line, with the request's id. A fault of ours, or its sender's. */
export const onRequestError: Instrumentation.onRequestError = async (error, request, context) => {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { logFault, logNotice } = await import("@/lib/log");
    const { refuseMalformed } = await import("@/lib/request");
    if (refuseMalformed(error, request.method, context.routeType)) {
      logNotice("request.malformed", { method: request.method, route: context.routePath });
      return;
    }
    logFault("request.failed", error, {
      method: request.method,
      route: context.routePath,
      kind: context.routeType,
      digest: error instanceof Error && "digest" in error ? String(error.digest) : null,
    });
  }
};
