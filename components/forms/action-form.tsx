"use client";

import { CircleAlert, CircleCheck } from "lucide-react";
import { createContext, type ReactNode, useActionState, useContext, useId } from "react";
import { Button } from "@/components/ui/button";
import { classNames } from "@/components/ui/class-names";
import { Field, Input, Select } from "@/components/ui/field";
import { type FormAction, type FormState, UNSENT } from "./form-state";
import { onceAtATime } from "./once";
import { SecretOnce, type SecretWords } from "./secret-once";

const Sent = createContext<{ readonly state: FormState; readonly id: string }>({ state: UNSENT, id: "" });

/** A form behind which a server action stands. Works without scripts; what was typed stays when it is refused. */
export function ActionForm(props: {
  readonly action: FormAction;
  readonly children?: ReactNode;
  readonly submit: string;
  readonly look?: "solid" | "outline" | "danger";
  /** Beside the button. */
  readonly note?: ReactNode;
  readonly className?: string;
  /** For forms that answer with something shown once. */
  readonly secretWords?: SecretWords;
}) {
  const [state, act, isPending] = useActionState(props.action, UNSENT);
  const id = useId();
  return (
    <Sent value={{ state, id }}>
      <form
        action={act}
        onSubmit={onceAtATime(isPending)}
        noValidate
        className={classNames("grid gap-4", props.className)}
      >
        {props.children}
        {state.fault && (
          <p role="alert" className="col-span-full flex items-start gap-2 text-[0.8125rem] text-bad">
            <CircleAlert aria-hidden className="mt-1 size-4 shrink-0" />
            {state.fault}
          </p>
        )}
        <div className="col-span-full flex flex-wrap items-center gap-x-4 gap-y-2">
          <Button type="submit" look={props.look ?? "solid"} aria-disabled={isPending}>
            {props.submit}
          </Button>
          {state.done ? (
            <p role="status" className="flex items-center gap-1.5 text-[0.8125rem] text-good">
              <CircleCheck aria-hidden className="size-4 shrink-0" />
              {state.done}
            </p>
          ) : (
            props.note && <p className="text-[0.8125rem] text-ink-faint">{props.note}</p>
          )}
        </div>
        {state.secret && props.secretWords && <SecretOnce secret={state.secret} words={props.secretWords} />}
      </form>
    </Sent>
  );
}

type FieldProps = {
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly className?: string;
};

function useField(name: string, defaultValue: string | undefined) {
  const { state, id } = useContext(Sent);
  const fieldId = `${id}${name}`;
  const fault = state.faults[name];
  const value = state.values[name] ?? defaultValue ?? "";
  return { fieldId, fault, value };
}

function described(fieldId: string, hint: ReactNode, fault: string | undefined): string | undefined {
  const parts = [hint && `${fieldId}-hint`, fault && `${fieldId}-error`].filter(Boolean);
  return parts.length > 0 ? parts.join(" ") : undefined;
}

