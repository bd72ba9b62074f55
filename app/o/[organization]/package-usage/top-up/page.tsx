import { randomUUID } from "node:crypto";
import { CalendarClock, Coins } from "lucide-react";
import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/page-head";
import { Banner } from "@/components/ui/banner";
import { buttonClass } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { authorize } from "@/lib/auth/authorize";
import type { Scope } from "@/lib/auth/scope";
import { formatDay, formatMoney, formatRate, formatUnits } from "@/lib/i18n/format";
import { max, toDecimal } from "@/lib/money/money";
import { readBalance } from "@/lib/reports/balance";
import { type Prefill, readPrefill } from "@/lib/top-ups/input";
import { type Products, raiseToStep } from "@/lib/top-ups/pricing";
import { visitorsValidity } from "@/lib/top-ups/rules";
import { findOpenTopUp, readOffer, type TopUpOffer } from "@/lib/top-ups/top-ups";
import { startTopUpAction } from "./actions";
import { TopUpForm } from "./top-up-form";
import type { TopUpWords } from "./words";

type Props = {
  readonly params: Promise<{ organization: string }>;
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("top-up"))("title") };
}

/** The top-up form (T1, T3). What an address fills in is a proposal; prices and totals are worked out here. */
export default async function TopUpPage({ params, searchParams }: Props) {
  const { organization: slug } = await params;
  const scope = await authorize(slug, "top_up:create", "balance:read");
  const prefill = readPrefill(await searchParams);
  const [t, offer, left] = await Promise.all([
    getTranslations("top-up"),
    readOffer(scope),
    prefill.cancelled ? findOpenTopUp(scope, prefill.cancelled) : null,
  ]);
  return (
    <PageFrame
      title={t("title")}
      lead={t("lead")}
      back={{ href: `/o/${slug}/package-usage/conversation`, label: t("parent") }}
    >
      {left && (
        <div className="mb-6">
          <Banner
            tone="info"
            title={t("cancelled.title")}
            action={
              left.checkoutUrl && (
                <a href={left.checkoutUrl} className={buttonClass({ look: "solid", size: "small" })}>
                  {t("cancelled.resume")}
                </a>
              )
            }
          >
            {t("cancelled.text")}
          </Banner>
        </div>
      )}
      {prefill.isShortfall && offer.products && <Shortfall prefill={prefill} products={offer.products} />}
      <Offer
        slug={slug}
        scope={scope}
        offer={offer}
        prefill={left ? { ...prefill, ...left.wish, isEmpty: false } : prefill}
      />
    </PageFrame>
  );
}

/** Who comes from something that was refused reads by how much it was short (M3). */
async function Shortfall(props: { readonly prefill: Prefill; readonly products: Products }) {
  const [t, locale] = await Promise.all([getTranslations("top-up.short"), getLocale()]);
  const { currency, chargeStep, minimumBalance } = props.products;
  const money = (amount: bigint) => formatMoney(amount, currency, locale, { round: true });
  const amount = raiseToStep(props.prefill.balance, chargeStep);
  return (
    <div className="mb-6">
      <Banner tone="warn" title={t("title", { amount: money(amount) })}>
        {amount < minimumBalance ? t("belowMinimum", { minimum: money(minimumBalance) }) : t("text")}
      </Banner>
    </div>
  );
}

async function Offer(props: {
  readonly slug: string;
  readonly scope: Scope<"balance:read">;
  readonly offer: TopUpOffer;
  readonly prefill: Prefill;
}) {
  const { slug, offer, prefill } = props;
  const { products } = offer;
  if (offer.isSuspended || !products) return <NotOffered offer={offer} />;
  const [t, locale, balance] = await Promise.all([
    getTranslations("top-up"),
    getLocale(),
    readBalance(props.scope),
  ]);
  return (
    <TopUpForm
      action={startTopUpAction.bind(null, slug)}
      path={`/o/${slug}/package-usage/top-up`}
      initial={{
        request: randomUUID(),
        blocks: Math.min(prefill.visitorBlocks, products.mostBlocks),
        balance: toDecimal(
          prefill.isEmpty ? products.minimumBalance : raiseToStep(prefill.balance, products.chargeStep),
        ),
        typed: null,
        problem: null,
        detail: null,
      }}
      products={products}
      debt={max(0n, -balance.whatsappBalance.additional)}
      locale={locale}
      words={words(t, products, locale)}
      validity={<Validity today={offer.today} />}
    />
  );
}

