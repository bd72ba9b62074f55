import { authorize } from "@/lib/auth/authorize";
import { listenForChanges } from "@/lib/changes/changes";
import { endAtShutdown } from "@/lib/shutdown";

type Context = { readonly params: Promise<{ organization: string }> };

/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 25_000;
/** After this long the browser connects anew and is asked who it is again: a revoked log-in ends here at the latest. */
const LONGEST_MS = 300_000;

/** Tells an open page when the organization's figures changed (server-sent events). It says that, never what. */
export async function GET(request: Request, context: Context): Promise<Response> {
  const scope = await authorize((await context.params).organization, "balance:read");
  const encoder = new TextEncoder();
  let stop: () => void = () => undefined;
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      let isOpen = true;
      const send = (text: string) => {
        if (isOpen) controller.enqueue(encoder.encode(text));
      };
      send("retry: 3000\n\n");
      const unlisten = await listenForChanges(scope.organizationId, () => send("event: change\ndata:\n\n"));
      const heartbeat = setInterval(() => send(":\n\n"), HEARTBEAT_MS);
      const end = () => {
        if (!isOpen) return;
        stop();
        controller.close();
      };
      const limit = setTimeout(end, LONGEST_MS);
      const forget = endAtShutdown(end);
      stop = () => {
        isOpen = false;
        stop = () => undefined;
        clearInterval(heartbeat);
        clearTimeout(limit);
        forget();
        unlisten();
      };
      if (request.signal.aborted) stop();
    },
    cancel: () => stop(),
  });
  request.signal.addEventListener("abort", () => stop());
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
}
