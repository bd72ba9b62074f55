import { getLocale, getTranslations } from "next-intl/server";
import { TextField } from "@/components/forms/action-form";
import { formatUnits } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import { toDecimal } from "@/lib/money/money";
import type { Products } from "@/lib/top-ups/pricing";

/** What can be bought in a currency, filled in where there is something. */
export async function ProductFields({ known }: { readonly known: Products | null }) {
  const [t, locale] = await Promise.all([getTranslations("admin.products"), getLocale()]);
  const filled = (value: string | null | undefined) => (value ? { defaultValue: value } : {});
  const amount = (value: bigint | undefined) =>
    filled(value === undefined ? undefined : typedForm(value, locale));
  return (
    <>
      {!known && (
        <TextField name="currency" label={t("currency")} hint={t("currencyHint")} placeholder="USD" />
      )}
      <TextField
        name="visitors_per_block"
        label={t("visitorsPerBlock")}
        inputMode="numeric"
        {...filled(known && formatUnits(known.visitorsPerBlock, locale))}
      />
      <TextField
        name="block_price"
        label={t("blockPrice")}
        hint={t("net")}
        inputMode="decimal"
        {...amount(known?.blockPrice)}
      />
      <TextField
        name="block_presets"
        label={t("blockPresets")}
        hint={t("presetsHint")}
        {...filled(known?.blockPresets.join("; "))}
      />
      <TextField
        name="most_blocks"
        label={t("mostBlocks")}
        inputMode="numeric"
        {...filled(known && formatUnits(known.mostBlocks, locale))}
      />
      <TextField
        name="minimum_balance"
        label={t("minimum")}
        hint={t("minimumHint")}
        inputMode="decimal"
        {...amount(known?.minimumBalance)}
      />
      <TextField
        name="largest_balance"
        label={t("largest")}
        inputMode="decimal"
        {...amount(known?.largestBalance)}
      />
      <TextField
        name="balance_presets"
        label={t("balancePresets")}
        hint={t("presetsHint")}
        className="sm:col-span-2"
        {...filled(known?.balancePresets.map((preset) => typedForm(preset, locale)).join("; "))}
      />
      <TextField name="tax_name" label={t("taxName")} {...filled(known?.taxName)} />
      <TextField
        name="tax_rate"
        label={t("taxRate")}
        hint={t("taxRateHint")}
        inputMode="decimal"
        {...filled(known && percentOf(known.taxBasisPoints, locale))}
      />
      <TextField
        name="charge_step"
        label={t("chargeStep")}
        hint={t("chargeStepHint")}
        inputMode="decimal"
        {...amount(known?.chargeStep)}
      />
    </>
  );
}

/** An amount as the reader would type it: "1,000,000", "1.000.000,50". */
function typedForm(amount: bigint, locale: Locale): string {
  const [whole = "0", decimals = "00"] = toDecimal(amount).split(".");
  const grouped = formatUnits(BigInt(whole), locale);
  return decimals === "00" ? grouped : `${grouped}${locale === "id" ? "," : "."}${decimals}`;
}

function percentOf(basisPoints: number, locale: Locale): string {
  return typedForm(BigInt(basisPoints) * 10_000n, locale);
}
