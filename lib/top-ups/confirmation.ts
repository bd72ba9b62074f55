import "server-only";
import type { Transaction } from "@/db/client";
import { type PersonInCharge, peopleInCharge } from "@/lib/auth/members/members";
import { env } from "@/lib/env";
import { formatMoney, formatMonth, formatShare, formatUnits } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import { translatorFor } from "@/lib/i18n/translator";
import { queueMail } from "@/lib/mail/mail";
import type { Organization } from "@/lib/organizations/organizations";
import { purchaseNumber } from "./rules";
import type { Purchase } from "./store";

/**
 * Writes down the mail that confirms a credited purchase and brings its receipt: to whoever bought it, or to the owners
 * when that was staff or somebody who has left. Once per purchase and person, in the transaction of the credit.
 */
export async function queueConfirmation(
  tx: Transaction,
  organization: Organization,
  purchase: Purchase,
  receipt: string,
): Promise<void> {
  for (const { email, locale } of recipients(await peopleInCharge(tx, organization.id), purchase)) {
    const letter = await compose(organization, purchase, receipt, locale ?? purchase.locale);
    await queueMail(tx, {
      organizationId: organization.id,
      cause: `receipt:${purchase.id}`,
      recipient: email,
      ...letter,
    });
  }
}

function recipients(people: readonly PersonInCharge[], { createdBy }: Purchase): PersonInCharge[] {
  const buyer = people.filter(({ userId }) => createdBy === `user:${userId}`);
  return buyer.length > 0 ? buyer : people.filter(({ role }) => role === "owner");
}

async function compose(organization: Organization, purchase: Purchase, receipt: string, locale: Locale) {
  const t = await translatorFor(locale, "receipt");
  const money = (amount: bigint) => formatMoney(amount, purchase.currency, locale);
  const total = money(purchase.totalMicros);
  const bought = boughtLines(purchase, t, locale);
  const sums: [string, string][] = [
    [t("net"), money(purchase.visitorsNetMicros + purchase.balanceMicros)],
    [
      t("tax", { name: purchase.taxName, rate: formatShare(purchase.taxBasisPoints, 10_000, locale) }),
      money(purchase.taxMicros),
    ],
    [t("total"), total],
    [t("number"), receipt],
    [t("purchase"), purchaseNumber(purchase.number)],
  ];
  const words = {
    heading: t("mail.heading"),
    intro: t("mail.intro", { organization: organization.name, total }),
    open: t("mail.open"),
    foot: t("mail.foot", { organization: organization.name }),
    href: new URL(
      `/o/${organization.slug}/package-usage/purchases/${purchase.id}/receipt`,
      env().NEXTAUTH_URL,
    ).href,
  };
  return {
    subject: t("mail.subject", { total, number: receipt }),
    plainText: asText(words, bought, sums),
    html: asHtml(words, bought, sums, locale),
  };
}

function boughtLines(
  purchase: Purchase,
  t: Awaited<ReturnType<typeof translatorFor>>,
  locale: Locale,
): string[] {
  const lines: string[] = [];
  if (purchase.visitors > 0) {
    const month = formatMonth(purchase.visitorsMonth ?? "", locale);
    lines.push(t("mail.visitorsLine", { visitors: formatUnits(purchase.visitors, locale), month }));
  }
  if (purchase.balanceMicros > 0n) {
    lines.push(
      t("mail.balanceLine", { amount: formatMoney(purchase.balanceMicros, purchase.currency, locale) }),
    );
  }
  return lines;
}

type Words = { heading: string; intro: string; open: string; foot: string; href: string };

function asText(words: Words, bought: readonly string[], sums: readonly [string, string][]): string {
  return [
    words.heading,
    "",
    words.intro,
    "",
    ...bought.map((line) => `- ${line}`),
    "",
    ...sums.map(([label, value]) => `${label}: ${value}`),
    "",
    `${words.open}: ${words.href}`,
    "",
    words.foot,
    "",
  ].join("\n");
}

function asHtml(
  words: Words,
  bought: readonly string[],
  sums: readonly [string, string][],
  locale: Locale,
): string {
  const rows = sums.map(
    ([label, value]) =>
      `<tr><td style="padding:4px 24px 4px 0;color:#5d6778">${escapeHtml(label)}</td><td style="padding:4px 0;text-align:right">${escapeHtml(value)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><title>${escapeHtml(words.heading)}</title></head>
<body style="margin:0;padding:32px 16px;background:#f7f8fa;color:#10141c;font:15px/1.6 system-ui,sans-serif">
<div style="max-width:520px;margin:0 auto;padding:32px;background:#fff;border:1px solid #e3e6ec;border-radius:12px">
<h1 style="margin:0 0 12px;font-size:20px">${escapeHtml(words.heading)}</h1>
<p style="margin:0 0 16px">${escapeHtml(words.intro)}</p>
<ul style="margin:0 0 16px;padding-left:20px">${bought.map((line) => `<li>${escapeHtml(line)}</li>`).join("")}</ul>
<table style="width:100%;border-collapse:collapse;border-top:1px solid #e3e6ec">${rows.join("")}</table>
<p style="margin:24px 0 0"><a href="${escapeHtml(words.href)}" style="display:inline-block;padding:10px 16px;border-radius:8px;background:#161b26;color:#fff;text-decoration:none">${escapeHtml(words.open)}</a></p>
<p style="margin:24px 0 0;font-size:13px;color:#5d6778">${escapeHtml(words.foot)}</p>
</div></body></html>
`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
