import { ReceiptText, SearchX, WalletCards } from "lucide-react";
import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { LiveUpdates } from "@/components/live-updates";
import { PageFrame } from "@/components/page-head";
import { Pager } from "@/components/pager";
import { Totals } from "@/components/totals";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { authorize, may, requireUser } from "@/lib/auth/authorize";
import { formatAmount, formatUnits, zoneTitle } from "@/lib/i18n/format";
import { organizationOf } from "@/lib/organizations/organizations";
import { systemNow } from "@/lib/time/clock";
import { type HistoryPage, listPurchases } from "@/lib/top-ups/history/history";
import {
  filterOf,
  formatPurchaseCursor,
  type HistorySearch,
  placeOf,
  readHistorySearch,
  topUpAddress,
} from "@/lib/top-ups/input";
import { historyAddress } from "./history-address";
import { HistoryFilters } from "./history-filters";
import { PurchaseTable } from "./purchase-table";

type Props = {
  readonly params: Promise<{ organization: string }>;
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("purchases"))("title") };
}

/** The purchase history of owners and admins (T5). Filters and place are in the address. */
export default async function PurchasesPage({ params, searchParams }: Props) {
  const since = systemNow().getTime();
  const { organization: slug } = await params;
  const scope = await authorize(slug, "purchases:read");
  const search = readHistorySearch(await searchParams);
  const [t, u, user, organization, page] = await Promise.all([
    getTranslations("purchases"),
    getTranslations("usage"),
    requireUser(),
    organizationOf(scope),
    listPurchases(scope, filterOf(search), placeOf(search)),
  ]);
  const { name, timeZone } = organization;
  const path = `/o/${slug}/package-usage/purchases`;
  const isFiltered = search.status !== undefined || filterOf(search).range !== undefined;
  return (
    <PageFrame
      title={t("title")}
      lead={t("lead", { organization: name, zone: zoneTitle(timeZone) })}
      back={{ href: `/o/${slug}/package-usage/conversation`, label: t("parent") }}
      actions={
        may(user, slug, "top_up:create") && (
          <ButtonLink href={topUpAddress(slug)} look="solid" icon={<WalletCards aria-hidden />}>
            {t("topUp")}
          </ButtonLink>
        )
      }
    >
      <Card>
        <HistoryFilters path={path} search={search} page={page} />
        <div className="border-t border-line">
          {page.rows.length === 0 ? (
            <EmptyState
              icon={isFiltered ? <SearchX /> : <ReceiptText />}
              title={t(isFiltered ? "empty.filteredTitle" : "empty.title")}
            >
              {t(isFiltered ? "empty.filteredText" : "empty.text")}
            </EmptyState>
          ) : (
            <>
              <PageTotals page={page} />
              <PurchaseTable path={path} rows={page.rows} timeZone={timeZone} />
              <PurchasePager path={path} search={search} page={page} />
            </>
          )}
        </div>
      </Card>
      <LiveUpdates source={`/o/${slug}/package-usage/live`} since={since} announcement={u("live")} />
    </PageFrame>
  );
}

async function PageTotals({ page }: { readonly page: HistoryPage }) {
  const [t, locale] = await Promise.all([getTranslations("purchases.totals"), getLocale()]);
  return page.totals.map((totals) => {
    const money = (amount: bigint) => formatAmount(amount, totals.currency, locale);
    return (
      <Totals
        key={totals.currency}
        label={t("label")}
        totals={[
          { label: t("purchases"), value: formatUnits(totals.purchases, locale) },
          { label: t("paid"), value: formatUnits(totals.paid, locale) },
          { label: t("net"), value: money(totals.net) },
          { label: t("tax"), value: money(totals.tax) },
          { label: t("total"), value: money(totals.total) },
          ...(totals.refunded > 0n ? [{ label: t("refunded"), value: money(totals.refunded) }] : []),
          ...(totals.disputed > 0n ? [{ label: t("disputed"), value: money(totals.disputed) }] : []),
        ]}
      />
    );
  });
}

async function PurchasePager(props: {
  readonly path: string;
  readonly search: HistorySearch;
  readonly page: HistoryPage;
}) {
  const [t, locale] = await Promise.all([getTranslations("purchases.pager"), getLocale()]);
  const { path, search, page } = props;
  const total = page.totals.reduce((sum, { purchases }) => sum + purchases, 0);
  const to = (place: Pick<HistorySearch, "after" | "before">) => historyAddress(path, search, place);
  return (
    <Pager
      label={t("label")}
      shown={t("shown", {
        shown: formatUnits(page.rows.length, locale),
        total: formatUnits(total, locale),
      })}
      links={{
        first: page.previous && to({}),
        previous: page.previous && to({ before: formatPurchaseCursor(page.previous) }),
        next: page.next && to({ after: formatPurchaseCursor(page.next) }),
        last: page.next && to({ before: "0-0" }),
      }}
      words={{ first: t("first"), previous: t("previous"), next: t("next"), last: t("last") }}
    />
  );
}
