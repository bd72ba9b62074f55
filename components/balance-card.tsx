import { CalendarClock, CircleAlert, TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { classNames } from "@/components/ui/class-names";
import { Meter, type MeterPart } from "@/components/ui/meter";
import { Skeleton } from "@/components/ui/skeleton";
import type { Level } from "@/lib/reports/rules";

export type SplitRow = { readonly label: string; readonly value: string; readonly tone?: "bad" };

type Props = {
  readonly label: string;
  readonly level: Level;
  /** Said in place of "Used up" where that would be the wrong word. */
  readonly levelText?: string;
  readonly value: string;
  readonly unit: string;
  readonly meter: {
    readonly value: number;
    readonly max: number;
    readonly text: string;
    readonly held?: number;
  };
  readonly split: readonly SplitRow[];
  readonly footer: ReactNode;
  readonly children?: ReactNode;
  /** What has to be said in a sentence of its own. */
  readonly note?: ReactNode;
  readonly wide?: boolean;
};

/** One thing that a package gives: what is left of it, how much is used, where it came from and when it resets (U2). */
export function BalanceCard(props: Props) {
  const t = useTranslations("usage.balance");
  return (
    <Card className={classNames(CARD, props.wide && WIDE)}>
      <div className="flex min-h-6 items-start justify-between gap-2">
        <h3 className="text-[0.8125rem] leading-6 font-medium tracking-normal text-ink-soft">
          {props.label}
        </h3>
        <LevelBadge
          level={props.level}
          text={props.levelText ?? t(`level.${props.level === "low" ? "low" : "used_up"}`)}
        />
      </div>
      <p className="mt-2 flex flex-wrap items-baseline gap-x-2">
        <span
          className={classNames(
            "figures text-[1.75rem] leading-9 font-semibold tracking-[-0.03em] break-all",
            props.level === "used_up" && "text-bad",
          )}
        >
          {props.value}
        </span>
        <span className="text-[0.8125rem] text-ink-faint">{props.unit}</span>
      </p>
      <div className={classNames("mt-3", props.wide && "grid gap-x-8 gap-y-4 sm:grid-cols-2")}>
        <div>
          <Meter
            label={props.label}
            value={props.meter.value}
            max={props.meter.max}
            text={props.meter.text}
            parts={meterParts(props)}
          />
          <p className="figures mt-2 text-xs text-ink-faint">{props.meter.text}</p>
          {props.children}
        </div>
        <dl
          className={classNames(
            "space-y-1 text-[0.8125rem]",
            props.wide ? "sm:-mt-1.5" : "mt-3.5 border-t border-line pt-3",
          )}
        >
          {props.split.map((row) => (
            <div key={row.label} className="flex items-baseline justify-between gap-3">
              <dt className="text-ink-faint">{row.label}</dt>
              <dd
                className={classNames(
                  "figures text-right font-medium whitespace-nowrap",
                  row.tone === "bad" && "text-bad",
                )}
              >
                {row.value}
              </dd>
            </div>
          ))}
        </dl>
      </div>
      {props.note}
      <p className="mt-auto flex items-start gap-1.5 pt-4 text-xs text-ink-faint">
        <CalendarClock aria-hidden className="mt-0.75 size-3.5 shrink-0" />
        {props.footer}
      </p>
    </Card>
  );
}

/** The same height for a card and for what holds its place. */
const CARD = "flex min-h-[15.5rem] flex-col p-5 xl:min-h-[18.25rem]";
const WIDE = "max-sm:min-h-[22rem] sm:col-span-full xl:col-span-1";

function meterParts({ level, meter }: Props): MeterPart[] {
  const tone = level === "used_up" ? "bad" : level === "low" ? "warn" : "used";
  const max = Math.max(meter.max, 1);
  const used = level === "used_up" && meter.value >= meter.max ? 1 : meter.value / max;
  const parts: MeterPart[] = [{ share: used, tone }];
  if (meter.held) parts.push({ share: Math.min(meter.held / max, 1 - used), tone: "hold" });
  return parts.filter(({ share }) => share > 0);
}

function LevelBadge({ level, text }: { readonly level: Level; readonly text: string }) {
  if (level === "enough") return null;
  return level === "low" ? (
    <Badge tone="warn" icon={<TriangleAlert aria-hidden />}>
      {text}
    </Badge>
  ) : (
    <Badge tone="bad" icon={<CircleAlert aria-hidden />}>
      {text}
    </Badge>
  );
}

/** Holds the place of a card. */
function BalanceCardSkeleton({ wide = false }: { readonly wide?: boolean }) {
  return (
    <Card className={classNames(CARD, wide && WIDE)}>
      <Skeleton className="h-4 w-28" />
      <Skeleton className="mt-5 h-8 w-24" />
      <Skeleton className="mt-4 h-1.5 w-full" />
      <Skeleton className="mt-3 h-3 w-32" />
      <div className="mt-5 space-y-3 border-t border-line pt-4">
        <Skeleton className="h-3.5 w-full" />
        <Skeleton className="h-3.5 w-full" />
      </div>
      <Skeleton className="mt-auto h-3 w-40" />
    </Card>
  );
}

/** The balance has most to say, so its card is the widest. */
const COLUMNS = {
  3: "xl:grid-cols-[1fr_1fr_1.7fr]",
  4: "md:max-xl:grid-cols-3 xl:grid-cols-[1fr_1fr_1fr_1.9fr]",
};

export function BalanceGrid({ cards, children }: { readonly cards: 3 | 4; readonly children: ReactNode }) {
  return <div className={classNames("grid gap-4 sm:grid-cols-2", COLUMNS[cards])}>{children}</div>;
}

/** Holds the place of the cards. */
export function BalanceCardsSkeleton({ label }: { readonly label: string }) {
  return (
    <div role="status" aria-label={label}>
      <BalanceGrid cards={4}>
        <BalanceCardSkeleton />
        <BalanceCardSkeleton />
        <BalanceCardSkeleton />
        <BalanceCardSkeleton wide />
      </BalanceGrid>
    </div>
  );
}
