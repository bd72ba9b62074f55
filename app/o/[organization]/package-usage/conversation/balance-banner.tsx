import { useLocale, useTranslations } from "next-intl";
import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button";
import { formatAmount, formatDay, formatUnits } from "@/lib/i18n/format";
import type { Balance } from "@/lib/reports/balance";
import { balanceReason, type Level, levelOf, quotaLevel } from "@/lib/reports/rules";
import { dayOf } from "@/lib/time/period";
import { topUpAddress } from "@/lib/top-ups/input";

type Notice = { readonly level: Level; readonly title: string; readonly text: string };

/** What is low or used up, in words and with the way out of it (U5). Nothing while there is enough of everything. */
export function BalanceBanner(props: {
  readonly balance: Balance;
  /** Whose form to open; null for those who may not top up: they are told whom to ask. */
  readonly topUpSlug: string | null;
}) {
  const words = useWords(props.balance);
  const { t } = words;
  const visitors = visitorsNotice(props.balance, words);
  const notices = [
    moneyNotice(props.balance, words),
    visitors,
    conversationsNotice(props.balance, words),
  ].filter((notice) => notice !== null);
  const first = notices.find(({ level }) => level === "used_up") ?? notices[0];
  if (!first) return null;
  const others = notices.filter((notice) => notice !== first).map(({ title }) => title);
  return (
    <Banner
      tone={first.level === "used_up" ? "bad" : "warn"}
      title={first.title}
      action={
        props.topUpSlug !== null && (
          <ButtonLink
            href={topUpAddress(
              props.topUpSlug,
              wishFor(props.balance, visitors !== null, first === visitors),
            )}
            look="solid"
            size="small"
          >
            {t("topUp")}
          </ButtonLink>
        )
      }
    >
      {first.text} {others.length > 0 && t("also", { list: others.join("; ") })}{" "}
      {props.topUpSlug === null && t("ask")}
    </Banner>
  );
}

/** What the form is filled in with: the debt, and a block of visitors where they are what is low. */
function wishFor({ whatsappBalance }: Balance, lacksVisitors: boolean, visitorsAlone: boolean) {
  const debt = whatsappBalance.additional < 0n ? -whatsappBalance.additional : 0n;
  if (lacksVisitors && (visitorsAlone || debt > 0n)) return { balance: debt, visitorBlocks: 1 };
  return { balance: debt };
}

type Words = ReturnType<typeof useWords>;

function useWords(balance: Balance) {
  const t = useTranslations("usage.banner");
  const locale = useLocale();
  const day = formatDay(dayOf(balance.period.resetsAt, balance.timeZone), locale);
  return { t, locale, day };
}

function moneyNotice(balance: Balance, { t, locale, day }: Words): Notice | null {
  const { available, base, additional, onHold } = balance.whatsappBalance;
  const { percent, amount } = balance.low;
  const level = levelOf(available, base, percent, amount);
  if (level === "enough") return null;
  const money = (amount: bigint) => formatAmount(amount, balance.currency, locale);
  const reason = balanceReason(balance.whatsappBalance, base, balance.low);
  if (reason === "debt") {
    return { level, title: t("money.debt", { amount: money(-additional) }), text: t("money.text.debt") };
  }
  if (reason === "on_hold") {
    const title = t("money.on_hold", { amount: money(available) });
    return { level, title, text: t("money.text.on_hold", { amount: money(onHold) }) };
  }
  return level === "used_up"
    ? { level, title: t("money.used_up"), text: t("money.text.empty", { day }) }
    : {
        level,
        title: t("money.low", { amount: money(available) }),
        text:
          amount !== null && levelOf(available, base, percent) === "enough"
            ? t("money.text.amount", { amount: money(amount) })
            : t("money.text.spent", { percent }),
      };
}

function visitorsNotice(balance: Balance, { t, locale, day }: Words): Notice | null {
  const { package: bought, topUp, remaining, overQuota } = balance.uniqueVisitors;
  const level = quotaLevel(remaining, bought + topUp, balance.low.percent);
  if (level === "enough" || bought + topUp === 0) return null;
  return level === "used_up"
    ? {
        level,
        title: t("visitors.used_up"),
        text: t("visitors.text.used_up", { over: formatUnits(overQuota, locale), day }),
      }
    : {
        level,
        title: t("visitors.low", { count: formatUnits(remaining, locale) }),
        text: t("visitors.text.low", { percent: balance.low.percent, day }),
      };
}

function conversationsNotice(balance: Balance, { t, locale, day }: Words): Notice | null {
  if (!balance.conversations) return null;
  const { package: total, remaining } = balance.conversations;
  const level = quotaLevel(remaining, total, balance.low.percent);
  if (level === "enough" || total === 0) return null;
  return level === "used_up"
    ? { level, title: t("conversations.used_up"), text: t("conversations.text.used_up", { day }) }
    : {
        level,
        title: t("conversations.low", { count: formatUnits(remaining, locale) }),
        text: t("conversations.text.low", { day }),
      };
}
