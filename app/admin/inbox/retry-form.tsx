"use client";

import { RotateCw } from "lucide-react";
import { useActionState } from "react";
import { UNSENT } from "@/components/forms/form-state";
import { onceAtATime } from "@/components/forms/once";
import { Button } from "@/components/ui/button";
import { retryAction } from "./actions";

/** Tries one body now, and says what came of it. */
export function RetryForm(props: { readonly body: number; readonly label: string; readonly submit: string }) {
  const [state, act, isPending] = useActionState(retryAction, UNSENT);
  return (
    <form action={act} onSubmit={onceAtATime(isPending)} className="inline-flex flex-col items-end">
      <input type="hidden" name="body" value={props.body} />
      <Button
        type="submit"
        size="small"
        aria-label={props.label}
        aria-disabled={isPending}
        icon={<RotateCw aria-hidden className={isPending ? "animate-spin" : ""} />}
      >
        {props.submit}
      </Button>
      {(state.fault ?? state.done) && (
        <p role="status" className="mt-1 text-xs text-ink-faint">
          {state.fault ?? state.done}
        </p>
      )}
    </form>
  );
}
