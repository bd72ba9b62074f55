import { z } from "zod";
import { holdRequest } from "@/lib/holds/input";
import { cloudEvent } from "@/lib/metering/cloudevents";
import { clockInput, numberInput, organizationInput } from "@/lib/organizations/input";
import { packageInput } from "@/lib/packages/input";
import {
  adjustmentInput,
  assignmentInput,
  bookAssignmentInput,
  suspensionInput,
} from "@/lib/provisioning/input";
import { versionInput } from "@/lib/rating/input";
import * as answers from "../responses";

/** One operation of the interface, as its document describes it. */
export type Operation = {
  readonly summary: string;
  /** The scope of the key that the operation asks for. */
  readonly scope: string;
  readonly body?: z.ZodType;
  readonly bodyTypes?: readonly string[];
  readonly answer: z.ZodType | "text/csv" | "text/plain";
  /** 201 where the operation may also make something. */
  readonly created?: "always" | "sometimes";
  readonly query?: Readonly<Record<string, { readonly required: boolean; readonly description: string }>>;
  readonly idempotent?: boolean;
  /** Statuses of refusals besides those that every operation may answer. */
  readonly refusals?: readonly number[];
};
type Path = Partial<Record<"get" | "put" | "post" | "delete", Operation>>;

const DAYS = {
  from: { required: true, description: "First day, YYYY-MM-DD in the organization's zone" },
  to: { required: true, description: "Last day; at most 3 calendar months from the first" },
};
const PAGE = {
  limit: { required: false, description: "1 to 500; 100 by default" },
  after: { required: false, description: "What the page before gave as next" },
};
const ORGANIZATION = "/api/v1/organizations/{organization}";

/** Every path of version 1 and what it takes and gives. */
export const OPERATIONS: Readonly<Record<string, Path>> = {
  "/api/v1/events": {
    post: {
      summary: "Record usage events, one CloudEvent or up to 1,000; repeats are harmless",
      scope: "events:write",
      body: z.union([cloudEvent, z.array(cloudEvent).max(1_000)]),
      bodyTypes: ["application/json", "application/cloudevents+json", "application/cloudevents-batch+json"],
      answer: answers.recorded,
      refusals: [503],
    },
  },
  [`${ORGANIZATION}/balance`]: {
    get: { summary: "What is left right now", scope: "balance:read", answer: answers.balanceAnswer },
  },
  [`${ORGANIZATION}/usage`]: {
    get: {
      summary: "Units and money per day",
      scope: "balance:read or reports:read",
      query: DAYS,
      answer: answers.usageAnswer,
    },
  },
  [`${ORGANIZATION}/ledger`]: {
    get: {
      summary: "Transfers, newest first",
      scope: "balance:read",
      query: PAGE,
      answer: answers.ledgerAnswer,
    },
  },
  [`${ORGANIZATION}/reports/{report}`]: {
    get: {
      summary: "broadcasts.csv, whatsapp.csv or unique-visitors.csv",
      scope: "reports:read",
      query: {
        ...DAYS,
        bom: { required: false, description: "1: begin with a byte-order mark, for Excel" },
      },
      answer: "text/csv",
      refusals: [503],
    },
  },
  [`${ORGANIZATION}/holds`]: {
    post: {
      summary: "Reserve the price of what is about to be sent",
      scope: "holds:write",
      body: holdRequest,
      answer: answers.holdAnswer,
      created: "always",
      idempotent: true,
      refusals: [402, 409],
    },
  },
  [`${ORGANIZATION}/holds/{hold}`]: {
    get: { summary: "A hold as it stands", scope: "holds:write", answer: answers.holdAnswer },
    delete: { summary: "Release a hold", scope: "holds:write", answer: answers.holdAnswer },
  },
  [`${ORGANIZATION}/estimates`]: {
    post: {
      summary: "What a hold would answer, with nothing reserved",
      scope: "holds:write",
      body: holdRequest,
      answer: answers.estimateAnswer,
      refusals: [402],
    },
  },
  "/api/v1/packages/{package}": {
    put: {
      summary: "Make or change a package",
      scope: "admin",
      body: packageInput,
      answer: answers.packageAnswer,
      created: "sometimes",
      refusals: [409],
    },
  },
  "/api/v1/price-books/{book}/versions/{from}": {
    put: {
      summary: "Publish a version of a price book from a day on",
      scope: "admin",
      body: versionInput,
      answer: answers.versionAnswer,
      created: "sometimes",
      refusals: [409],
    },
  },
  [ORGANIZATION]: {
    get: { summary: "The settings of an organization", scope: "admin", answer: answers.organizationAnswer },
    put: {
      summary: "Make or change an organization",
      scope: "admin",
      body: organizationInput,
      answer: answers.organizationAnswer,
      created: "sometimes",
      refusals: [409],
    },
  },
  [`${ORGANIZATION}/numbers`]: {
    post: {
      summary: "Give a WhatsApp business number to an organization",
      scope: "admin",
      body: numberInput,
      answer: answers.numberAnswer,
      created: "sometimes",
      refusals: [409],
    },
  },
  [`${ORGANIZATION}/adjustments`]: {
    post: {
      summary: "Correct a balance by hand, with a reason",
      scope: "admin",
      body: adjustmentInput,
      answer: answers.adjustmentAnswer,
      created: "always",
      idempotent: true,
      refusals: [409],
    },
  },
  [`${ORGANIZATION}/clock`]: {
    post: {
      summary: "Move a test organization's clock forwards",
      scope: "admin",
      body: clockInput,
      answer: answers.clockAnswer,
    },
  },
  [`${ORGANIZATION}/packages/{from}`]: {
    put: {
      summary: "A package from a month on, with what was agreed for this organization alone",
      scope: "admin",
      body: assignmentInput,
      answer: answers.packageAssignmentAnswer,
      refusals: [409],
    },
  },
  [`${ORGANIZATION}/price-books/{from}`]: {
    put: {
      summary: "A price book from a day on",
      scope: "admin",
      body: bookAssignmentInput,
      answer: answers.bookAssignmentAnswer,
      refusals: [409],
    },
  },
  [`${ORGANIZATION}/suspension`]: {
    put: {
      summary: "Suspend an organization or end its suspension",
      scope: "admin",
      body: suspensionInput,
      answer: answers.suspensionAnswer,
    },
  },
  "/api/v1/unpriced": {
    get: {
      summary: "Messages that wait for a price, by organization, category and market",
      scope: "admin",
      query: { organization: { required: false, description: "Slug of the one organization to look at" } },
      answer: answers.unpricedAnswer,
    },
  },
  "/api/v1/inbox": {
    get: {
      summary: "Webhook bodies that are not processed yet, oldest first",
      scope: "admin",
      query: PAGE,
      answer: answers.inboxAnswer,
    },
  },
  "/api/v1/inbox/{body}/retry": {
    post: { summary: "Try a stored webhook body now", scope: "admin", answer: answers.retryAnswer },
  },
  "/api/metrics": {
    get: { summary: "What this process measured, for Prometheus", scope: "admin", answer: "text/plain" },
  },
};
