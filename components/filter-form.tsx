"use client";

import type { Route } from "next";
import Form from "next/form";
import { type ReactNode, useRef } from "react";

/** Filters as a plain form: sends itself when a choice changes, and by its button where scripts are off. */
export function FilterForm(props: {
  readonly action: string;
  readonly label: string;
  readonly carried: readonly { readonly name: string; readonly value: string }[];
  readonly children: ReactNode;
}) {
  const form = useRef<HTMLFormElement>(null);
  return (
    <Form
      ref={form}
      action={props.action as Route}
      scroll={false}
      role="search"
      aria-label={props.label}
      className="flex flex-wrap items-end gap-3 max-sm:w-full"
      onChange={(event) => {
        if (event.target instanceof HTMLSelectElement) form.current?.requestSubmit();
      }}
    >
      {props.carried.map(({ name, value }) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {props.children}
    </Form>
  );
}
