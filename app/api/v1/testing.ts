import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { z } from "zod";
import type { KeyScope } from "@/db/schema/access";
import { createApiKey, createPlatformKey } from "@/lib/auth/api-keys";
import { systemScope, systemStaffScope } from "@/lib/auth/scope";
import { problemAnswer } from "./responses";

type Handler<P> = (request: Request, context: { params: Promise<P> }) => Promise<Response> | Response;

type Call<P> = {
  readonly method?: string;
  readonly params?: P;
  readonly query?: string;
  readonly key?: string;
  /** Sent as JSON; text and bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
};

/** For tests: what a handler of a route answers to a request. */
export async function call<P>(handler: Handler<P>, request: Call<P>): Promise<Response> {
  const { method = "GET", params, query = "", key, body, headers = {} } = request;
  const raw = typeof body === "string" || body instanceof Uint8Array;
  return handler(
    new Request(`http://127.0.0.1/api${query}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? (body as BodyInit) : JSON.stringify(body) }),
    }),
    { params: Promise.resolve(params as P) },
  );
}

/** The body of an answer with this status, held against what the documentation says of it. */
export async function answered<T>(response: Response, status: number, schema: z.ZodType<T>): Promise<T> {
  const text = await response.text();
  expect([response.status, text]).toEqual([status, expect.any(String)]);
  expect(response.headers.get("x-request-id")).toMatch(/^[\w.-]{8,64}$/);
  return schema.parse(JSON.parse(text));
}

/** A refusal's problem document. */
export async function problemOf(response: Response): Promise<z.infer<typeof problemAnswer>> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const body = problemAnswer.parse(await response.json());
  expect(body.status).toBe(response.status);
  return body;
}

/** "422 invalid_input /seats /name": enough to tell refusals apart. */
export async function refused(response: Response): Promise<string> {
  const { status, code, errors = [] } = await problemOf(response);
  return [status, code, ...errors.map(({ pointer }) => pointer)].join(" ");
}

/** A key of the platform. */
export async function platformKey(...scopes: KeyScope[]): Promise<string> {
  const staff = systemStaffScope("test", "back_office:write");
  return (await createPlatformKey(staff, { name: "test", scopes })).key;
}

/** A key of one organization. */
export async function organizationKey(organizationId: number, ...scopes: KeyScope[]): Promise<string> {
  const scope = systemScope("test", organizationId, "keys:manage", "admin");
  return (await createApiKey(scope, { name: "test", scopes })).key;
}

/** A message event as contracts.md has it. */
export function messageEvent(subject: string, extra: Record<string, unknown> = {}, data: object = {}) {
  return {
    specversion: "1.0",
    id: randomUUID(),
    source: "inbox-test",
    type: "message.delivered",
    subject,
    time: "2026-11-02T04:00:00Z",
    data: {
      channel: "whatsapp",
      message_id: `wamid.${randomUUID()}`,
      business_number: "106540352242922",
      contact: "6281234567890",
      category: "marketing",
      ...data,
    },
    ...extra,
  };
}
