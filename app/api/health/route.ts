import { otherMethods } from "@/app/api/methods";

/** The process is up and answers. Says nothing about the database: see /api/ready. */
export function GET(): Response {
  return Response.json({ status: "ok" }, { headers: { "cache-control": "no-store" } });
}

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("GET");
