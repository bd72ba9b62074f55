import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { categoryName } from "@/components/category";
import { freeReason } from "@/components/paid-from";
import { Card } from "@/components/ui/card";
import { formatDay, formatInstant, formatMoney, formatUnits } from "@/lib/i18n/format";
import type { Explanation } from "@/lib/reports/messages/messages";
import type { Frame } from "@/lib/reports/reports";

type Props = { readonly message: Explanation; readonly frame: Frame };

/** How a charge came about, in the order in which it is decided. */
export async function Steps(props: Props) {
  const t = await getTranslations("explanation.steps");
  return (
    <Card className="p-5 sm:p-6">
      <h2 className="text-base font-semibold">{t("heading")}</h2>
      <ol className="mt-4">
        <Step title={t("category")}>
          <CategoryStep {...props} />
        </Step>
        <Step title={t("market")}>
          <MarketStep {...props} />
        </Step>
        <Step title={t("window")}>
          <WindowStep {...props} />
        </Step>
        <Step title={t("price")}>
          <PriceStep {...props} />
        </Step>
        <Step title={t("paid")}>
          <PaidStep {...props} />
        </Step>
      </ol>
    </Card>
  );
}

function Step({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <li className="relative border-l border-line-strong pb-5 pl-6 last:border-transparent last:pb-0">
      <span
        aria-hidden
        className="absolute top-1.5 -left-[5px] size-2.25 rounded-full border-2 border-ink bg-surface"
      />
      <h3 className="text-[0.8125rem] font-medium text-ink-faint">{title}</h3>
      <div className="mt-0.5 space-y-0.5">{children}</div>
    </li>
  );
}

async function words(frame: Frame) {
  const [t, c, r, locale] = await Promise.all([
    getTranslations("explanation.steps"),
    getTranslations("categories"),
    getTranslations("reports"),
    getLocale(),
  ]);
  return {
    t,
    c,
    r,
    locale,
    money: (amount: bigint) => formatMoney(amount, frame.currency, locale),
    when: (text: string) => formatInstant(new Date(text), frame.timeZone, locale),
  };
}

async function CategoryStep({ message, frame }: Props) {
  const { t, c } = await words(frame);
  const name = (category: string) => categoryName(c, category, "inSentence");
  const { categorySent, categoryBilled } = message;
  return (
    <>
      {categorySent !== null && <p>{t("categorySent", { category: name(categorySent) })}</p>}
      {categoryBilled !== null && <p>{t("categoryBilled", { category: name(categoryBilled) })}</p>}
      {categorySent !== null && categoryBilled === null && <p>{t("categoryOnlySent")}</p>}
      {categorySent === null && categoryBilled === null && message.category === "service" && (
        <p>{t("categoryByWindow")}</p>
      )}
      {message.groupId !== null && <p>{t("categoryGroup")}</p>}
    </>
  );
}

async function MarketStep({ message, frame }: Props) {
  const { t } = await words(frame);
  const { market, basis } = message;
  if (market === null) return <p>{t("marketUnknown")}</p>;
  if (!basis.prefix) return <p>{t("marketOther", { market })}</p>;
  const isNumber = /^\d+$/.test(basis.prefix);
  return <p>{t(isNumber ? "marketPrefix" : "marketCountry", { market, prefix: basis.prefix })}</p>;
}

async function WindowStep({ message, frame }: Props) {
  const { t, c, when } = await words(frame);
  const { basis, pricingType } = message;
  const { conversation } = basis;
  return (
    <>
      <p>{basis.window_from ? t("windowOpen", { when: when(basis.window_from) }) : t("windowClosed")}</p>
      {basis.entry_answered && <p>{t("entryPoint", { when: when(basis.entry_answered) })}</p>}
      {pricingType !== null && <p>{t("pricingType", { type: pricingType })}</p>}
      {conversation && (
        <p>
          {t(basis.opened_conversation ? "conversationOpened" : "conversationCovered", {
            category: categoryName(c, conversation.category, "inSentence"),
            when: when(conversation.opened_at),
          })}
        </p>
      )}
    </>
  );
}

async function PriceStep({ message, frame }: Props) {
  const { t, c, locale, money } = await words(frame);
  if (message.paidFrom === "unpriced") return <p>{t("priceMissing")}</p>;
  if (message.unitPrice === null || message.price === null) return <p>{t("priceNone")}</p>;
  return (
    <p>
      {t("priceFrom", {
        price: money(message.unitPrice),
        unit: c(`units.${message.unit ?? "message"}`, { count: 1 }),
        book: message.price.book,
        version: formatDay(message.price.version, locale),
      })}
    </p>
  );
}

async function PaidStep({ message, frame }: Props) {
  const { t, r, locale, money } = await words(frame);
  const { paidFrom, fromInitial, fromAdditional } = message;
  if (paidFrom === "quota") return <p>{t("paidQuota", { units: formatUnits(message.units, locale) })}</p>;
  if (fromInitial === 0n && fromAdditional === 0n) {
    const reason = message.freeReason === null ? r(`paid.${paidFrom}`) : freeReason(r, message.freeReason);
    return <p>{t("paidNothing", { reason })}</p>;
  }
  return (
    <>
      {fromInitial > 0n && <p>{t("paidInitial", { amount: money(fromInitial) })}</p>}
      {fromAdditional > 0n && <p>{t("paidAdditional", { amount: money(fromAdditional) })}</p>}
    </>
  );
}
