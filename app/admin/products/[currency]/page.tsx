import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { Facts } from "@/components/facts";
import { ActionForm } from "@/components/forms/action-form";
import { PageFrame } from "@/components/page-head";
import { Card } from "@/components/ui/card";
import { formatMoney, formatRate, formatUnits } from "@/lib/i18n/format";
import type { Products } from "@/lib/top-ups/pricing";
import { listProducts } from "@/lib/top-ups/products/products";
import { lookAsStaff } from "../../place";
import { changeProductsAction } from "../actions";
import { ProductFields } from "../product-fields";

type Props = { readonly params: Promise<{ currency: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations("admin.products");
  return { title: t("in", { currency: (await params).currency }) };
}

/** What can be bought in one currency, to look at or to change (T1). */
export default async function ProductPage({ params }: Props) {
  const { currency } = await params;
  const { scope, mayWrite } = await lookAsStaff();
  const known = (await listProducts(scope)).find((one) => one.currency === currency);
  if (!known) notFound();
  const t = await getTranslations("admin.products");
  return (
    <PageFrame
      narrow
      title={t("in", { currency })}
      lead={t("changeLead")}
      back={{ href: "/admin/products", label: t("title") }}
    >
      <Card className={mayWrite ? "p-5" : "px-4 py-2"}>
        {mayWrite ? (
          <ActionForm
            action={changeProductsAction.bind(null, currency)}
            submit={t("save")}
            className="sm:grid-cols-2"
          >
            <ProductFields known={known} />
          </ActionForm>
        ) : (
          <ProductFacts known={known} />
        )}
      </Card>
    </PageFrame>
  );
}

async function ProductFacts({ known }: { readonly known: Products }) {
  const [t, locale] = await Promise.all([getTranslations("admin.products"), getLocale()]);
  const money = (amount: bigint) => formatMoney(amount, known.currency, locale, { round: true });
  return (
    <Facts
      facts={[
        { label: t("visitorsPerBlock"), value: formatUnits(known.visitorsPerBlock, locale) },
        { label: t("blockPrice"), value: money(known.blockPrice) },
        { label: t("blockPresets"), value: known.blockPresets.join("; ") },
        { label: t("mostBlocks"), value: formatUnits(known.mostBlocks, locale) },
        { label: t("minimum"), value: money(known.minimumBalance) },
        { label: t("largest"), value: money(known.largestBalance) },
        { label: t("balancePresets"), value: known.balancePresets.map(money).join("; ") },
        {
          label: t("tax"),
          value: `${known.taxName} ${formatRate(known.taxBasisPoints, locale)}`,
        },
        { label: t("chargeStep"), value: money(known.chargeStep) },
      ]}
    />
  );
}
