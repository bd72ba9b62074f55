import type { FormEvent } from "react";

const holdBack = (event: FormEvent) => event.preventDefault();

/**
 * For a form's `onSubmit`: what is sent again before the answer came, as by a double click, is not sent. A second answer
 * would stand in the place of the first, and what is shown once would be lost with it.
 */
export function onceAtATime(isPending: boolean): ((event: FormEvent) => void) | undefined {
  return isPending ? holdBack : undefined;
}
