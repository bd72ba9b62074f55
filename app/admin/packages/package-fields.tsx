import { getTranslations } from "next-intl/server";
import { Checkbox, TextField } from "@/components/forms/action-form";
import type { OfferedPackage } from "@/lib/back-office/packages";
import { toDecimal } from "@/lib/money/money";

/** What a package is made of, filled in where there is one. */
export async function PackageFields({ known }: { readonly known: OfferedPackage | null }) {
  const t = await getTranslations("admin.packages");
  const shown = (value: number | null | undefined) =>
    value === null || value === undefined ? {} : { defaultValue: String(value) };
  return (
    <>
      <TextField name="name" label={t("name")} {...(known && { defaultValue: known.name })} />
      {!known && <TextField name="slug" label={t("slug")} hint={t("slugHint")} />}
      <TextField
        name="currency"
        label={t("currency")}
        defaultValue={known?.currency ?? "IDR"}
        {...(known && known.organizations > 0 && { hint: t("currencyFixed") })}
      />
      <TextField
        name="initial_balance"
        label={t("balance")}
        inputMode="decimal"
        defaultValue={known ? toDecimal(known.initialBalance).replace(/\.00$/, "") : "0"}
      />
      <TextField name="seats" label={t("seats")} inputMode="numeric" {...shown(known?.seats)} />
      <TextField
        name="unique_visitors"
        label={t("visitors")}
        inputMode="numeric"
        {...shown(known?.uniqueVisitors)}
      />
      <TextField
        name="conversations"
        label={t("conversations")}
        hint={t("conversationsHint")}
        inputMode="numeric"
        {...shown(known?.conversations)}
      />
      <Checkbox
        name="initial_carries_over"
        label={t("carriesOver")}
        defaultChecked={known?.initialCarriesOver ?? false}
        className="self-center"
      />
    </>
  );
}
