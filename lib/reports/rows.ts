import { RUNNING } from "@/lib/csv/csv";

/**
 * How a column is stored, and so how it has to be written: `text` is a stranger's, `instant` a timestamptz, `amount` a
 * number of micros; `plain` stays as it is.
 */
export type Column = "plain" | "text" | "instant" | "amount";

const [LINE_FEED, CARRIAGE_RETURN, SPACE, QUOTE, APOSTROPHE] = [10, 13, 32, 34, 39] as const;
const [PLUS, COMMA, MINUS, POINT, ZERO, COLON, LETTER_T] = [43, 44, 45, 46, 48, 58, 84] as const;

/** The bytes that `guardCell` guards, and the last of them: most texts begin behind it. */
const RUNS = new Set([...RUNNING].map((character) => character.charCodeAt(0)));
const LAST_RUN = Math.max(...RUNS);

const DECIMALS = 6;
/** Of an amount of one digit and its comma: "0.000001,". */
const MOST_GROWTH = 5;

/** The lines that are read and the rows that are written, and how far either is. The last byte of `from` ends a line. */
type Work = { readonly from: Uint8Array; at: number; readonly to: Uint8Array; written: number };

/**
 * Makes the rows of a download out of those that PostgreSQL's COPY sends (format csv): instants as RFC 3339, amounts as
 * plain decimals without trailing zeros, an apostrophe before what a spreadsheet would run, CRLF after each row (RFC 4180).
 * Byte by byte that takes half of what the same expressions take in a query.
 *
 * @returns takes what came next, cut anywhere, and gives the rows that are whole by now
 */
export function rowWriter(columns: readonly Column[]): (parts: readonly Buffer[]) => Buffer {
  let input = Buffer.alloc(0);
  let output = Buffer.alloc(0);
  let rest = 0;
  return (parts) => {
    const size = parts.reduce((sum, { byteLength }) => sum + byteLength, rest);
    if (input.byteLength < size) input = Buffer.concat([input.subarray(0, rest)], size);
    for (const part of parts) rest += part.copy(input, rest);
    const from = input.subarray(0, input.lastIndexOf(LINE_FEED, size - 1) + 1);
    const room = from.byteLength * MOST_GROWTH;
    if (output.byteLength < room) output = Buffer.allocUnsafeSlow(room);
    const work: Work = { from, at: 0, to: output, written: 0 };
    let [read, written] = [0, 0];
    while (read < from.byteLength && writeRow(work, columns)) [read, written] = [work.at, work.written];
    input.copyWithin(0, read, size);
    rest = size - read;
    return Buffer.from(output.subarray(0, written));
  };
}

/** @returns false when the end of the row has not come yet */
function writeRow(work: Work, columns: readonly Column[]): boolean {
  const { from, to } = work;
  // By number: this loop runs a million times, and an iterator costs a sixth of all.
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index];
    if (column === "instant") writeInstant(work);
    else if (column === "amount") writeAmount(work);
    else if (!writeText(work, column === "text")) return false;
    const byte = from[work.at++] as number;
    if (byte === LINE_FEED) to[work.written++] = CARRIAGE_RETURN;
    to[work.written++] = byte;
  }
  return true;
}

function writeText(work: Work, isStrangers: boolean): boolean {
  const { from, to } = work;
  let { at, written } = work;
  const isQuoted = from[at] === QUOTE;
  if (isQuoted) to[written++] = from[at++] as number;
  let byte = from[at] as number;
  if (isStrangers && byte <= LAST_RUN && RUNS.has(byte)) to[written++] = APOSTROPHE;
  while (isQuoted) {
    // A line feed within quotes is none that ends a row, and the rest of the text may be still to come.
    if (at >= from.byteLength) return false;
    byte = from[at++] as number;
    to[written++] = byte;
    if (byte !== QUOTE) continue;
    if (from[at] !== QUOTE) break;
    to[written++] = from[at++] as number;
  }
  byte = from[at] as number;
  while (byte > COMMA || (byte !== COMMA && byte !== LINE_FEED)) {
    to[written++] = byte;
    byte = from[++at] as number;
  }
  work.at = at;
  work.written = written;
  return true;
}

/** PostgreSQL writes a blank for the T, and leaves out the minutes of an offset that has none. */
function writeInstant(work: Work): void {
  const { from, to, at: first } = work;
  let { at, written } = work;
  let byte = from[at] as number;
  while (byte > COMMA || (byte !== COMMA && byte !== LINE_FEED)) {
    to[written++] = byte === SPACE ? LETTER_T : byte;
    byte = from[++at] as number;
  }
  const sign = at > first ? from[at - 3] : COMMA;
  if (sign === PLUS || sign === MINUS) {
    to[written++] = COLON;
    to[written++] = ZERO;
    to[written++] = ZERO;
  }
  work.at = at;
  work.written = written;
}

function writeAmount(work: Work): void {
  const { from, to } = work;
  let { at, written } = work;
  if (from[at] === MINUS) to[written++] = from[at++] as number;
  const first = at;
  while ((from[at] as number) >= ZERO) at += 1;
  const point = at - DECIMALS;
  let last = at;
  while (last > point && last > first && from[last - 1] === ZERO) last -= 1;
  if (at > first && point <= first) to[written++] = ZERO;
  for (let digit = first; digit < point; digit++) to[written++] = from[digit] as number;
  if (last > point && last > first) {
    to[written++] = POINT;
    for (let digit = point; digit < last; digit++) {
      to[written++] = digit < first ? ZERO : (from[digit] as number);
    }
  }
  work.at = at;
  work.written = written;
}
