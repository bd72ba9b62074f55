/** What Excel needs to see first to read a file as UTF-8. */
export const BYTE_ORDER_MARK = "\uFEFF";

/** What a cell begins with that a spreadsheet runs instead of showing it. */
export const RUNNING: ReadonlySet<string> = new Set("=+-@\t\r");
const NEEDS_QUOTES = /[",\r\n]/;

/** A text that a stranger wrote, made harmless for spreadsheets: what would run gets an apostrophe in front. */
export function guardCell(text: string): string {
  return RUNNING.has(text.charAt(0)) ? `'${text}` : text;
}

/** One RFC 4180 line, CRLF included. Numbers and empty cells (null) stand as they are; texts are guarded. */
export function csvLine(cells: readonly (string | number | bigint | null)[]): string {
  const line = cells.map((cell) => {
    if (cell === null) return "";
    return typeof cell === "string" ? quote(guardCell(cell)) : String(cell);
  });
  return `${line.join(",")}\r\n`;
}

/** As `csvLine` for cells that are numbers already written as text (amounts, times): they are never guarded. */
export function plainCsvLine(cells: readonly string[]): string {
  return `${cells.map(quote).join(",")}\r\n`;
}

function quote(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The headers of a download. */
export function csvHeaders(fileName: string): Headers {
  return new Headers({
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="${fileName}"`,
    "cache-control": "private, no-store",
  });
}
