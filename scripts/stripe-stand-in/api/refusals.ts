/** The body of an error as Stripe sends it under `error`. */
export type ErrorBody = {
  type: "api_error" | "card_error" | "idempotency_error" | "invalid_request_error";
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  charge?: string;
  payment_intent?: unknown;
  payment_method?: unknown;
};

/**
 * A refusal that Stripe would make too. `early`: made before the endpoint began, so an idempotency key does
 * not keep it (https://docs.stripe.com/api/idempotent_requests).
 */
export class StripeRefusal extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly early: boolean;

  constructor(status: number, body: ErrorBody, early = false) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.early = early;
  }
}

type Details = { code?: string | undefined; param?: string | undefined };

function invalid(status: number, message: string, { code, param }: Details, early: boolean): StripeRefusal {
  return new StripeRefusal(
    status,
    {
      type: "invalid_request_error",
      message,
      ...(code === undefined ? {} : { code }),
      ...(param === undefined ? {} : { param }),
    },
    early,
  );
}

/** 400 from an endpoint that looked at the request and would not do it. */
export function refused(message: string, details: Details = {}): StripeRefusal {
  return invalid(400, message, details, false);
}

/** 400 about the request itself: a parameter unknown, missing or ill-formed. */
export function badRequest(message: string, details: Details = {}): StripeRefusal {
  return invalid(400, message, details, true);
}

/** 404 for an id in the address, 400 for an id in a parameter, as at Stripe. */
export function missing(kind: string, id: string, param: string): StripeRefusal {
  const status = param === "id" ? 404 : 400;
  return invalid(status, `No such ${kind}: '${id}'`, { code: "resource_missing", param }, false);
}

/** 401 for a request without a key that is known. */
export function unauthorized(message: string): StripeRefusal {
  return new StripeRefusal(401, { type: "invalid_request_error", message }, true);
}

/** 402 for a card that the bank declines. */
export function declined(body: Omit<ErrorBody, "type">): StripeRefusal {
  return new StripeRefusal(402, { type: "card_error", ...body });
}

/** 400 for what Stripe can do and the stand-in cannot: said aloud instead of ignored. */
export function notPlayed(what: string, param?: string): StripeRefusal {
  return invalid(400, `The Stripe stand-in does not play ${what}.`, { param }, true);
}

/** The error answer with the fields that Stripe adds to each. */
export function errorAnswer(body: ErrorBody, requestId: string): { error: Record<string, unknown> } {
  return {
    error: {
      ...body,
      ...(body.code === undefined
        ? {}
        : { doc_url: `https://docs.stripe.com/error-codes/${body.code.replaceAll("_", "-")}` }),
      request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}`,
    },
  };
}
