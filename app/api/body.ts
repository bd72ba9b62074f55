import { Refusal } from "@/lib/errors";

/**
 * The raw bytes of a request, read to the end only if they are few enough.
 *
 * @throws Refusal payload_too_large
 */
export async function readBytes(request: Request, mostBytes: number): Promise<Uint8Array> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > mostBytes) throw tooLarge(mostBytes);
  const reader = request.body?.getReader();
  if (!reader) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > mostBytes) {
      await reader.cancel();
      throw tooLarge(mostBytes);
    }
    chunks.push(value);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length);
}

function tooLarge(mostBytes: number): Refusal {
  const megabytes = mostBytes / 1_048_576;
  return new Refusal("payload_too_large", `The body is larger than ${Number(megabytes.toFixed(2))} MB.`);
}
