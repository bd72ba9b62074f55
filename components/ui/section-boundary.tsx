"use client";

import { CircleAlert, RotateCw } from "lucide-react";
import { catchError, type ErrorInfo } from "next/error";
import { useTransition } from "react";
import { Button } from "./button";

type Words = { readonly title: string; readonly text: string; readonly retry: string };

function Failed({ words, className }: { words: Words; className?: string }, { retry }: ErrorInfo) {
  return (
    <div
      role="alert"
      className={`flex flex-col items-center justify-center rounded-xl border border-line bg-surface px-6 py-10 text-center shadow-lift ${className ?? ""}`}
    >
      <CircleAlert aria-hidden className="mb-3 size-6 text-bad" />
      <p className="font-medium">{words.title}</p>
      <p className="mt-1 mb-4 max-w-sm text-ink-faint">{words.text}</p>
      <RetryButton label={words.retry} retry={retry} />
    </div>
  );
}

function RetryButton({ label, retry }: { readonly label: string; readonly retry: () => void }) {
  const [isPending, startTransition] = useTransition();
  return (
    <Button
      size="small"
      disabled={isPending}
      icon={<RotateCw aria-hidden className={isPending ? "animate-spin" : ""} />}
      onClick={() => startTransition(() => retry())}
    >
      {label}
    </Button>
  );
}

function Nothing() {
  return null;
}

/** For what only adds to a section: where it fails it is left out. */
export const QuietBoundary = catchError(Nothing);

/** Keeps an error of one section to itself: the others stay usable, and this one can be tried again (U12). */
export const SectionBoundary = catchError(Failed);
