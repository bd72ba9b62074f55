import { otherMethods } from "@/app/api/methods";
import { openApiDocument } from "./document";

let text: string | undefined;

/** The description of version 1. Open to all: it tells nothing that the documentation does not. */
export function GET(): Response {
  text ??= JSON.stringify(openApiDocument(), null, 2);
  return new Response(text, {
    headers: { "content-type": "application/json", "cache-control": "public, max-age=300" },
  });
}

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("GET");
