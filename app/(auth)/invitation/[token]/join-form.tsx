"use client";

import { useActionState } from "react";
import { onceAtATime } from "@/components/forms/once";
import { PasswordInput } from "@/components/forms/password-input";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { joinAction } from "./actions";

/** Name and password of somebody new. Works without scripts too. */
export function JoinForm(props: {
  readonly token: string;
  readonly email: string;
  readonly words: Readonly<
    Record<"name" | "password" | "showTyped" | "passwordHint" | "submit" | "pending", string>
  >;
}) {
  const { token, email, words } = props;
  const [state, act, isPending] = useActionState(joinAction, {
    nameFault: null,
    passwordFault: null,
    name: "",
  });
  return (
    <form action={act} onSubmit={onceAtATime(isPending)} className="mt-8 grid gap-5" noValidate>
      <input type="hidden" name="token" value={token} />
      {/* For password managers, which file the new password under it. */}
      <input type="email" name="username" value={email} autoComplete="username" readOnly hidden />
      <Field label={words.name} htmlFor="name" error={state.nameFault}>
        <Input
          key={state.name}
          id="name"
          name="name"
          autoComplete="name"
          required
          maxLength={120}
          defaultValue={state.name}
          className="h-10"
          aria-invalid={state.nameFault !== null}
          aria-describedby={state.nameFault ? "name-error" : undefined}
        />
      </Field>
      <Field label={words.password} htmlFor="password" error={state.passwordFault}>
        <PasswordInput
          id="password"
          name="password"
          show={words.showTyped}
          autoComplete="new-password"
          required
          minLength={12}
          className="h-10"
          aria-invalid={state.passwordFault !== null}
          aria-describedby={state.passwordFault ? "password-hint password-error" : "password-hint"}
        />
        <p id="password-hint" className="mt-1 text-xs text-ink-faint">
          {words.passwordHint}
        </p>
      </Field>
      <Button
        type="submit"
        look="solid"
        className="wrap-anywhere h-auto! min-h-10 w-full py-2 whitespace-normal!"
        aria-disabled={isPending}
      >
        {isPending ? words.pending : words.submit}
      </Button>
    </form>
  );
}
