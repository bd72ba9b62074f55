import type { z } from "zod";
import type { FieldError, Refusal } from "@/lib/errors";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not authenticated",
  402: "Balance does not suffice",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Body too large",
  415: "Media type not supported",
  422: "Not valid",
  429: "Too many requests",
  500: "Internal error",
  503: "Not available right now",
};

/** A refusal as RFC 9457 has it, with a stable `code`, a `detail` for people and `errors[]` for bad fields. */
export function problem(refusal: Refusal, requestId: string): Response {
  const { code, status, message, extras } = refusal;
  const headers = new Headers({ "content-type": "application/problem+json" });
  if (extras.retryAfterSeconds !== undefined) {
    headers.set("retry-after", String(Math.ceil(extras.retryAfterSeconds)));
  }
  if (status === 401) headers.set("www-authenticate", "Bearer");
  const body = {
    type: `urn:kuota:problem:${code}`,
    title: TITLES[status] ?? "Refused",
    status,
    code,
    detail: message,
    ...(extras.errors ? { errors: extras.errors } : {}),
    ...extras.members,
    request_id: requestId,
  };
  return new Response(JSON.stringify(body), { status, headers });
}

type Issue = z.core.$ZodIssue;

/** Every bad field of what zod refused, with an RFC 6901 pointer; `base` stands before the path. */
export function fieldErrors(error: z.ZodError, ...base: PropertyKey[]): FieldError[] {
  return error.issues.flatMap((issue) => issueErrors(issue, base));
}

function issueErrors(issue: Issue, base: readonly PropertyKey[]): FieldError[] {
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ pointer: pointerOf([...path, key]), detail: "is not known here" }));
  }
  if (issue.code === "invalid_union") {
    const closest = issue.errors.toSorted((a, b) => missing(a) - missing(b) || a.length - b.length)[0];
    if (closest && closest.length > 0) return closest.flatMap((inner) => issueErrors(inner, path));
  }
  return [{ pointer: pointerOf(path), detail: issue.message }];
}

/** Of the forms that a value may have, it was meant to be the one whose fields it has. */
function missing(issues: readonly Issue[]): number {
  return issues.filter(({ code, message }) => code === "invalid_type" && /received undefined$/.test(message))
    .length;
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