async function NotOffered({ offer }: { readonly offer: TopUpOffer }) {
  const t = await getTranslations(offer.isSuspended ? "top-up.suspended" : "top-up.notOffered");
  return (
    <Card>
      <EmptyState icon={<Coins />} title={t("title", { currency: offer.organization.currency })}>
        {t("text")}
      </EmptyState>
    </Card>
  );
}

/** Until when visitors bought today are valid, told louder when that is soon (T3). */
async function Validity({ today }: { readonly today: string }) {
  const [t, locale] = await Promise.all([getTranslations("top-up.visitors"), getLocale()]);
  const { lastDay, daysLeft, isNearlyOver } = visitorsValidity(today);
  const day = formatDay(lastDay, locale);
  if (isNearlyOver) {
    return (
      <Banner tone="warn" title={t("soonTitle")}>
        {t("soonText", { day, days: daysLeft })}
      </Banner>
    );
  }
  return (
    <p className="flex items-start gap-1.5 text-xs text-ink-faint">
      <CalendarClock aria-hidden className="mt-0.75 size-3.5 shrink-0" />
      {t("validUntil", { day })}
    </p>
  );
}

type Translate = Awaited<ReturnType<typeof getTranslations>>;
type Language = Awaited<ReturnType<typeof getLocale>>;

/** What the form says; places whose values change as it is filled in are left open. */
function words(t: Translate, products: Products, locale: Language): TopUpWords {
  const { currency } = products;
  const round = (amount: bigint) => formatMoney(amount, currency, locale, { round: true });
  const size = formatUnits(products.visitorsPerBlock, locale);
  return {
    balance: {
      title: t("balance.title"),
      text: t("balance.text"),
      label: t("balance.label"),
      hint: t("balance.hint", { minimum: round(products.minimumBalance) }),
      presets: t("balance.presets"),
      none: t("balance.none"),
      raised: t.raw("balance.raised"),
      debt: t.raw("balance.debt"),
      debtOnly: t.raw("balance.debtOnly"),
      debtExactly: t("balance.debtExactly"),
    },
    visitors: {
      title: t("visitors.title"),
      text: t("visitors.text", { size }),
      label: t("visitors.label", { size }),
      presets: t("visitors.presets"),
      fewer: t("visitors.fewer"),
      more: t("visitors.more"),
      price: t("visitors.price", { price: round(products.blockPrice) }),
    },
    summary: {
      title: t("summary.title"),
      balance: t("summary.balance"),
      visitors: t.raw("summary.visitors"),
      blocks: t.raw("summary.blocks"),
      net: t("summary.net"),
      tax: t("summary.tax", {
        name: products.taxName,
        rate: formatRate(products.taxBasisPoints, locale),
      }),
      total: t("summary.total"),
      empty: t("summary.empty"),
      pay: t("summary.pay"),
      paying: t("summary.paying"),
      update: t("summary.update"),
      safe: t("summary.safe"),
      confirmed: t("summary.confirmed"),
    },
    problems: {
      confirm: t.raw("problems.confirm"),
      unreadable: t("problems.unreadable"),
      nothing: t("problems.nothing"),
      too_many_visitors: t("problems.too_many_visitors", { most: formatUnits(products.mostBlocks, locale) }),
      too_much_balance: t("problems.too_much_balance", { most: round(products.largestBalance) }),
      suspended: t("problems.suspended"),
      conflict: t("problems.conflict"),
      payment_failed: t.raw("problems.payment_failed"),
      overloaded: t("problems.overloaded"),
    },
  };
}
