import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { BackLink } from "@/components/back-link";
import { categoryName } from "@/components/category";
import { freeReason } from "@/components/paid-from";
import { Card } from "@/components/ui/card";
import { authorize } from "@/lib/auth/authorize";
import { formatDay, formatMoney, formatUnits } from "@/lib/i18n/format";
import { parseCursor } from "@/lib/reports/input";
import { type Explanation, explainCharge } from "@/lib/reports/messages/messages";
import { type Frame, readFrame } from "@/lib/reports/reports";
import { BalanceTable, LedgerTable } from "./booking";
import { MessageFacts, StatusLine } from "./message-facts";
import { Steps } from "./steps";

type Props = { readonly params: Promise<{ organization: string; message: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("explanation.title"))("charged") };
}

/** "Why was I charged?": everything behind one charge, from the statuses to the ledger. */
export default async function ExplanationPage({ params }: Props) {
  const { organization: slug, message } = await params;
  const scope = await authorize(slug, "usage:read", "reports:read");
  const place = parseCursor(message);
  const found = place && (await explainCharge(scope, place));
  if (!found) notFound();
  const [t, frame] = await Promise.all([getTranslations("explanation"), readFrame(scope)]);
  const back = `/o/${slug}/package-usage/conversation?report=whatsapp`;
  return (
    <main id="main" className="mx-auto max-w-5xl px-4 pt-6 pb-20 sm:px-6 sm:pt-8">
      <BackLink href={back}>{t("back")}</BackLink>
      <h1 className="mt-4 text-2xl leading-8 font-semibold tracking-[-0.022em]">
        {t(`title.${kindOf(found)}`)}
      </h1>
      <Answer message={found} frame={frame} />
      <div className="mt-6 grid grid-cols-1 gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="space-y-6">
          <Steps message={found} frame={frame} />
          {found.balances && <BalanceTable message={found} balances={found.balances} frame={frame} />}
          <LedgerTable message={found} frame={frame} />
        </div>
        <div className="space-y-6">
          <StatusLine message={found} frame={frame} />
          <MessageFacts message={found} slug={slug} />
        </div>
      </div>
    </main>
  );
}

type Kind = "charged" | "free" | "quota" | "pending" | "unpriced";

function kindOf({ paidFrom }: Explanation): Kind {
  switch (paidFrom) {
    case "quota":
    case "unpriced":
    case "pending":
      return paidFrom;
    case "free":
    case "covered":
    case "none":
      return "free";
    default:
      return "charged";
  }
}

/** The amount and one sentence. */
async function Answer({ message, frame }: { readonly message: Explanation; readonly frame: Frame }) {
  const [t, c, r, locale] = await Promise.all([
    getTranslations("explanation.answer"),
    getTranslations("categories"),
    getTranslations("reports"),
    getLocale(),
  ]);
  const money = (amount: bigint) => formatMoney(amount, frame.currency, locale);
  const kind = message.paidFrom === "none" ? "none" : kindOf(message);
  const isGroupCharge = kind === "charged" && message.groupId !== null;
  return (
    <Card className="mt-5 p-5 sm:p-6">
      <p className="figures text-3xl leading-10 font-semibold tracking-[-0.03em]">{money(message.amount)}</p>
      <p className="mt-1 max-w-2xl text-ink-soft">
        {t(isGroupCharge ? "group" : kind, {
          units: formatUnits(message.units, locale),
          category: categoryName(c, message.category, "inSentence"),
          unit: c(`units.${message.unit ?? "message"}`, { count: message.units }),
          market: message.market ?? "–",
          price: money(message.unitPrice ?? 0n),
          version: message.price ? formatDay(message.price.version, locale) : "–",
          reason: message.freeReason === null ? r("paid.free") : freeReason(r, message.freeReason),
        })}
      </p>
    </Card>
  );
}
