import { bodiless } from "@/app/bodiless";
import { actorName } from "@/lib/audit/audit";
import { authorize } from "@/lib/auth/authorize";
import { listenForChanges, takeListeningPlace } from "@/lib/changes/changes";
import { endAtShutdown } from "@/lib/shutdown";

type Context = { readonly params: Promise<{ organization: string }> };

/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 25_000;
/** After this long the browser connects anew and is asked who it is again: a revoked log-in ends here at the latest. */
const LONGEST_MS = 300_000;
/** A browser does not come back by itself from a refusal; the page asks again this often (`LiveUpdates`). */
const RETRY_AFTER_SECONDS = 30;

/**
 * Tells an open page when the organization's figures changed (server-sent events). It says that, never what. A page that
 * names when it began to be made (`since`, ms since 1970) is told at once of what it may have missed.
 */
export async function GET(request: Request, context: Context): Promise<Response> {
  const scope = await authorize((await context.params).organization, "balance:read");
  const giveBack = takeListeningPlace(actorName(scope.actor));
  if (!giveBack) {
    return new Response("Too many of your pages are open at once.", {
      status: 429,
      headers: { "retry-after": String(RETRY_AFTER_SECONDS), "cache-control": "no-store" },
    });
  }
  const since = Number(new URL(request.url).searchParams.get("since") ?? Number.NaN);
  const stream = new Response(changesOf(scope.organizationId, since, request.signal, giveBack), {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
  return bodiless(request, stream);
}

/** @param giveBack called once, however the stream ends */
function changesOf(
  organizationId: number,
  since: number,
  signal: AbortSignal,
  giveBack: () => void,
): ReadableStream {
  const encoder = new TextEncoder();
  const undoings = [giveBack];
  let isOpen = true;
  const stop = () => {
    if (!isOpen) return;
    isOpen = false;
    for (const undo of undoings) undo();
  };
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (text: string) => {
        if (isOpen) controller.enqueue(encoder.encode(text));
      };
      const close = () => {
        if (!isOpen) return;
        stop();
        controller.close();
      };
      send("retry: 3000\n\n");
      const heartbeat = setInterval(() => send(":\n\n"), HEARTBEAT_MS);
      const limit = setTimeout(close, LONGEST_MS);
      undoings.push(
        () => clearInterval(heartbeat),
        () => clearTimeout(limit),
        () => signal.removeEventListener("abort", close),
      );
      signal.addEventListener("abort", close);
      undoings.push(endAtShutdown(close));
      if (signal.aborted) close();
      try {
        const change = () => send("event: change\ndata:\n\n");
        const unlisten = await listenForChanges(organizationId, since, change);
        if (isOpen) undoings.push(unlisten);
        else unlisten();
      } catch (error) {
        stop();
        throw error;
      }
    },
    cancel: stop,
  });
}
