"use client";

import { type ReactNode, useActionState, useEffect, useId, useRef } from "react";
import { Button } from "@/components/ui/button";
import { type FormAction, UNSENT } from "./form-state";
import { onceAtATime } from "./once";

export type ConfirmWords = {
  /** On the button that asks. */
  readonly ask: string;
  readonly title: string;
  readonly text: string;
  /** On the button that does it. */
  readonly confirm: string;
  readonly cancel: string;
};

/**
 * A button that first asks. The question is a popover of the browser's own, in front of everything, closed by Escape:
 * it needs no script, and so does the form in it.
 */
export function ConfirmAction(props: {
  readonly action: FormAction;
  readonly words: ConfirmWords;
  /** What the button is about where several say the same: "Remove Bima". */
  readonly label?: string;
  readonly look?: "outline" | "ghost" | "danger";
  readonly size?: "small" | "medium";
  readonly children?: ReactNode;
}) {
  const [state, act, isPending] = useActionState(props.action, UNSENT);
  const id = useId();
  const popover = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if ((state.fault || state.done) && popover.current?.matches(":popover-open")) {
      popover.current.hidePopover();
    }
  }, [state]);
  const { words } = props;
  return (
    <div className="inline-flex flex-col items-end gap-1">
      <Button
        look={props.look ?? "outline"}
        size={props.size ?? "small"}
        popoverTarget={id}
        aria-label={props.label}
      >
        {words.ask}
      </Button>
      {state.fault && (
        <p role="alert" className="max-w-64 text-right text-xs whitespace-normal text-bad">
          {state.fault}
        </p>
      )}
      <div
        id={id}
        ref={popover}
        popover="auto"
        role="dialog"
        aria-labelledby={`${id}-title`}
        className="m-auto w-[min(26rem,calc(100vw-2rem))] rounded-2xl border border-line bg-raised p-6 text-left whitespace-normal text-ink shadow-high backdrop:bg-black/50"
      >
        <p id={`${id}-title`} className="text-base font-semibold">
          {words.title}
        </p>
        <p className="mt-1 text-ink-soft">{words.text}</p>
        <form action={act} onSubmit={onceAtATime(isPending)} className="mt-5 grid gap-4">
          {props.children}
          <div className="flex justify-end gap-2">
            <Button popoverTarget={id} popoverTargetAction="hide">
              {words.cancel}
            </Button>
            <Button type="submit" look="danger" aria-disabled={isPending}>
              {words.confirm}
            </Button>
          </div>
        </form>
      </div>
    </div>
  );
}
