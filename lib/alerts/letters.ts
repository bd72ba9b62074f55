import "server-only";
import type { OccurrenceType } from "@/db/schema/alerts";
import { env } from "@/lib/env";
import { formatAmount, formatInstant, formatMonth, formatUnits } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import { type Translator, translatorFor } from "@/lib/i18n/translator";
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
    plainText: asText(words, facts),
    html: asHtml(words, facts, locale),
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

type Words = Readonly<Record<"heading" | "intro" | "open" | "href" | "foot", string>>;

function asText({ heading, intro, open, href, foot }: Words, facts: readonly Fact[]): string {
  const lines = facts.map(([label, value]) => `${label}: ${value}`);
  return [heading, "", intro, "", ...lines, "", `${open}: ${href}`, "", foot, ""].join("\n");
}

function asHtml(words: Words, facts: readonly Fact[], locale: Locale): string {
  const { heading, intro, open, href, foot } = words;
  const rows = facts.map(
    ([label, value]) =>
      `<tr><td style="padding:4px 24px 4px 0;color:#5d6778">${escapeHtml(label)}</td><td style="padding:4px 0;text-align:right">${escapeHtml(value)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><title>${escapeHtml(heading)}</title></head>
<body style="margin:0;padding:32px 16px;background:#f7f8fa;color:#10141c;font:15px/1.6 system-ui,sans-serif">
<div style="max-width:520px;margin:0 auto;padding:32px;background:#fff;border:1px solid #e3e6ec;border-radius:12px">
<h1 style="margin:0 0 12px;font-size:20px">${escapeHtml(heading)}</h1>
<p style="margin:0 0 16px">${escapeHtml(intro)}</p>
<table style="width:100%;border-collapse:collapse;border-top:1px solid #e3e6ec">${rows.join("")}</table>
<p style="margin:24px 0 0"><a href="${escapeHtml(href)}" style="display:inline-block;padding:10px 16px;border-radius:8px;background:#161b26;color:#fff;text-decoration:none">${escapeHtml(open)}</a></p>
<p style="margin:24px 0 0;font-size:13px;color:#5d6778">${escapeHtml(foot)}</p>
</div></body></html>
`;
}

function escapeHtml(given: string): string {
  return given
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
