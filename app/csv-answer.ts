import { randomUUID } from "node:crypto";
import { problem } from "@/app/api/v1/problem";
import { csvHeaders } from "@/lib/csv/csv";
import { Refusal } from "@/lib/errors";
import { currentRequest } from "@/lib/request";

/** The answer of a download button: a refusal comes as a problem document, in English, as the API's do. */
export async function answerDownload(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return problem(error, currentRequest()?.id ?? randomUUID());
  }
}

/** A download that is sent as its reader asks for it. What fails breaks the connection, so a cut file never looks whole. */
export function csvAnswer({
  fileName,
  chunks,
}: {
  readonly fileName: string;
  readonly chunks: AsyncGenerator<string>;
}): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
  return new Response(body, { headers: csvHeaders(fileName) });
}
