import { Plus, WalletCards } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { Facts } from "@/components/facts";
import { ActionForm, TextField } from "@/components/forms/action-form";
import { PageFrame } from "@/components/page-head";
import { ButtonLink } from "@/components/ui/button";
import { Card, Section } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { formatMoney, formatRate, formatUnits } from "@/lib/i18n/format";
import type { Products } from "@/lib/top-ups/pricing";
import { listProducts, type ReceiptIssuer, readReceiptIssuer } from "@/lib/top-ups/products/products";
import { lookAsStaff } from "../place";
import { changeIssuerAction } from "./actions";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.products"))("title") };
}

/** What clients can buy, by currency, and who issues their receipts (T1, T6). */
export default async function ProductsPage() {
  const { scope, mayWrite } = await lookAsStaff();
  const [t, products, issuer] = await Promise.all([
    getTranslations("admin.products"),
    listProducts(scope),
    readReceiptIssuer(scope),
  ]);
  return (
    <PageFrame
      title={t("title")}
      lead={t("lead")}
      actions={
        mayWrite && (
          <ButtonLink href={"/admin/products/new" as Route} look="solid" icon={<Plus aria-hidden />}>
            {t("new")}
          </ButtonLink>
        )
      }
    >
      <div className="grid grid-cols-1 gap-10">
        <Card>
          {products.length === 0 ? (
            <EmptyState icon={<WalletCards />} title={t("none")} />
          ) : (
            <ProductTable products={products} />
          )}
        </Card>
        <Issuer issuer={issuer} mayWrite={mayWrite} />
      </div>
    </PageFrame>
  );
}

async function ProductTable({ products }: { readonly products: readonly Products[] }) {
  const [t, locale] = await Promise.all([getTranslations("admin.products"), getLocale()]);
  return (
    <Table caption={t("title")} minWidth="52rem">
      <thead>
        <tr>
          <HeadCell>{t("currency")}</HeadCell>
          <HeadCell numeric>{t("visitorsPerBlock")}</HeadCell>
          <HeadCell numeric>{t("blockPrice")}</HeadCell>
          <HeadCell numeric>{t("minimum")}</HeadCell>
          <HeadCell numeric>{t("largest")}</HeadCell>
          <HeadCell>{t("tax")}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {products.map((one) => {
          const money = (amount: bigint) => formatMoney(amount, one.currency, locale, { round: true });
          return (
            <Row key={one.currency}>
              <RowHead>
                <Link
                  href={`/admin/products/${one.currency}` as Route}
                  className="inline-block rounded py-1 font-medium hover:underline"
                >
                  {one.currency}
                </Link>
              </RowHead>
              <Cell numeric>{formatUnits(one.visitorsPerBlock, locale)}</Cell>
              <Cell numeric>{money(one.blockPrice)}</Cell>
              <Cell numeric>{money(one.minimumBalance)}</Cell>
              <Cell numeric>{money(one.largestBalance)}</Cell>
              <Cell className="figures whitespace-nowrap">
                {one.taxName} {formatRate(one.taxBasisPoints, locale)}
              </Cell>
            </Row>
          );
        })}
      </tbody>
    </Table>
  );
}

async function Issuer({ issuer, mayWrite }: { readonly issuer: ReceiptIssuer; readonly mayWrite: boolean }) {
  const t = await getTranslations("admin.products.issuer");
  const address = issuer.address.split("\n").join("; ");
  return (
    <Section id="issuer" title={t("title")} description={t("text")}>
      <Card className="max-w-3xl p-5">
        {mayWrite ? (
          <ActionForm
            action={changeIssuerAction}
            submit={t("save")}
            look="outline"
            className="sm:grid-cols-2"
          >
            <TextField name="issuer_name" label={t("name")} defaultValue={issuer.name} />
            <TextField name="issuer_tax_id" label={t("taxId")} defaultValue={issuer.taxId} />
            <TextField
              name="issuer_address"
              label={t("address")}
              hint={t("addressHint")}
              defaultValue={address}
            />
            <TextField name="issuer_email" type="email" label={t("email")} defaultValue={issuer.email} />
          </ActionForm>
        ) : (
          <Facts
            facts={[
              { label: t("name"), value: issuer.name },
              { label: t("address"), value: address },
              issuer.taxId !== "" && { label: t("taxId"), value: issuer.taxId },
              issuer.email !== "" && { label: t("email"), value: issuer.email },
            ]}
          />
        )}
      </Card>
    </Section>
  );
}
