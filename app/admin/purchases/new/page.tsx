import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ActionForm, TextField } from "@/components/forms/action-form";
import { PageFrame } from "@/components/page-head";
import { Card } from "@/components/ui/card";
import { authorizeStaff } from "@/lib/auth/authorize";
import { slugInput } from "@/lib/text/input";
import { vendorToday } from "../../place";
import { recordTransferAction } from "../actions";

type Props = { readonly searchParams: Promise<{ organization?: string | string[] }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.manual"))("title") };
}

/** The form for a top-up that was paid by bank transfer (A4). */
export default async function ManualTopUpPage({ searchParams }: Props) {
  await authorizeStaff("back_office:write");
  const organization = slugInput.safeParse((await searchParams).organization);
  const t = await getTranslations("admin.manual");
  return (
    <PageFrame
      narrow
      title={t("title")}
      lead={t("lead")}
      back={{ href: "/admin/purchases", label: t("back") }}
    >
      <Card className="p-5">
        <ActionForm
          action={recordTransferAction}
          submit={t("submit")}
          note={t("note")}
          className="sm:grid-cols-2"
        >
          <TextField
            name="organization"
            label={t("organization")}
            hint={t("organizationHint")}
            {...(organization.success && { defaultValue: organization.data })}
          />
          <TextField name="reference" label={t("reference")} hint={t("referenceHint")} />
          <TextField name="balance" label={t("balance")} inputMode="decimal" hint={t("balanceHint")} />
          <TextField name="blocks" label={t("blocks")} inputMode="numeric" hint={t("blocksHint")} />
          <TextField name="received_on" type="date" label={t("receivedOn")} defaultValue={vendorToday()} />
          <TextField name="note" label={t("reason")} hint={t("reasonHint")} />
        </ActionForm>
      </Card>
    </PageFrame>
  );
}
