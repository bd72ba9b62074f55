"use client";

import { CircleAlert } from "lucide-react";
import { type ReactNode, useActionState, useId } from "react";
import { UNSENT } from "@/components/forms/form-state";
import { onceAtATime } from "@/components/forms/once";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field, Input } from "@/components/ui/field";
import { importAction } from "./actions";
import type { ImportState } from "./import-state";
import { Preview, type PreviewWords } from "./preview";

export type ImportWords = Readonly<
  Record<
    | "file"
    | "fileHint"
    | "fileKept"
    | "book"
    | "bookHint"
    | "name"
    | "nameHint"
    | "from"
    | "fromHint"
    | "fee"
    | "percent"
    | "fixed"
    | "preview"
    | "publish"
    | "publishNote",
    string
  >
>;

/** The card, the fee, the day; then what would be different; then the button that publishes exactly that. */
export function ImportForm(props: {
  readonly words: ImportWords;
  readonly previewWords: PreviewWords;
  readonly categories: readonly { readonly name: string; readonly label: string }[];
  readonly books: readonly string[];
  readonly book: string | null;
}) {
  const [state, act, isPending] = useActionState<ImportState, FormData>(importAction, {
    ...UNSENT,
    values: props.book ? { book: props.book } : {},
    preview: null,
  });
  const { words } = props;
  const { preview, values, faults } = state;
  return (
    <form action={act} onSubmit={onceAtATime(isPending)} noValidate className="grid grid-cols-1 gap-8">
      <Card className="grid gap-5 p-5 sm:grid-cols-2">
        <Line
          name="file"
          label={words.file}
          hint={values.card ? words.fileKept : words.fileHint}
          fault={faults.card}
        >
          {(id) => (
            <input
              id={id}
              name="file"
              type="file"
              accept=".csv,text/csv"
              className="block w-full rounded-lg border border-line-control bg-surface text-sm text-ink-soft file:mr-3 file:h-9 file:border-0 file:bg-sunken file:px-3 file:text-sm file:font-medium file:text-ink"
            />
          )}
        </Line>
        <input key={`card${values.card?.length}`} type="hidden" name="card" value={values.card ?? ""} />
        <input type="hidden" name="previewed" value={preview?.fingerprint ?? ""} />
        <Text name="book" label={words.book} hint={words.bookHint} state={state} list={props.books} />
        <Text name="name" label={words.name} hint={words.nameHint} state={state} />
        <Text name="from" type="date" label={words.from} hint={words.fromHint} state={state} />
        <fieldset className="grid gap-4 border-t border-line pt-4 sm:col-span-2 sm:grid-cols-3">
          <legend className="sr-only">{words.fee}</legend>
          <Text name="percent" label={words.percent} placeholder="0" state={state} />
          {props.categories.map(({ name, label }) => (
            <Text
              key={name}
              name={`fixed_${name}`}
              label={`${words.fixed} ${label}`}
              placeholder="0"
              state={state}
            />
          ))}
        </fieldset>
        {state.fault && (
          <p role="alert" className="flex items-start gap-2 text-[0.8125rem] text-bad sm:col-span-2">
            <CircleAlert aria-hidden className="mt-1 size-4 shrink-0" />
            {state.fault}
          </p>
        )}
        <div className="sm:col-span-2">
          <Button
            type="submit"
            name="intent"
            value="preview"
            look={preview ? "outline" : "solid"}
            aria-disabled={isPending}
          >
            {words.preview}
          </Button>
        </div>
      </Card>
      {preview && (
        <>
          <Preview preview={preview} words={props.previewWords} />
          <Banner
            tone="info"
            title={words.publishNote}
            action={
              <Button type="submit" name="intent" value="publish" look="solid" aria-disabled={isPending}>
                {words.publish}
              </Button>
            }
          />
        </>
      )}
    </form>
  );
}

function Line(props: {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly fault: string | undefined;
  readonly children: (id: string) => ReactNode;
}) {
  const id = `${useId()}${props.name}`;
  return (
    <Field label={props.label} htmlFor={id} error={props.fault}>
      {props.children(id)}
      {props.hint && <p className="mt-1 text-xs text-ink-faint">{props.hint}</p>}
    </Field>
  );
}

function Text(props: {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly type?: "text" | "date";
  readonly placeholder?: string;
  readonly list?: readonly string[];
  readonly state: ImportState;
}) {
  const { name, state, list } = props;
  const value = state.values[name] ?? "";
  const fault = state.faults[name];
  return (
    <Line name={name} label={props.label} hint={props.hint} fault={fault}>
      {(id) => (
        <>
          <Input
            key={value}
            id={id}
            name={name}
            type={props.type ?? "text"}
            placeholder={props.placeholder}
            defaultValue={value}
            autoComplete="off"
            list={list ? `${id}-list` : undefined}
            aria-invalid={fault !== undefined}
            aria-describedby={fault ? `${id}-error` : undefined}
          />
          {list && (
            <datalist id={`${id}-list`}>
              {list.map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Line>
  );
}
