import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "./class-names";

const LOOKS = {
  bad: { frame: "border-bad-line bg-bad-tint", icon: <CircleAlert className="text-bad" /> },
  warn: { frame: "border-warn-line bg-warn-tint", icon: <TriangleAlert className="text-warn" /> },
  info: { frame: "border-info-line bg-info-tint", icon: <Info className="text-info" /> },
};

/** Something that the whole page should know, with what can be done about it. */
export function Banner(props: {
  readonly tone: keyof typeof LOOKS;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  const { frame, icon } = LOOKS[props.tone];
  return (
    <div
      role="status"
      className={classNames("flex flex-wrap items-center gap-x-6 gap-y-3 rounded-xl border px-4 py-3", frame)}
    >
      <div className="flex min-w-0 flex-[1_1_18rem] gap-3">
        <span aria-hidden className="mt-0.5 shrink-0 [&_svg]:size-5">
          {icon}
        </span>
        <div className="min-w-0">
          <p className="font-medium text-ink">{props.title}</p>
          {props.children && <p className="text-ink-soft">{props.children}</p>}
        </div>
      </div>
      {props.action}
    </div>
  );
}
