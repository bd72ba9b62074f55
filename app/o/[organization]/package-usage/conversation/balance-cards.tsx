import { useLocale, useTranslations } from "next-intl";
import { BalanceCard, BalanceGrid, type SplitRow } from "@/components/balance-card";
import { categoryName } from "@/components/category";
import { QuietBoundary } from "@/components/ui/section-boundary";
import { Skeleton } from "@/components/ui/skeleton";
import { formatAmount, formatDay, formatInstant, formatUnits } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import { toNumber } from "@/lib/money/money";
import type { Balance, Outlook } from "@/lib/reports/balance";
import { levelOf, quotaLevel, unitsFor } from "@/lib/reports/rules";
import { Arrives } from "./arrives";
import type { Read } from "./reads";

/** The balance cards (U2–U5); without a conversation quota there are three. */
export function BalanceCards({
  balance,
  outlook,
}: {
  readonly balance: Balance;
  readonly outlook: Read<Outlook>;
}) {
  return (
    <BalanceGrid cards={balance.conversations ? 4 : 3}>
      <UsersCard balance={balance} />
      <VisitorsCard balance={balance} />
      {balance.conversations && <ConversationsCard balance={balance} conversations={balance.conversations} />}
      <MoneyCard balance={balance} outlook={outlook} />
    </BalanceGrid>
  );
}

function useWords() {
  const t = useTranslations("usage.balance");
  const locale = useLocale();
  return { t, locale, units: (count: number) => formatUnits(count, locale) };
}

function resetTime({ period, timeZone }: Balance, locale: Locale): string {
  return formatInstant(period.resetsAt, timeZone, locale);
}

function UsersCard({ balance }: { readonly balance: Balance }) {
  const { t, units } = useWords();
  const { seats, used, available } = balance.users;
  const full = available === 0;
  return (
    <BalanceCard
      label={t("users.label")}
      level={full ? "used_up" : "enough"}
      levelText={t("users.full")}
      value={units(available)}
      unit={t("users.left", { count: available })}
      meter={{ value: used, max: seats, text: t("users.used", { used: units(used), total: units(seats) }) }}
      split={[
        { label: t("users.seats"), value: units(seats) },
        { label: t("users.taken"), value: units(used) },
      ]}
      footer={
        used > seats ? t("users.over", { count: used - seats }) : `${t("users.note")} ${t("seatsStay")}`
      }
    />
  );
}

function VisitorsCard({ balance }: { readonly balance: Balance }) {
  const { t, locale, units } = useWords();
  const { package: bought, topUp, used, remaining, overQuota } = balance.uniqueVisitors;
  const total = bought + topUp;
  const split: SplitRow[] = [
    { label: t("visitors.package"), value: units(bought) },
    { label: t("visitors.topUp"), value: units(topUp) },
  ];
  if (overQuota > 0) split.push({ label: t("visitors.over"), value: units(overQuota), tone: "bad" });
  return (
    <BalanceCard
      label={t("visitors.label")}
      level={quotaLevel(remaining, total, balance.low.percent)}
      value={units(remaining)}
      unit={t("visitors.left")}
      meter={{
        value: used,
        max: total,
        text: t("visitors.used", { used: units(used), total: units(total) }),
      }}
      split={split}
      footer={t("resets", { when: resetTime(balance, locale) })}
    />
  );
}

function ConversationsCard({
  balance,
  conversations,
}: {
  readonly balance: Balance;
  readonly conversations: NonNullable<Balance["conversations"]>;
}) {
  const { t, locale, units } = useWords();
  const { package: total, used, remaining } = conversations;
  return (
    <BalanceCard
      label={t("conversations.label")}
      level={quotaLevel(remaining, total, balance.low.percent)}
      value={units(remaining)}
      unit={t("conversations.left")}
      meter={{
        value: used,
        max: total,
        text: t("conversations.used", { used: units(used), total: units(total) }),
      }}
      split={[
        { label: t("conversations.package"), value: units(total) },
        { label: t("conversations.topUp"), value: t("conversations.fallback") },
      ]}
      footer={t("resets", { when: resetTime(balance, locale) })}
    />
  );
}

function MoneyCard({ balance, outlook }: { readonly balance: Balance; readonly outlook: Read<Outlook> }) {
  const { t, locale } = useWords();
  const { initial, additional, onHold, available, spent, base } = balance.whatsappBalance;
  const money = (amount: bigint) => formatAmount(amount, balance.currency, locale);
  const unbroken = (amount: bigint) => money(amount).replace(" ", "\u00a0");
  const isDebt = additional < 0n;
  const total = isDebt ? spent : initial + additional + spent;
  return (
    <BalanceCard
      wide
      label={t("money.label")}
      level={levelOf(available, base, balance.low.percent, balance.low.amount)}
      value={money(available)}
      unit={t("money.left")}
      meter={{
        value: toNumber(spent),
        max: toNumber(total),
        held: toNumber(onHold),
        text: isDebt
          ? t("money.usedDebt", { used: unbroken(spent) })
          : t("money.used", { used: unbroken(spent), total: unbroken(total) }),
      }}
      split={[
        { label: t("money.initial"), value: money(initial) },
        isDebt
          ? { label: t("money.debt"), value: money(additional), tone: "bad" }
          : { label: t("money.additional"), value: money(additional) },
        { label: t("money.onHold"), value: money(onHold) },
      ]}
      footer={t("initialResets", { when: resetTime(balance, locale) })}
      note={
        isDebt && (
          <p className="mt-3 text-[0.8125rem] leading-5 text-bad">
            {t("money.debtText", { amount: money(-additional) })}
          </p>
        )
      }
    >
      <QuietBoundary>
        <Arrives read={outlook} fallback={<OutlookSkeleton />}>
          {(known) => <OutlookLines balance={balance} outlook={known} />}
        </Arrives>
      </QuietBoundary>
    </BalanceCard>
  );
}

function OutlookSkeleton() {
  return (
    <div className={OUTLOOK}>
      <Skeleton className="mt-1 h-3.5 w-full" />
      <Skeleton className="mt-2 h-3.5 w-2/3" />
    </div>
  );
}

/** As high as its longest sentences, so that nothing moves when they come. */
const OUTLOOK = "mt-2 min-h-11 space-y-1 text-[0.8125rem] leading-5 text-ink-soft";

/** How long the balance lasts and what it still pays for, in sentences. */
function OutlookLines({ balance, outlook }: { readonly balance: Balance; readonly outlook: Outlook }) {
  const { t, locale, units } = useWords();
  const category = useTranslations("categories");
  const { runway, example } = outlook;
  const count = example && unitsFor(balance.whatsappBalance.available, example.unitPrice);
  return (
    <div className={OUTLOOK}>
      <p>
        {runway.kind === "until"
          ? runway.day === balance.today
            ? t("money.untilToday")
            : t("money.until", { day: formatDay(runway.day, locale) })
          : t(`money.${runway.kind}`)}
      </p>
      {example && count !== null && count > 0 && (
        <p className="figures">
          {t("money.example", {
            count: units(count),
            category: categoryName(category, example.category, "inSentence"),
            unit: category(`units.${example.unit}`, { count }),
            market: example.market,
          })}
        </p>
      )}
    </div>
  );
}
