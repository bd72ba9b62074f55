"use client";

import { useActionState } from "react";
import { Problem } from "@/components/access/problem";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { type SignInState, signInAction } from "./actions";

/** Works without scripts too: then the browser posts the form and the page comes back with what was wrong. */
export function SignInForm(props: {
  readonly next: string | null;
  readonly initial: SignInState;
  readonly words: Readonly<Record<"email" | "password" | "submit" | "pending", string>>;
}) {
  const [{ problem, email }, act, isPending] = useActionState(signInAction, props.initial);
  const about = problem ? { "aria-describedby": "sign-in-problem", "aria-invalid": true } : {};
  return (
    <form action={act} className="mt-8 grid gap-5" noValidate>
      {problem && (
        <Problem id="sign-in-problem" title={problem.title}>
          {problem.text}
        </Problem>
      )}
      {props.next && <input type="hidden" name="next" value={props.next} />}
      <Field label={props.words.email} htmlFor="email">
        <Input
          key={email}
          id="email"
          name="email"
          type="email"
          inputMode="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          defaultValue={email}
          className="h-10"
          {...about}
        />
      </Field>
      <Field label={props.words.password} htmlFor="password">
        <Input
          id="password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          className="h-10"
          {...about}
        />
      </Field>
      <Button type="submit" look="solid" className="h-10 w-full" aria-disabled={isPending}>
        {isPending ? props.words.pending : props.words.submit}
      </Button>
    </form>
  );
}
