"use client";

import { type ReactNode, useActionState } from "react";
import { Button } from "@/components/ui/button";
import { type FormAction, UNSENT } from "./form-state";
import { onceAtATime } from "./once";
import { SecretOnce, type SecretWords } from "./secret-once";

/** A button that does something at once, in a row of others or in a line of a list. Works without scripts. */
export function InlineAction(props: {
  readonly action: FormAction;
  readonly submit: string;
  /** What the button is about where several say the same: "Redeliver month.opened, 1 Dec 2026". */
  readonly label?: string;
  readonly look?: "outline" | "ghost";
  readonly icon?: ReactNode;
  /** Hidden fields. */
  readonly children?: ReactNode;
  /** For what answers with something shown once. */
  readonly secretWords?: SecretWords;
}) {
  const [state, act, isPending] = useActionState(props.action, UNSENT);
  const said = state.fault ?? state.done;
  return (
    <form action={act} onSubmit={onceAtATime(isPending)} className={state.secret ? "w-full" : undefined}>
      {props.children}
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Button
          type="submit"
          size="small"
          look={props.look ?? "outline"}
          icon={props.icon}
          aria-label={props.label}
          aria-disabled={isPending}
        >
          {props.submit}
        </Button>
        {said && (
          <span
            role={state.fault ? "alert" : "status"}
            className={`text-xs whitespace-normal ${state.fault ? "text-bad" : "text-good"}`}
          >
            {said}
          </span>
        )}
      </span>
      {state.secret && props.secretWords && (
        <div className="mt-3">
          <SecretOnce secret={state.secret} words={props.secretWords} />
        </div>
      )}
    </form>
  );
}
