import { ReceiptText } from "lucide-react";
import type { Metadata, Route } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { Reversals, Transfers } from "@/app/purchases/purchase-moves";
import { LiveUpdates } from "@/components/live-updates";
import { PageFrame } from "@/components/page-head";
import { PurchaseStatusBadge } from "@/components/purchase-status";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { authorize } from "@/lib/auth/authorize";
import type { Scope } from "@/lib/auth/scope";
import { Refusal } from "@/lib/errors";
import { formatAmount } from "@/lib/i18n/format";
import { systemNow } from "@/lib/time/clock";
import { type PurchaseDetail, readPurchase } from "@/lib/top-ups/history/history";
import { lookAtPurchase } from "@/lib/top-ups/top-ups";
import { PurchaseFacts } from "./purchase-facts";
import { PurchaseLines } from "./purchase-lines";
import { PurchaseNotice } from "./purchase-notice";

type Props = {
  readonly params: Promise<{ organization: string; purchase: string }>;
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("purchases"))("title") };
}

/**
 * One purchase: how it stands, what was bought, how it was paid, and everything that it moved (T5). While it is not
 * settled, the payment is looked at first, in particular when coming back from the payment page (`returned`, T2).
 */
export default async function PurchasePage({ params, searchParams }: Props) {
  const since = systemNow().getTime();
  const { organization: slug, purchase: id } = await params;
  const scope = await authorize(slug, "purchases:read");
  const { returned } = await searchParams;
  await lookAtPurchase(scope, id);
  const purchase = await find(scope, id);
  const [t, u, locale] = await Promise.all([
    getTranslations("purchases"),
    getTranslations("usage"),
    getLocale(),
  ]);
  const path = `/o/${slug}/package-usage/purchases`;
  return (
    <PageFrame
      title={`${purchase.number} · ${formatAmount(purchase.total, purchase.currency, locale)}`}
      badges={<PurchaseStatusBadge status={purchase.status} isQuarantined={purchase.isQuarantined} />}
      back={{ href: path, label: t("detail.back") }}
      actions={
        purchase.receipt && (
          <ButtonLink href={`${path}/${id}/receipt` as Route} icon={<ReceiptText aria-hidden />}>
            {t("detail.receipt")}
          </ButtonLink>
        )
      }
    >
      <PurchaseNotice slug={slug} purchase={purchase} hasReturned={returned !== undefined} />
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid gap-6">
          <Card className="overflow-hidden">
            <h2 className="px-4 py-3 text-base font-semibold">{t("detail.lines")}</h2>
            <PurchaseLines purchase={purchase} />
          </Card>
          {purchase.reversals.length > 0 && <Reversals purchase={purchase} />}
          <Transfers purchase={purchase} />
        </div>
        <Card className="p-4">
          <h2 className="mb-1 text-base font-semibold">{t("detail.facts")}</h2>
          <PurchaseFacts purchase={purchase} path={path} />
        </Card>
      </div>
      <LiveUpdates source={`/o/${slug}/package-usage/live`} since={since} announcement={u("live")} />
    </PageFrame>
  );
}

async function find(scope: Scope<"purchases:read">, id: string): Promise<PurchaseDetail> {
  try {
    return await readPurchase(scope, id);
  } catch (error) {
    if (error instanceof Refusal && error.code === "not_found") notFound();
    throw error;
  }
}
