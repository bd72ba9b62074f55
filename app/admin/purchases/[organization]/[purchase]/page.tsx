import { randomUUID } from "node:crypto";
import { ExternalLink } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { Reversals, Transfers } from "@/app/purchases/purchase-moves";
import { inReadersWords } from "@/app/refusal-words";
import { Facts } from "@/components/facts";
import { ActionForm, TextField } from "@/components/forms/action-form";
import { PageFrame } from "@/components/page-head";
import { PurchaseStatusBadge, paymentMethodName } from "@/components/purchase-status";
import { Banner } from "@/components/ui/banner";
import { Card, Section } from "@/components/ui/card";
import { Refusal } from "@/lib/errors";
import { formatAmount, formatInstant, formatUnits } from "@/lib/i18n/format";
import { toDecimal } from "@/lib/money/money";
import { readAnyPurchase } from "@/lib/top-ups/history/history";
import { lookAsStaff, VENDOR_ZONE } from "../../../place";
import { closeQuarantineAction, refundAction } from "../../actions";

type Props = { readonly params: Promise<{ organization: string; purchase: string }> };
type Detail = Awaited<ReturnType<typeof readAnyPurchase>>;

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.purchase"))("title") };
}

/** One purchase of a client with all that came of it, and the form that pays it back (T4, A4). */
export default async function PurchasePage({ params }: Props) {
  const { organization: slug, purchase: id } = await params;
  const { scope, mayWrite } = await lookAsStaff();
  const purchase = UUID.test(id) ? await found(readAnyPurchase(scope, slug, id)) : null;
  if (!purchase) notFound();
  const t = await getTranslations("admin.purchase");
  const left = purchase.total - purchase.refunded;
  const isPaid = purchase.creditedAt !== null && left > 0n;
  return (
    <PageFrame
      title={purchase.number}
      lead={purchase.organization.name}
      badges={<PurchaseStatusBadge status={purchase.status} isQuarantined={purchase.isQuarantined} />}
      back={{ href: `/admin/purchases?organization=${slug}`, label: t("back") }}
    >
      <div className="grid grid-cols-1 gap-8 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="grid min-w-0 grid-cols-1 content-start gap-8">
          {purchase.isQuarantined && <Differences purchase={purchase} />}
          <Card className="px-4 py-2">
            <PurchaseFacts purchase={purchase} />
          </Card>
          {purchase.reversals.length > 0 && <Reversals purchase={purchase} />}
          <Transfers purchase={purchase} ledger={`/admin/organizations/${slug}/ledger`} />
        </div>
        {mayWrite && (
          <div className="grid min-w-0 grid-cols-1 content-start gap-8">
            {isPaid && <Refund slug={slug} purchase={purchase} left={left} />}
            {purchase.isQuarantined && (
              <Section id="close" title={t("close")} description={t("closeText")}>
                <Card className="p-4">
                  <ActionForm
                    action={closeQuarantineAction.bind(null, slug, id)}
                    submit={t("close")}
                    look="danger"
                  >
                    <TextField name="reason" label={t("reason")} />
                  </ActionForm>
                </Card>
              </Section>
            )}
          </div>
        )}
      </div>
    </PageFrame>
  );
}

async function found(reading: Promise<Detail>): Promise<Detail | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return null;
    throw error;
  }
}

async function PurchaseFacts({ purchase }: { readonly purchase: Detail }) {
  const [t, p, locale] = await Promise.all([
    getTranslations("admin.purchase"),
    getTranslations("purchases"),
    getLocale(),
  ]);
  const money = (amount: bigint) => formatAmount(amount, purchase.currency, locale);
  const time = (at: Date) => formatInstant(at, VENDOR_ZONE, locale);
  return (
    <Facts
      facts={[
        purchase.visitors > 0 && {
          label: t("visitors"),
          value: p("bought.visitors", { count: formatUnits(purchase.visitors, locale) }),
        },
        purchase.balance > 0n && { label: p("bought.balance"), value: money(purchase.balance) },
        { label: p("columns.net"), value: money(purchase.net) },
        { label: p("columns.tax"), value: money(purchase.tax) },
        { label: p("columns.total"), value: money(purchase.total) },
        purchase.refunded > 0n && { label: p("totals.refunded"), value: money(purchase.refunded) },
        purchase.disputed > 0n && { label: p("totals.disputed"), value: money(purchase.disputed) },
        { label: t("created"), value: time(purchase.createdAt) },
        purchase.paidAt !== null && { label: t("paid"), value: time(purchase.paidAt) },
        purchase.method !== null && {
          label: p("columns.method"),
          value: await paymentMethodName(purchase.method, purchase.methodDetail),
        },
        purchase.receipt !== null && {
          label: p("columns.receipt"),
          value: (
            <Link
              href={`/admin/purchases/${purchase.organization.slug}/${purchase.id}/receipt` as Route}
              className="rounded text-link hover:underline"
            >
              {purchase.receipt}
            </Link>
          ),
        },
        purchase.paymentReference !== null && {
          label: t("reference"),
          value: purchase.providerUrl ? (
            <a
              href={purchase.providerUrl}
              rel="noreferrer"
              target="_blank"
              className="inline-flex items-center gap-1 text-link hover:underline"
            >
              {purchase.paymentReference}
              <ExternalLink aria-hidden className="size-3.5" />
            </a>
          ) : (
            purchase.paymentReference
          ),
        },
        purchase.note !== null && { label: t("noteOf"), value: purchase.note },
        purchase.failure !== null && {
          label: t("failure"),
          value: (await inReadersWords(purchase.failure)) ?? purchase.failure,
        },
      ]}
    />
  );
}

/** How the payment differs from what was asked for. */
async function Differences({ purchase }: { readonly purchase: Detail }) {
  const [t, locale] = await Promise.all([getTranslations("admin.purchase"), getLocale()]);
  const shown = (field: string, value: string) =>
    field === "amount" && /^\d+$/.test(value)
      ? formatAmount(BigInt(value), purchase.currency, locale)
      : value || "–";
  return (
    <Banner tone="warn" title={t("quarantine")}>
      {t(purchase.creditedAt === null ? "quarantineText" : "quarantineCredited")}
      <ul className="mt-1 list-disc pl-5">
        {(purchase.mismatches ?? []).map(({ field, expected, found }) => (
          <li key={field}>
            {t("difference", {
              field: t(`fields.${field}`),
              expected: shown(field, expected),
              found: shown(field, found),
            })}
          </li>
        ))}
      </ul>
    </Banner>
  );
}

async function Refund(props: { readonly slug: string; readonly purchase: Detail; readonly left: bigint }) {
  const { slug, purchase, left } = props;
  const [t, locale] = await Promise.all([getTranslations("admin.purchase"), getLocale()]);
  const request = randomUUID();
  return (
    <Section
      id="refund"
      title={t("refund")}
      description={t(purchase.provider === "manual" ? "refundByHand" : "refundText")}
    >
      <Card className="p-4">
        <ActionForm
          key={String(left)}
          action={refundAction.bind(null, slug, purchase.id)}
          submit={t("refundSubmit")}
          look="danger"
        >
          <input key={request} type="hidden" name="request" value={request} />
          <input type="hidden" name="refunded" value={String(purchase.refunded)} />
          <TextField
            name="amount"
            label={t("amount")}
            hint={t("amountHint", { left: formatAmount(left, purchase.currency, locale) })}
            inputMode="decimal"
            defaultValue={toDecimal(left).replace(/\.00$/, "")}
          />
          <TextField name="reason" label={t("reason")} />
        </ActionForm>
      </Card>
    </Section>
  );
}
