import { useLocale, useTranslations } from "next-intl";
import { RangePicker } from "@/components/range-picker";
import { carriedFields, FIRST_PAGE, viewAddress } from "@/components/view-address";
import { formatDay } from "@/lib/i18n/format";
import { PRESETS } from "@/lib/reports/input";
import type { Place } from "./place";
import { zoneNames } from "./zone-names";

/** The period that chart and reports share, with the zone its days are in (U7). */
export function RangeBar({ frame, path, view, choice }: Place) {
  const t = useTranslations("usage");
  const locale = useLocale();
  const { from, to } = choice.range;
  const days =
    from === to
      ? t("range.oneDay", { day: formatDay(from, locale) })
      : t("range.shown", { from: formatDay(from, locale), to: formatDay(to, locale) });
  const notOver = from <= frame.today && frame.today <= to ? ` · ${t("range.notOver")}` : "";
  return (
    <div className="mt-10 mb-4 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div>
        <p className="figures text-base leading-6 font-semibold tracking-[-0.014em]">
          {days}
          <span className="font-normal text-ink-faint">{notOver}</span>
        </p>
        <p className="text-[0.8125rem] text-ink-faint">
          {t("zone", { zone: frame.timeZone, name: zoneNames(choice.range, frame.timeZone) })}
        </p>
      </div>
      <RangePicker
        label={t("range.label")}
        presets={PRESETS.map((preset) => ({
          label: t(`range.presets.${preset}`),
          href: viewAddress(path, view, { ...FIRST_PAGE, range: preset, from: undefined, to: undefined }),
          active: choice.preset === preset,
        }))}
        path={path}
        from={view.from ?? from}
        to={view.to ?? to}
        isCustom={choice.preset === null}
        carried={carriedFields(view, ["range", "from", "to", "row", "after", "before"])}
        problem={choice.problem && t(`range.problem.${choice.problem}`)}
        words={{
          custom: t("range.custom"),
          from: t("range.from"),
          to: t("range.to"),
          apply: t("range.apply"),
          longest: t("range.longest"),
        }}
      />
    </div>
  );
}
