import { otherMethods } from "@/app/api/methods";
import { isReady } from "@/app/api/readiness";

/** Whether requests may come: the database is there and migrated. Else 503. */
export async function GET(): Promise<Response> {
  const { ready, reason } = await isReady();
  return Response.json(
    { status: ready ? "ready" : "not ready", ...(reason ? { reason } : {}) },
    { status: ready ? 200 : 503, headers: { "cache-control": "no-store" } },
  );
}

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("GET");
