import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { formatAmount, formatInstant, formatUnits } from "@/lib/i18n/format";
import type { Balance } from "@/lib/reports/balance";

/** What an organization has left, in four figures. */
export async function BalanceTiles({ balance }: { readonly balance: Balance }) {
  const [t, locale] = await Promise.all([getTranslations("admin.file.tiles"), getLocale()]);
  const money = (amount: bigint) => formatAmount(amount, balance.currency, locale);
  const units = (value: number) => formatUnits(value, locale);
  const { whatsappBalance: whatsapp, uniqueVisitors: visitors, conversations, users } = balance;
  return (
    <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
      <Tile
        label={t("balance")}
        value={money(whatsapp.available)}
        badge={whatsapp.additional < 0n && <Badge tone="bad">{t("debt")}</Badge>}
      >
        {t("balanceParts", {
          initial: money(whatsapp.initial),
          additional: money(whatsapp.additional),
          hold: money(whatsapp.onHold),
        })}
      </Tile>
      <Tile label={t("spent")} value={money(whatsapp.spent)}>
        {t("resets", { time: formatInstant(balance.period.resetsAt, balance.timeZone, locale) })}
      </Tile>
      <Tile
        label={t("visitors")}
        value={t("of", { used: units(visitors.used), total: units(visitors.package + visitors.topUp) })}
      >
        {t("visitorParts", { package: units(visitors.package), topUp: units(visitors.topUp) })}
      </Tile>
      <Tile
        label={t("conversations")}
        value={
          conversations
            ? t("of", { used: units(conversations.used), total: units(conversations.package) })
            : t("noQuota")
        }
      >
        {t("seats", { used: units(users.used), total: units(users.seats) })}
      </Tile>
    </div>
  );
}

function Tile(props: {
  readonly label: string;
  readonly value: string;
  readonly badge?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <Card className="px-4 py-3">
      <div className="flex items-center justify-between gap-2">
        <p className="text-[0.8125rem] text-ink-soft">{props.label}</p>
        {props.badge}
      </div>
      <p className="figures mt-0.5 text-xl font-semibold tracking-[-0.02em]">{props.value}</p>
      <p className="figures mt-0.5 text-xs text-ink-faint">{props.children}</p>
    </Card>
  );
}
