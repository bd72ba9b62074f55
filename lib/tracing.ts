import "server-only";
import { context, propagation, type Span, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor, type SpanProcessor } from "@opentelemetry/sdk-trace-base";

const SERVICE = "kuota";
/** Where Next writes addresses, whose queries may hold what somebody searched for. */
const ADDRESSES = ["http.target", "http.url", "url.full", "url.query"];

/**
 * Sends what Next traces of each request to the collector of OTEL_EXPORTER_OTLP_ENDPOINT; the other OTEL_… variables hold as
 * OpenTelemetry says. Loaded only where that variable is set.
 *
 * @returns sends what has not been sent yet, and ends it
 */
export function startTracing(): () => Promise<void> {
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ "service.name": SERVICE }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [withoutQueries, new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return () => provider.shutdown();
}

const withoutQueries: SpanProcessor = {
  onStart(span) {
    cutQueries(span, span.attributes);
  },
  onEnd: () => undefined,
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};

function cutQueries(span: Span, attributes: Readonly<Record<string, unknown>>): void {
  for (const name of ADDRESSES) {
    const address = attributes[name];
    if (typeof address === "string") span.setAttribute(name, address.replace(/\?.*$/s, ""));
  }
}
