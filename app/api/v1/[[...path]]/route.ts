import { Refusal } from "@/lib/errors";
import { answer } from "../door";

/** Addresses that version 1 does not have, its own bare one among them. */
async function notFound(request: Request): Promise<Response> {
  return answer(request, "/api/v1/*", async () => {
    throw new Refusal("not_found", "There is nothing at this address. See /api/v1/openapi.json.");
  });
}

export { notFound as DELETE, notFound as GET, notFound as PATCH, notFound as POST, notFound as PUT };