/** One line of text. */
export function TextField(
  props: FieldProps & {
    readonly type?: "text" | "email" | "date" | "month" | "number" | "search" | "url";
    readonly defaultValue?: string;
    readonly placeholder?: string;
    readonly required?: boolean;
    readonly inputMode?: "decimal" | "numeric";
    readonly autoComplete?: string;
    readonly list?: readonly string[];
  },
) {
  const { name, label, hint, className, defaultValue, list, ...input } = props;
  const { fieldId, fault, value } = useField(name, defaultValue);
  return (
    <Field label={label} htmlFor={fieldId} error={fault} {...(className && { className })}>
      <Input
        key={value}
        id={fieldId}
        name={name}
        defaultValue={value}
        autoComplete="off"
        {...input}
        list={list ? `${fieldId}-list` : undefined}
        aria-invalid={fault !== undefined}
        aria-describedby={described(fieldId, hint, fault)}
      />
      {list && (
        <datalist id={`${fieldId}-list`}>
          {list.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
      <Hint id={fieldId}>{hint}</Hint>
    </Field>
  );
}

/** A few choices of which one holds. */
export function SelectField(
  props: FieldProps & {
    readonly options: readonly { readonly value: string; readonly label: string }[];
    readonly defaultValue?: string;
  },
) {
  const { name, label, hint, className, options } = props;
  const { fieldId, fault, value } = useField(name, props.defaultValue);
  return (
    <Field label={label} htmlFor={fieldId} error={fault} {...(className && { className })}>
      <Select
        key={value}
        id={fieldId}
        name={name}
        defaultValue={value}
        aria-invalid={fault !== undefined}
        aria-describedby={described(fieldId, hint, fault)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </Select>
      <Hint id={fieldId}>{hint}</Hint>
    </Field>
  );
}

/** A file, which must be chosen anew when the form is refused. */
export function FileField(props: FieldProps & { readonly accept: string }) {
  const { name, label, hint, className, accept } = props;
  const { fieldId, fault } = useField(name, undefined);
  return (
    <Field label={label} htmlFor={fieldId} error={fault} {...(className && { className })}>
      <input
        id={fieldId}
        name={name}
        type="file"
        accept={accept}
        aria-invalid={fault !== undefined}
        aria-describedby={described(fieldId, hint, fault)}
        className="block w-full rounded-lg border border-line-control bg-surface text-sm text-ink-soft file:mr-3 file:h-9 file:border-0 file:bg-sunken file:px-3 file:text-sm file:font-medium file:text-ink aria-invalid:border-bad"
      />
      <Hint id={fieldId}>{hint}</Hint>
    </Field>
  );
}

/** Several choices, any of which may hold. All are sent under one name. */
export function CheckboxGroup(props: {
  readonly name: string;
  readonly legend: string;
  readonly options: readonly { readonly value: string; readonly label: string; readonly text?: string }[];
  /** What is chosen before anybody chose otherwise. */
  readonly chosen?: readonly string[];
  readonly className?: string;
}) {
  const { state, id } = useContext(Sent);
  const wasSent = Object.keys(state.values).length > 0;
  const chosen = wasSent ? (state.values[props.name] ?? "").split(",") : (props.chosen ?? []);
  const fault = state.faults[props.name];
  return (
    <fieldset className={props.className}>
      <legend className="mb-1 text-xs font-medium text-ink-soft">{props.legend}</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {props.options.map(({ value, label, text }) => (
          <label
            key={`${value}:${chosen.includes(value)}`}
            htmlFor={`${id}${props.name}-${value}`}
            className="flex items-start gap-2.5 rounded-lg border border-line px-3 py-2 hover:border-line-strong has-checked:border-line-control has-checked:bg-sunken/60"
          >
            <input
              id={`${id}${props.name}-${value}`}
              type="checkbox"
              name={props.name}
              value={value}
              defaultChecked={chosen.includes(value)}
              className="mt-1 size-4 shrink-0"
            />
            <span className="min-w-0">
              <span className="block font-medium">{label}</span>
              {text && <span className="block text-xs text-ink-faint">{text}</span>}
            </span>
          </label>
        ))}
      </div>
      {fault && <p className="mt-1 text-xs text-bad">{fault}</p>}
    </fieldset>
  );
}

/** One thing that holds or does not. */
export function Checkbox(props: {
  readonly name: string;
  readonly label: string;
  readonly defaultChecked?: boolean;
  readonly className?: string;
}) {
  const { state, id } = useContext(Sent);
  const typed = state.values[props.name];
  const wasSent = Object.keys(state.values).length > 0;
  const checked = wasSent ? typed !== undefined : (props.defaultChecked ?? false);
  return (
    <label
      htmlFor={`${id}${props.name}`}
      className={classNames("flex items-center gap-2.5 text-[0.8125rem]", props.className)}
    >
      <input
        key={String(checked)}
        id={`${id}${props.name}`}
        type="checkbox"
        name={props.name}
        value="yes"
        defaultChecked={checked}
        className="size-4"
      />
      {props.label}
    </label>
  );
}

function Hint({ id, children }: { readonly id: string; readonly children: ReactNode }) {
  if (!children) return null;
  return (
    <p id={`${id}-hint`} className="mt-1 text-xs text-ink-faint">
      {children}
    </p>
  );
}
