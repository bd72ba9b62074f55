import "server-only";
import type { Transaction } from "@/db/client";
import { type PersonInCharge, peopleInCharge } from "@/lib/auth/members/members";
import { env } from "@/lib/env";
import { formatMoney, formatMonth, formatRate, formatUnits } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import { translatorFor } from "@/lib/i18n/translator";
import { writeLetter } from "@/lib/mail/letter";
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
  const sums: [string, string][] = [
    [t("net"), money(purchase.visitorsNetMicros + purchase.balanceMicros)],
    [
      t("tax", { name: purchase.taxName, rate: formatRate(purchase.taxBasisPoints, locale) }),
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
    ...writeLetter({ ...words, points: boughtLines(purchase, t, locale), facts: sums }, locale),
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
