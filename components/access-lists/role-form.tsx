"use client";

import { useActionState, useId } from "react";
import { type FormAction, UNSENT } from "@/components/forms/form-state";
import { onceAtATime } from "@/components/forms/once";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/field";

/** Another role for a member, in the row of the list. */
export function RoleForm(props: {
  readonly action: FormAction;
  readonly userId: number;
  readonly role: string;
  readonly roles: readonly { readonly value: string; readonly label: string }[];
  readonly label: string;
  readonly submit: string;
}) {
  const [state, act, isPending] = useActionState(props.action, UNSENT);
  const id = useId();
  return (
    <form action={act} onSubmit={onceAtATime(isPending)}>
      <div className="flex items-center gap-2">
        <input type="hidden" name="user" value={props.userId} />
        <label htmlFor={id} className="sr-only">
          {props.label}
        </label>
        <Select
          key={`${props.role}${state.fault ?? ""}`}
          id={id}
          name="role"
          defaultValue={props.role}
          className="max-w-36 min-w-36"
        >
          {props.roles.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
        <Button type="submit" size="small" look="ghost" aria-disabled={isPending}>
          {props.submit}
        </Button>
      </div>
      {(state.fault ?? state.done) && (
        <p
          role={state.fault ? "alert" : "status"}
          className={`mt-1 text-xs ${state.fault ? "text-bad" : "text-good"}`}
        >
          {state.fault ?? state.done}
        </p>
      )}
    </form>
  );
}
