"use client";

import { useActionState } from "react";
import { Problem } from "@/components/access/problem";
import { onceAtATime } from "@/components/forms/once";
import { PasswordInput } from "@/components/forms/password-input";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { type SignInState, signInAction } from "./actions";

type Words = Readonly<
  Record<"email" | "password" | "showTyped" | "code" | "codeText" | "restart" | "submit" | "pending", string>
>;

/** Works without scripts too: then the browser posts the form and the page comes back with what was wrong. */
export function SignInForm(props: {
  readonly next: string | null;
  readonly initial: SignInState;
  readonly words: Words;
}) {
  const [{ problem, email, ticket }, act, isPending] = useActionState(signInAction, props.initial);
  const about = problem ? { "aria-describedby": "sign-in-problem", "aria-invalid": true } : {};
  return (
    <form action={act} onSubmit={onceAtATime(isPending)} className="mt-8 grid gap-5" noValidate>
      {problem && (
        <Problem id="sign-in-problem" title={problem.title}>
          {problem.text}
        </Problem>
      )}
      {props.next && <input type="hidden" name="next" value={props.next} />}
      {ticket ? (
        <CodeField ticket={ticket} email={email} words={props.words} about={about} />
      ) : (
        <PasswordFields email={email} words={props.words} about={about} />
      )}
      <Button type="submit" look="solid" className="h-10 w-full" aria-disabled={isPending}>
        {isPending ? props.words.pending : props.words.submit}
      </Button>
      {ticket && (
        <a
          href={props.next ? `/sign-in?next=${encodeURIComponent(props.next)}` : "/sign-in"}
          className="text-[0.8125rem] text-ink-soft underline underline-offset-2 hover:text-ink"
        >
          {props.words.restart}
        </a>
      )}
    </form>
  );
}

type FieldsProps = { readonly email: string; readonly words: Words; readonly about: object };

function PasswordFields({ email, words, about }: FieldsProps) {
  return (
    <>
      <Field label={words.email} htmlFor="email">
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
      <Field label={words.password} htmlFor="password">
        <PasswordInput
          id="password"
          name="password"
          show={words.showTyped}
          autoComplete="current-password"
          required
          className="h-10"
          {...about}
        />
      </Field>
    </>
  );
}

/** The second step. The address goes along so that password managers know whose code it is. */
function CodeField({ ticket, email, words, about }: FieldsProps & { readonly ticket: string }) {
  return (
    <>
      <input type="hidden" name="ticket" value={ticket} />
      <input type="hidden" name="email" value={email} autoComplete="username" />
      <p className="text-[0.8125rem] text-ink-soft">{words.codeText}</p>
      <Field label={words.code} htmlFor="code">
        <Input
          key={ticket}
          id="code"
          name="code"
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={40}
          autoFocus
          required
          className="figures h-10"
          {...about}
        />
      </Field>
    </>
  );
}
