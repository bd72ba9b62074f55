"use client";

import { Download, X } from "lucide-react";
import { type MouseEvent, useRef, useState } from "react";
import { buttonClass } from "@/components/ui/button";
import { formatShare, formatUnits } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";

type Props = {
  readonly href: string;
  /** Rows the file will have, as far as that is known. */
  readonly rows: number | null;
  readonly locale: Locale;
  readonly words: {
    readonly label: string;
    readonly cancel: string;
    readonly failed: string;
    readonly busy: string;
  };
};

type Progress = { readonly bytes: number; readonly rows: number };

/**
 * Downloads a file and shows how far it is. A plain link where scripts are off. What broke off is not saved: a cut
 * file never looks whole.
 */
export function DownloadButton({ href, rows, locale, words }: Props) {
  const [progress, setProgress] = useState<Progress | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);

  const start = async (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (running.current) return;
    const controller = new AbortController();
    running.current = controller;
    setProblem(null);
    setProgress({ bytes: 0, rows: 0 });
    const outcome = await download(href, controller.signal, setProgress);
    if (outcome !== "saved" && !controller.signal.aborted) setProblem(words[outcome]);
    running.current = null;
    setProgress(null);
  };

  return (
    <div className="flex flex-wrap items-center gap-2">
      {progress === null ? (
        <a href={href} download onClick={start} className={buttonClass({ size: "medium" })}>
          <Download aria-hidden />
          {words.label}
        </a>
      ) : (
        <div className="flex items-center gap-1 rounded-lg border border-line-strong bg-surface py-0.5 pr-0.5 pl-3 shadow-lift">
          <progress
            aria-label={words.label}
            className="h-1.5 w-20 overflow-hidden rounded-full [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-ink"
            {...(rows ? { max: rows, value: Math.min(progress.rows, rows) } : {})}
          />
          <span className="figures min-w-24 px-1 text-right text-xs text-ink-soft">
            {rows ? `${formatShare(Math.min(progress.rows, rows), rows, locale)} · ` : ""}
            {megabytes(progress.bytes, locale)}
          </span>
          <button
            type="button"
            aria-label={words.cancel}
            onClick={() => running.current?.abort()}
            className="grid size-8 place-items-center rounded-md text-ink-faint hover:bg-sunken hover:text-ink"
          >
            <X aria-hidden className="size-4" />
          </button>
        </div>
      )}
      <p role="status" className={problem ? "max-w-64 text-xs text-bad" : "sr-only"}>
        {problem}
      </p>
    </div>
  );
}

async function download(
  href: string,
  signal: AbortSignal,
  report: (progress: Progress) => void,
): Promise<"saved" | "failed" | "busy"> {
  try {
    const response = await fetch(href, { signal });
    if (response.status === 429 || response.status === 503) return "busy";
    if (!response.ok || !response.body) return "failed";
    save(await collect(response.body, report), fileName(response.headers.get("content-disposition")));
    return "saved";
  } catch {
    // The connection broke or was cancelled: whatever arrived is thrown away.
    return "failed";
  }
}

const LINE_FEED = 10;
/** Chunks are handed to the browser's own storage in pieces of this size, so that a large file does not fill the memory. */
const PIECE = 8 * 1_048_576;

async function collect(
  body: ReadableStream<Uint8Array>,
  report: (progress: Progress) => void,
): Promise<Blob> {
  const pieces: Blob[] = [];
  let chunks: BlobPart[] = [];
  let pending = 0;
  let bytes = 0;
  let rows = -1;
  let reported = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    for (const byte of value) if (byte === LINE_FEED) rows += 1;
    bytes += value.byteLength;
    pending += value.byteLength;
    chunks.push(new Uint8Array(value));
    if (pending >= PIECE) {
      pieces.push(new Blob(chunks));
      chunks = [];
      pending = 0;
    }
    if (performance.now() - reported > 100) {
      reported = performance.now();
      report({ bytes, rows: Math.max(rows, 0) });
    }
  }
  return new Blob([...pieces, ...chunks], { type: "text/csv" });
}

function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function fileName(disposition: string | null): string {
  return /filename="([^"]+)"/.exec(disposition ?? "")?.[1] ?? "kuota.csv";
}

function megabytes(bytes: number, locale: Locale): string {
  const tenths = Math.floor(bytes / 104_858);
  const decimal = locale === "id" ? "," : ".";
  return `${formatUnits(Math.floor(tenths / 10), locale)}${decimal}${tenths % 10} MB`;
}
