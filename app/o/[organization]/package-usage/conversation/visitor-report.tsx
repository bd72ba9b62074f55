import { useLocale, useTranslations } from "next-intl";
import { Contact } from "@/components/contact";
import { Totals } from "@/components/totals";
import { Badge } from "@/components/ui/badge";
import { Field, Select } from "@/components/ui/field";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { FIRST_PAGE, viewAddress } from "@/components/view-address";
import { formatLocalTime, formatMonth, formatUnits } from "@/lib/i18n/format";
import { VISITORS_PER_PAGE, type Visitor, type VisitorPage } from "@/lib/reports/visitors/visitors";
import type { Place } from "./place";
import { isOldestFirst } from "./reads";
import { ReportBar, ReportEmpty, ReportPager } from "./report-tools";

/** Who was counted, when first seen, on which channel, and what covered it (U10). */
export function VisitorReport({ place, page }: { readonly place: Place; readonly page: VisitorPage }) {
  const { view, path } = place;
  const t = useTranslations("reports");
  const locale = useLocale();
  const oldestFirst = isOldestFirst(view);
  const turned = viewAddress(path, view, { ...FIRST_PAGE, sort: oldestFirst ? undefined : "oldest" });
  // The chosen one is offered where it has no visitors too: the filter must not look as if it were off.
  const chosen = { channel: view.channel ?? "", visitors: 0 };
  const isOffered = chosen.channel === "" || page.channels.some(({ channel }) => channel === chosen.channel);
  const offered = isOffered ? page.channels : [...page.channels, chosen];
  return (
    <>
      <ReportBar place={place} report="unique-visitors" rows={page.total}>
        <Field
          label={t("filters.channel")}
          htmlFor="channel"
          className="max-sm:min-w-36 max-sm:flex-1 sm:w-48"
        >
          <Select key={view.channel} id="channel" name="channel" defaultValue={view.channel ?? ""}>
            <option value="">{t("filters.allChannels")}</option>
            {offered.map(({ channel, visitors }) => (
              <option key={channel} value={channel}>
                {channelName(t, channel)} ({formatUnits(visitors, locale)})
              </option>
            ))}
          </Select>
        </Field>
      </ReportBar>
      {page.visitors.length === 0 ? (
        <div className="border-t border-line">
          <ReportEmpty view={view} />
        </div>
      ) : (
        <div className="border-t border-line">
          <Totals
            label={t("totals")}
            totals={[
              { label: t("visitors.total"), value: formatUnits(page.total, locale) },
              ...page.channels
                .filter(({ channel }) => view.channel === undefined || channel === view.channel)
                .map(({ channel, visitors }) => ({
                  label: channelName(t, channel),
                  value: formatUnits(visitors, locale),
                })),
            ]}
          />
          <Table caption={t("visitors.caption")} minWidth="40rem">
            <thead>
              <tr>
                <HeadCell sort={{ href: turned, active: true, descending: !oldestFirst }}>
                  {t("visitors.firstSeen")}
                </HeadCell>
                <HeadCell>{t("visitors.contact")}</HeadCell>
                <HeadCell>{t("visitors.channel")}</HeadCell>
                <HeadCell>{t("visitors.month")}</HeadCell>
                <HeadCell>{t("visitors.coveredBy")}</HeadCell>
              </tr>
            </thead>
            <tbody>
              {page.visitors.map((visitor) => (
                <VisitorRow key={visitor.cursor} visitor={visitor} zone={place.frame.timeZone} />
              ))}
            </tbody>
          </Table>
        </div>
      )}
      <ReportPager
        place={place}
        row={page.row}
        count={page.visitors.length}
        total={page.total}
        perPage={VISITORS_PER_PAGE}
        first={page.visitors[0]?.cursor}
        last={page.visitors.at(-1)?.cursor}
      />
    </>
  );
}

function VisitorRow({ visitor, zone }: { readonly visitor: Visitor; readonly zone: string }) {
  const t = useTranslations("reports");
  const locale = useLocale();
  return (
    <Row>
      <RowHead className="figures whitespace-nowrap">
        {formatLocalTime(visitor.firstSeenAt, zone, locale)}
      </RowHead>
      <Cell>
        <Contact contact={visitor.contact} />
      </Cell>
      <Cell>{channelName(t, visitor.channel)}</Cell>
      <Cell className="whitespace-nowrap">{formatMonth(visitor.month, locale)}</Cell>
      <Cell>
        {visitor.coveredBy === "over_quota" ? (
          <Badge tone="bad">{t("visitors.covered.over_quota")}</Badge>
        ) : (
          t(`visitors.covered.${visitor.coveredBy}`)
        )}
      </Cell>
    </Row>
  );
}

function channelName(t: { (key: string): string; has(key: string): boolean }, channel: string): string {
  const key = `visitors.channels.${channel}`;
  return /^[a-z]+$/.test(channel) && t.has(key) ? t(key) : channel;
}
