"use client";

import { useActionState } from "react";
import { onceAtATime } from "@/components/forms/once";
import { PasswordInput } from "@/components/forms/password-input";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { changePasswordAction } from "./actions";
import { Done } from "./done";

export function PasswordForm(props: {
  readonly email: string;
  readonly words: Readonly<Record<"current" | "next" | "showTyped" | "submit", string>>;
}) {
  const [{ done, faults }, act, isPending] = useActionState(changePasswordAction, { done: null, faults: {} });
  return (
    <form action={act} onSubmit={onceAtATime(isPending)} className="grid gap-4 sm:grid-cols-2" noValidate>
      {/* For password managers, which file the new password under it. */}
      <input type="email" name="username" value={props.email} autoComplete="username" readOnly hidden />
      <Field label={props.words.current} htmlFor="current" error={faults.current}>
        <PasswordInput
          id="current"
          name="current"
          show={props.words.showTyped}
          autoComplete="current-password"
          required
          aria-invalid={faults.current !== undefined}
          aria-describedby={faults.current ? "current-error" : undefined}
        />
      </Field>
      <Field label={props.words.next} htmlFor="next" error={faults.next}>
        <PasswordInput
          id="next"
          name="next"
          show={props.words.showTyped}
          autoComplete="new-password"
          minLength={12}
          required
          aria-invalid={faults.next !== undefined}
          aria-describedby={faults.next ? "next-error" : undefined}
        />
      </Field>
      <div className="flex items-center gap-3 sm:col-span-2">
        <Button type="submit" aria-disabled={isPending}>
          {props.words.submit}
        </Button>
        <Done>{done}</Done>
      </div>
    </form>
  );
}
