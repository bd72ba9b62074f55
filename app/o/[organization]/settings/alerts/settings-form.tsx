import { getTranslations } from "next-intl/server";
import { ActionForm, CheckboxGroup, TextField } from "@/components/forms/action-form";
import { Card, Section } from "@/components/ui/card";
import type { readAlertSettings } from "@/lib/alerts/alerts";
import { EVERY_ALERT_TYPE } from "@/lib/alerts/rules";
import { toDecimal } from "@/lib/money/money";
import { saveSettingsAction } from "./actions";

/** From where on something is low, and who gets a mail about what. */
export async function SettingsForm(props: {
  readonly slug: string;
  readonly settings: Awaited<ReturnType<typeof readAlertSettings>>;
  readonly currency: string;
}) {
  const t = await getTranslations("alerts");
  const { low, mailTypes, memberIds, addresses, people } = props.settings;
  return (
    <Section id="thresholds" title={t("settings.title")} description={t("settings.text")}>
      <Card className="p-5">
        <ActionForm
          action={saveSettingsAction.bind(null, props.slug)}
          submit={t("settings.save")}
          className="sm:grid-cols-2"
        >
          <TextField
            name="low_percent"
            label={t("settings.percent")}
            hint={t("settings.percentHint")}
            defaultValue={String(low.percent)}
            inputMode="numeric"
            required
          />
          <TextField
            name="low_amount"
            label={t("settings.amount", { currency: props.currency })}
            hint={t("settings.amountHint")}
            defaultValue={low.amount === null ? "" : toDecimal(low.amount).replace(/\.00$/, "")}
            inputMode="decimal"
          />
          <CheckboxGroup
            name="mail_types"
            legend={t("settings.types")}
            options={EVERY_ALERT_TYPE.map((type) => ({
              value: type,
              label: t(`types.${type.replace(".", "_") as "balance_low"}`),
            }))}
            chosen={mailTypes}
            className="col-span-full"
          />
          <CheckboxGroup
            name="members"
            legend={t("settings.members")}
            options={people.map(({ userId, name, email }) => ({
              value: String(userId),
              label: name,
              text: email,
            }))}
            chosen={memberIds.map(String)}
            className="col-span-full"
          />
          <TextField
            name="addresses"
            label={t("settings.addresses")}
            hint={t("settings.addressesHint")}
            defaultValue={addresses.join(", ")}
            className="col-span-full"
          />
        </ActionForm>
      </Card>
    </Section>
  );
}
