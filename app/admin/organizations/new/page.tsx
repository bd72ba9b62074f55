import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ActionForm, SelectField, TextField } from "@/components/forms/action-form";
import { PageFrame } from "@/components/page-head";
import { Card } from "@/components/ui/card";
import { authorizeStaff } from "@/lib/auth/authorize";
import { packagesOffered } from "@/lib/back-office/packages";
import { listBooks } from "@/lib/back-office/price-books";
import { VENDOR_ZONE, vendorToday } from "../../place";
import { createOrganizationAction } from "./actions";

const ZONES = ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Asia/Singapore", "UTC"];

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.newOrganization"))("title") };
}

/** The form for a new client (A1). */
export default async function NewOrganizationPage() {
  const staff = await authorizeStaff("back_office:read", "back_office:write");
  const today = vendorToday();
  const [t, packages, books] = await Promise.all([
    getTranslations("admin.newOrganization"),
    packagesOffered(staff),
    listBooks(staff, today),
  ]);
  const none = { value: "", label: t("none") };
  return (
    <PageFrame
      narrow
      title={t("title")}
      lead={t("lead")}
      back={{ href: "/admin/organizations", label: t("back") }}
    >
      <Card className="p-5">
        <ActionForm action={createOrganizationAction} submit={t("submit")} className="sm:grid-cols-2">
          <TextField name="name" label={t("name")} required />
          <TextField name="slug" label={t("slug")} hint={t("slugHint")} required />
          <TextField
            name="time_zone"
            label={t("timeZone")}
            defaultValue={VENDOR_ZONE}
            list={ZONES}
            hint={t("timeZoneHint")}
          />
          <TextField name="currency" label={t("currency")} defaultValue="IDR" hint={t("currencyHint")} />
          <SelectField
            name="package"
            label={t("package")}
            options={[
              none,
              ...packages.map(({ slug, name, currency }) => ({
                value: slug,
                label: `${name} · ${slug} · ${currency}`,
              })),
            ]}
          />
          <SelectField
            name="price_book"
            label={t("priceBook")}
            options={[
              none,
              ...books.map(({ slug, name, currency }) => ({
                value: slug,
                label: `${name} · ${slug} · ${currency}`,
              })),
            ]}
          />
          <TextField
            name="starts_on"
            type="month"
            label={t("startsOn")}
            defaultValue={today.slice(0, 7)}
            hint={t("startsOnHint")}
          />
          <SelectField
            name="mode"
            label={t("mode")}
            hint={t("modeHint")}
            options={[
              { value: "live", label: t("modes.live") },
              { value: "test", label: t("modes.test") },
            ]}
          />
        </ActionForm>
      </Card>
    </PageFrame>
  );
}
