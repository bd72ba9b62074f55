import "server-only";
import type { OccurrenceType } from "@/db/schema/alerts";
import { env } from "@/lib/env";
import { formatAmount, formatInstant, formatMonth, formatUnits } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import { type Translator, translatorFor } from "@/lib/i18n/translator";
import { writeLetter } from "@/lib/mail/letter";
import { micros } from "@/lib/money/money";
import type { Organization } from "@/lib/organizations/organizations";

type Alert = {
  readonly type: OccurrenceType;
  readonly occurredAt: Date;
  readonly data: Readonly<Record<string, unknown>>;
};

type Fact = readonly [label: string, value: string];

/** The mail about an occurrence: what happened, the figures, and where to do something about it. */
export async function composeAlert(
  organization: Pick<Organization, "name" | "slug" | "timeZone" | "currency">,
  alert: Alert,
  locale: Locale,
) {
  const t = await translatorFor(locale, "alerts");
  const key = alert.type.replace(".", "_");
  const facts = factsOf(t, organization, alert, locale);
  const values = {
    organization: organization.name,
    quota: alert.data.quota ? t(`quotas.${text(alert.data.quota)}`) : "",
    figure: facts[0]?.[1] ?? "",
  };
  const words = {
    heading: t(`mail.${key}.heading`, values),
    intro: t(`mail.${key}.intro`, values),
    open: t(opensTopUp(alert.type) ? "mail.topUp" : "mail.open"),
    href: new URL(
      `/o/${organization.slug}/package-usage/${opensTopUp(alert.type) ? "top-up" : "conversation"}`,
      env().NEXTAUTH_URL,
    ).href,
    foot: t("mail.foot", { organization: organization.name }),
  };
  return {
    subject: `${organization.name}: ${words.heading}`,
    ...writeLetter({ ...words, facts }, locale),
  };
}

/** The first fact is the one that the heading may name. */
function factsOf(
  t: Translator,
  { timeZone, currency }: Pick<Organization, "timeZone" | "currency">,
  { type, occurredAt, data }: Alert,
  locale: Locale,
): Fact[] {
  const money = (value: unknown) => formatAmount(micros(text(value)), currency, locale);
  const units = (value: unknown) => formatUnits(Number(value), locale);
  const at: Fact = [t("facts.at"), formatInstant(occurredAt, timeZone, locale)];
  if (type.startsWith("balance.")) {
    return [
      [t("facts.available"), money(data.available)],
      [t("facts.initial"), money(data.initial)],
      [t("facts.additional"), money(data.additional)],
      [t("facts.on_hold"), money(data.on_hold)],
      at,
    ];
  }
  if (type.startsWith("quota.")) {
    return [
      [t("facts.remaining"), units(data.remaining)],
      [t("facts.used"), units(data.used)],
      [t("facts.granted"), units(data.granted)],
      at,
    ];
  }
  if (type === "month.opened") {
    return [
      [t("facts.month"), formatMonth(text(data.month), locale)],
      [t("facts.initial_balance"), money(data.initial_balance)],
      [t("facts.unique_visitors"), units(data.unique_visitors)],
    ];
  }
  if (type === "hold.refused") {
    return [
      [t("facts.shortfall"), money(data.shortfall)],
      [t("facts.required"), money(data.required)],
      [t("facts.available"), money(data.available)],
      at,
    ];
  }
  return [
    [t("facts.total"), money(data.total)],
    [t("facts.purchase"), text(data.number)],
    [t("facts.balance_bought"), money(data.whatsapp_balance)],
    [t("facts.visitors_bought"), units(data.unique_visitors)],
    at,
  ];
}

function opensTopUp(type: OccurrenceType): boolean {
  return /\.(low|depleted|used_up|refused)$/.test(type);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : String(value ?? "");
}
