import { useTranslations } from "next-intl";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { TabLinks } from "@/components/ui/tab-links";
import { reportChange, viewAddress } from "@/components/view-address";
import { REPORTS } from "@/lib/reports/input";
import { BroadcastReport } from "./broadcast-report";
import { CategoryNotes } from "./category-notes";
import type { Place } from "./place";
import type { ReportRead } from "./reads";
import { VisitorReport } from "./visitor-report";
import { WhatsappReport } from "./whatsapp-report";

/** The three usage reports, one at a time (U8–U11). */
export function ReportSection({ read, ...place }: Place & { readonly read: ReportRead }) {
  const t = useTranslations("reports");
  const { path, view } = place;
  const current = read.report;
  return (
    <section aria-labelledby="reports">
      <h2 id="reports" className="mb-4 text-base font-semibold">
        {t("heading")}
      </h2>
      <Card>
        <div className="border-b border-line px-2">
          <TabLinks
            label={t("heading")}
            tabs={REPORTS.map((name) => ({
              label: t(`tabs.${name}`),
              href: viewAddress(path, view, reportChange(name)),
              active: current === name,
            }))}
          />
        </div>
        {read.report === "whatsapp" && <WhatsappReport place={place} page={read.page} />}
        {read.report === "broadcasts" && <BroadcastReport place={place} page={read.page} />}
        {read.report === "unique-visitors" && <VisitorReport place={place} page={read.page} />}
        {current !== "unique-visitors" && <CategoryNotes slug={place.frame.slug} />}
      </Card>
    </section>
  );
}

export function ReportSkeleton() {
  const t = useTranslations("reports");
  return (
    <div role="status" aria-label={t("loading")}>
      <p className="mb-4 text-base font-semibold">{t("heading")}</p>
      <Card className="min-h-[48rem] p-4">
        <Skeleton className="h-6 w-80 max-w-full" />
        <Skeleton className="mt-8 h-9 w-full max-w-xl" />
        <div className="mt-8 space-y-5">
          {Array.from({ length: 12 }, (_, index) => index).map((index) => (
            <Skeleton key={index} className="h-5 w-full" />
          ))}
        </div>
      </Card>
    </div>
  );
}
