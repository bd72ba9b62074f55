import { CalendarDays, CircleAlert } from "lucide-react";
import { Button } from "@/components/ui/button";
import { classNames } from "@/components/ui/class-names";
import { Disclosure } from "@/components/ui/disclosure";
import { Field, Input } from "@/components/ui/field";
import { SegmentLinks, type TabLink } from "@/components/ui/tab-links";

type Props = {
  readonly label: string;
  readonly presets: readonly TabLink[];
  readonly path: string;
  readonly from: string;
  readonly to: string;
  readonly isCustom: boolean;
  /** The rest of the address, kept by the form. */
  readonly carried: readonly { readonly name: string; readonly value: string }[];
  /** Why the range that was asked for was refused; null when it was not. */
  readonly problem: string | null;
  readonly words: {
    readonly custom: string;
    readonly from: string;
    readonly to: string;
    readonly apply: string;
    readonly longest: string;
  };
};

/** Periods with a name, and a form for any other: plain links and a plain form, so they work before any script. */
export function RangePicker(props: Props) {
  return (
    <div className="flex max-w-full flex-col items-start gap-2 sm:items-end">
      <div className="flex max-w-full flex-wrap items-center gap-2">
        <SegmentLinks label={props.label} tabs={props.presets} />
        <Disclosure
          label={props.words.custom}
          summaryClass={classNames(
            "flex h-9 items-center gap-2 rounded-lg border px-3 text-[0.8125rem] font-medium shadow-lift hover:bg-sunken",
            props.isCustom ? "border-ink bg-surface text-ink" : "border-line-strong bg-surface text-ink-soft",
          )}
          summary={
            <>
              <CalendarDays aria-hidden className="size-4" />
              {props.words.custom}
            </>
          }
          panelClass="left-0 w-72 max-w-[calc(100vw-2rem)] p-4! sm:right-0 sm:left-auto"
        >
          <RangeForm {...props} />
        </Disclosure>
      </div>
      {props.problem !== null && (
        <p role="alert" className="flex max-w-md items-start gap-1.5 text-[0.8125rem] text-bad">
          <CircleAlert aria-hidden className="mt-1 size-4 shrink-0" />
          {props.problem}
        </p>
      )}
    </div>
  );
}

function RangeForm({ path, from, to, carried, problem, words }: Props) {
  return (
    <form action={path} method="get" className="space-y-3">
      {carried.map(({ name, value }) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <div className="grid grid-cols-2 gap-3">
        <Field label={words.from} htmlFor="range-from">
          <Input
            id="range-from"
            type="date"
            name="from"
            required
            defaultValue={from}
            aria-invalid={problem !== null}
          />
        </Field>
        <Field label={words.to} htmlFor="range-to">
          <Input
            id="range-to"
            type="date"
            name="to"
            required
            defaultValue={to}
            aria-invalid={problem !== null}
          />
        </Field>
      </div>
      <div className="flex items-center justify-between gap-3">
        <p className="text-xs text-ink-faint">{words.longest}</p>
        <Button type="submit" look="solid" size="small">
          {words.apply}
        </Button>
      </div>
    </form>
  );
}
