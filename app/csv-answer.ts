import { csvHeaders } from "@/lib/csv/csv";

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
