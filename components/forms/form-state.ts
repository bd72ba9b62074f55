/** What came of a form that was sent: said under the field it is about, above all fields, or as done. */
export type FormState = {
  readonly done: string | null;
  readonly fault: string | null;
  /** By field. */
  readonly faults: Readonly<Record<string, string | undefined>>;
  /** What was typed, so that nothing has to be typed twice. Never passwords or files. */
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Shown this once: a new key. */
  readonly secret: string | null;
};

/** A form that was not sent yet. */
export const UNSENT: FormState = { done: null, fault: null, faults: {}, values: {}, secret: null };

/** A server action behind a form. */
export type FormAction = (state: FormState, form: FormData) => Promise<FormState>;
