import { BookOpen, ReceiptText, WalletCards } from "lucide-react";
import type { Metadata, Route } from "next";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { BalanceCardsSkeleton } from "@/components/balance-card";
import { LiveUpdates } from "@/components/live-updates";
import { ButtonLink } from "@/components/ui/button";
import { SectionBoundary } from "@/components/ui/section-boundary";
import { authorize, may, requireUser } from "@/lib/auth/authorize";
import { chooseRange, readViewState } from "@/lib/reports/input";
import { readFrame } from "@/lib/reports/reports";
import { systemNow } from "@/lib/time/clock";
import { Arrives } from "./arrives";
import { BalanceSection } from "./balance-section";
import { CostsSection, CostsSkeleton } from "./costs-section";
import { RangeBar } from "./range-bar";
import { startReads, waitBriefly } from "./reads";
import { ReportSection, ReportSkeleton } from "./report-section";
import { TrendSection, TrendSkeleton } from "./trend-section";

type Props = {
  readonly params: Promise<{ organization: string }>;
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("usage"))("title") };
}

/** The Package Usage page (U1–U12). All of its view state is in the address; its sections load on their own. */
export default async function ConversationPage({ params, searchParams }: Props) {
  const since = systemNow().getTime();
  const { organization: slug } = await params;
  const scope = await authorize(slug, "usage:read", "balance:read", "reports:read");
  const view = readViewState(await searchParams);
  const [t, user, frame] = await Promise.all([getTranslations("usage"), requireUser(), readFrame(scope)]);
  const path = `/o/${slug}/package-usage/conversation`;
  const choice = chooseRange(view, frame.today);
  const trouble = { title: t("error.title"), text: t("error.text"), retry: t("error.retry") };
  const topUpHref = may(user, slug, "top_up:create") ? `/o/${slug}/package-usage/top-up` : null;
  const seesPurchases = may(user, slug, "purchases:read");
  const purchases = seesPurchases ? await authorize(slug, "purchases:read") : null;
  const place = { frame, path, view, choice };
  const reads = startReads(scope, purchases, view, choice);
  await waitBriefly(reads);
  return (
    <main id="main" className="mx-auto max-w-[84rem] px-4 pt-6 pb-20 sm:px-6 sm:pt-8">
      <PageHeader slug={slug} topUpHref={topUpHref} seesPurchases={seesPurchases} />
      <SectionBoundary words={trouble} className="min-h-[20rem]">
        <Arrives read={reads.balance} fallback={<BalanceSkeleton />}>
          {(balance) => (
            <BalanceSection
              balance={balance}
              outlook={reads.outlook}
              topUpSlug={topUpHref === null ? null : slug}
            />
          )}
        </Arrives>
      </SectionBoundary>
      <RangeBar {...place} />
      <div className="grid grid-cols-1 gap-x-4 gap-y-8 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <SectionBoundary words={trouble} className="min-h-[28rem]">
          <Arrives read={reads.trend} fallback={<TrendSkeleton />}>
            {(trend) => <TrendSection {...place} trend={trend} />}
          </Arrives>
        </SectionBoundary>
        <SectionBoundary words={trouble} className="min-h-[20rem]">
          <Arrives read={reads.breakdown} fallback={<CostsSkeleton />}>
            {(rows) => <CostsSection {...place} rows={rows} />}
          </Arrives>
        </SectionBoundary>
      </div>
      <div className="mt-10">
        <SectionBoundary words={trouble} className="min-h-[30rem]">
          <Arrives read={reads.report} fallback={<ReportSkeleton />}>
            {(read) => <ReportSection {...place} read={read} />}
          </Arrives>
        </SectionBoundary>
      </div>
      <LiveUpdates source={`/o/${slug}/package-usage/live`} since={since} announcement={t("live")} />
    </main>
  );
}

function PageHeader(props: {
  readonly slug: string;
  readonly topUpHref: string | null;
  readonly seesPurchases: boolean;
}) {
  const t = useTranslations("usage");
  return (
    <div className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
      <div>
        <p className="text-[0.8125rem] text-ink-faint">{t("parent")}</p>
        <h1 className="text-2xl leading-8 font-semibold tracking-[-0.022em]">{t("title")}</h1>
      </div>
      <div className="flex flex-wrap gap-2">
        <ButtonLink href={"/guide/package-usage" as Route} icon={<BookOpen aria-hidden />}>
          {t("learnMore")}
        </ButtonLink>
        {props.seesPurchases && (
          <ButtonLink
            href={`/o/${props.slug}/package-usage/purchases` as Route}
            icon={<ReceiptText aria-hidden />}
          >
            {t("seePurchases")}
          </ButtonLink>
        )}
        {props.topUpHref !== null && (
          <ButtonLink href={props.topUpHref as Route} look="solid" icon={<WalletCards aria-hidden />}>
            {t("topUp")}
          </ButtonLink>
        )}
      </div>
    </div>
  );
}

function BalanceSkeleton() {
  const t = useTranslations("usage.balance");
  return (
    <div>
      <p className="mb-4 text-base font-semibold">{t("heading")}</p>
      <BalanceCardsSkeleton label={t("loading")} />
    </div>
  );
}
