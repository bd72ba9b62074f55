import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ActionForm } from "@/components/forms/action-form";
import { PageFrame } from "@/components/page-head";
import { Card } from "@/components/ui/card";
import { authorizeStaff } from "@/lib/auth/authorize";
import { createPackageAction } from "../actions";
import { PackageFields } from "../package-fields";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.packages"))("new") };
}

/** The form for a new package (A2). */
export default async function NewPackagePage() {
  await authorizeStaff("back_office:write");
  const t = await getTranslations("admin.packages");
  return (
    <PageFrame narrow title={t("new")} back={{ href: "/admin/packages", label: t("title") }}>
      <Card className="p-5">
        <ActionForm action={createPackageAction} submit={t("create")} className="sm:grid-cols-2">
          <PackageFields known={null} />
        </ActionForm>
      </Card>
    </PageFrame>
  );
}
