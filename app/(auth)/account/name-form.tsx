"use client";

import { useActionState } from "react";
import { onceAtATime } from "@/components/forms/once";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { setNameAction } from "./actions";
import { Done } from "./done";

export function NameForm(props: {
  readonly name: string;
  readonly email: string;
  readonly words: Readonly<Record<"name" | "email" | "save", string>>;
}) {
  const [{ done, faults }, act, isPending] = useActionState(setNameAction, { done: null, faults: {} });
  return (
    <form action={act} onSubmit={onceAtATime(isPending)} className="grid gap-4 sm:grid-cols-2" noValidate>
      <Field label={props.words.name} htmlFor="name" error={faults.name}>
        <Input
          key={props.name}
          id="name"
          name="name"
          autoComplete="name"
          maxLength={120}
          required
          defaultValue={props.name}
          aria-invalid={faults.name !== undefined}
          aria-describedby={faults.name ? "name-error" : undefined}
        />
      </Field>
      <Field label={props.words.email} htmlFor="email">
        <Input id="email" value={props.email} readOnly disabled />
      </Field>
      <div className="flex items-center gap-3 sm:col-span-2">
        <Button type="submit" aria-disabled={isPending}>
          {props.words.save}
        </Button>
        <Done>{done}</Done>
      </div>
    </form>
  );
}
