"use client";

import { useActionState } from "react";
import { onceAtATime } from "@/components/forms/once";
import { PasswordInput } from "@/components/forms/password-input";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { Done } from "./done";
import type { Drawing } from "./qr-code";
import { type SecondFactorState, secondFactorAction } from "./second-factor-actions";

type Words = Readonly<
  Record<
    | "scan"
    | "qrCode"
    | "secretKey"
    | "password"
    | "showTyped"
    | "code"
    | "codeOrRecovery"
    | "turnOn"
    | "turnOff"
    | "recoveryCodes"
    | "recoveryCodesText",
    string
  >
>;

/** Turns the second factor on, shows the recovery codes once, and turns it off again. Works without scripts too. */
export function SecondFactorForm(props: { readonly initial: SecondFactorState; readonly words: Words }) {
  const { words } = props;
  const [state, act, isPending] = useActionState(secondFactorAction, props.initial);
  const { isOn, drawing, done, faults, recoveryCodes } = state;
  return (
    <form action={act} onSubmit={onceAtATime(isPending)} className="grid gap-4 sm:grid-cols-2" noValidate>
      {recoveryCodes.length > 0 && <RecoveryCodes codes={recoveryCodes} words={words} />}
      {drawing && <Scan drawing={drawing} words={words} />}
      <Field label={words.password} htmlFor="second-factor-password" error={faults.password}>
        <PasswordInput
          id="second-factor-password"
          name="password"
          show={words.showTyped}
          autoComplete="current-password"
          required
          aria-invalid={faults.password !== undefined}
          aria-describedby={faults.password ? "second-factor-password-error" : undefined}
        />
      </Field>
      <Field
        label={isOn ? words.codeOrRecovery : words.code}
        htmlFor="second-factor-code"
        error={faults.code}
      >
        <Input
          id="second-factor-code"
          name="code"
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={40}
          required
          className="figures"
          aria-invalid={faults.code !== undefined}
          aria-describedby={faults.code ? "second-factor-code-error" : undefined}
        />
      </Field>
      <div className="flex items-center gap-3 sm:col-span-2">
        <Button type="submit" look={isOn ? "danger" : "outline"} aria-disabled={isPending}>
          {isOn ? words.turnOff : words.turnOn}
        </Button>
        <Done>{done}</Done>
      </div>
    </form>
  );
}

function Scan({ drawing, words }: { readonly drawing: Drawing; readonly words: Words }) {
  return (
    <div className="flex flex-wrap items-center gap-5 sm:col-span-2">
      <input type="hidden" name="sealed" value={drawing.sealed} />
      {/* Black on white in the dark too: cameras expect it. */}
      <svg
        role="img"
        aria-label={words.qrCode}
        viewBox={`0 0 ${drawing.size} ${drawing.size}`}
        shapeRendering="crispEdges"
        className="size-44 shrink-0 rounded-lg border border-line bg-white"
      >
        <path d={drawing.path} fill="#000" />
      </svg>
      <div className="min-w-0 max-w-72 text-[0.8125rem]">
        <p>{words.scan}</p>
        <p className="mt-3 text-ink-faint">{words.secretKey}</p>
        <code className="mt-1 block break-words font-mono">{drawing.secret}</code>
      </div>
    </div>
  );
}

function RecoveryCodes({ codes, words }: { readonly codes: readonly string[]; readonly words: Words }) {
  return (
    <section
      aria-label={words.recoveryCodes}
      className="rounded-lg border border-line bg-sunken p-4 sm:col-span-2"
    >
      <h3 className="font-medium">{words.recoveryCodes}</h3>
      <p className="mt-1 text-[0.8125rem] text-ink-soft">{words.recoveryCodesText}</p>
      <ul className="mt-3 grid gap-x-6 gap-y-1 font-mono text-[0.8125rem] sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
    </section>
  );
}
