import { z } from "zod";
import { problemAnswer } from "../responses";
import { OPERATIONS, type Operation } from "./operations";

type Schema = Record<string, unknown>;
const REFUSALS: Readonly<Record<number, string>> = {
  400: "The body is not JSON",
  401: "No key, or one that is not known or was revoked",
  402: "The balance does not cover it",
  403: "The key lacks the scope",
  404: "Not there, or not visible to this key",
  409: "In conflict with what is there",
  413: "The body is too large",
  415: "The media type is not supported",
  422: "Not valid; `errors` names the fields",
  429: "Too many requests with this key, or too many downloads; see Retry-After",
  500: "Our fault; send it again",
  503: "Not available right now; see Retry-After",
};
const REFUSALS_OF_ALL = [401, 403, 404, 422, 429, 500];
const REFUSALS_OF_BODIES = [400, 413, 415];

/** The description of version 1, made from the schemas that check what comes in and what goes out. */
export function openApiDocument(): Schema {
  const paths = Object.entries(OPERATIONS).map(([path, operations]) => [
    path,
    Object.fromEntries(
      Object.entries(operations).map(([method, operation]) => [method, documented(path, operation)]),
    ),
  ]);
  return {
    openapi: "3.1.0",
    info: {
      title: "Kuota",
      version: "1",
      description:
        "Amounts are decimal strings in currency units, times RFC 3339, days YYYY-MM-DD in the organization's zone. Errors are RFC 9457 problem documents with a stable `code`.",
    },
    security: [{ key: [] }],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: { key: { type: "http", scheme: "bearer" } },
      schemas: { Problem: jsonSchema(problemAnswer, "output") },
    },
  };
}

function documented(path: string, operation: Operation): Schema {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(operation.query ?? {}).map(([name, parameter]) => ({
    name,
    in: "query",
    ...parameter,
    schema: { type: "string" },
  }));
  const inHeader = operation.idempotent
    ? [{ name: "Idempotency-Key", in: "header", required: true, schema: { type: "string", maxLength: 200 } }]
    : [];
  return {
    summary: operation.summary,
    description: `Scope: ${operation.scope}.`,
    parameters: [...inPath, ...inQuery, ...inHeader],
    ...(operation.body ? { requestBody: bodyOf(operation) } : {}),
    responses: responsesOf(operation),
  };
}

function bodyOf({ body, bodyTypes = ["application/json"] }: Operation): Schema {
  const schema = body ? jsonSchema(body, "input") : {};
  return { required: true, content: Object.fromEntries(bodyTypes.map((type) => [type, { schema }])) };
}

function responsesOf({ answer, created, body, refusals = [] }: Operation): Schema {
  const content =
    typeof answer === "string"
      ? { [answer]: { schema: { type: "string" } } }
      : { "application/json": { schema: jsonSchema(answer, "output") } };
  const ok = [...(created === "always" ? [] : [200]), ...(created ? [201] : [])];
  const refused = [...REFUSALS_OF_ALL, ...(body ? REFUSALS_OF_BODIES : []), ...refusals].sort(
    (a, b) => a - b,
  );
  const problem = {
    "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
  };
  return Object.fromEntries([
    ...ok.map((status) => [status, { description: status === 201 ? "Made" : "Done", content }]),
    ...refused.map((status) => [status, { description: REFUSALS[status] ?? "Refused", content: problem }]),
  ]);
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): Schema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
