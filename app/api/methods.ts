import { Refusal } from "@/lib/errors";
import { answer } from "./v1/door";

type Method = "DELETE" | "GET" | "PATCH" | "POST" | "PUT";
type Handler = (request: Request) => Promise<Response>;

/**
 * Handlers for the methods that an address does not have: 405, with those that it has in `Allow` (RFC 9110, 15.5.6).
 * `OPTIONS` answers with the same list. A route exports of them what it does not do itself; where there is a GET, Next
 * answers HEAD by it.
 *
 * @param own what the route does itself
 */
export function otherMethods(...own: Method[]): Record<Method | "HEAD" | "OPTIONS", Handler> {
  const allow = [...own, ...(own.includes("GET") ? ["HEAD"] : []), "OPTIONS"].sort().join(", ");
  const refuse: Handler = async (request) => {
    const response = await answer(request, "/api/*", async () => {
      throw new Refusal("method_not_allowed", `This address takes ${allow}.`);
    });
    response.headers.set("allow", allow);
    return response;
  };
  const list: Handler = async () => new Response(null, { status: 204, headers: { allow } });
  return {
    DELETE: refuse,
    GET: refuse,
    HEAD: refuse,
    OPTIONS: list,
    PATCH: refuse,
    POST: refuse,
    PUT: refuse,
  };
}
