import { getTranslations } from "next-intl/server";
import { Section } from "@/components/ui/card";
import type { Scope } from "@/lib/auth/scope";
import { readBalance, readOutlook } from "@/lib/reports/balance";
import { BalanceBanner } from "./balance-banner";
import { BalanceCards } from "./balance-cards";

/** What is left, and a banner where it is little (U2–U5). */
export async function BalanceSection(props: {
  readonly scope: Scope<"balance:read">;
  readonly topUpHref: string | null;
}) {
  const [t, balance] = await Promise.all([getTranslations("usage.balance"), readBalance(props.scope)]);
  const outlook = await readOutlook(props.scope, balance);
  return (
    <Section id="balance" title={t("heading")}>
      <div className="space-y-4">
        <BalanceBanner balance={balance} topUpHref={props.topUpHref} />
        <BalanceCards balance={balance} outlook={outlook} />
      </div>
    </Section>
  );
}
