import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ActionForm } from "@/components/forms/action-form";
import { PageFrame } from "@/components/page-head";
import { Card } from "@/components/ui/card";
import { authorizeStaff } from "@/lib/auth/authorize";
import { createProductsAction } from "../actions";
import { ProductFields } from "../product-fields";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.products"))("new") };
}

/** The form that offers top-ups in another currency (T1). */
export default async function NewProductsPage() {
  await authorizeStaff("back_office:write");
  const t = await getTranslations("admin.products");
  return (
    <PageFrame
      narrow
      title={t("new")}
      lead={t("newLead")}
      back={{ href: "/admin/products", label: t("title") }}
    >
      <Card className="p-5">
        <ActionForm action={createProductsAction} submit={t("create")} className="sm:grid-cols-2">
          <ProductFields known={null} />
        </ActionForm>
      </Card>
    </PageFrame>
  );
}
