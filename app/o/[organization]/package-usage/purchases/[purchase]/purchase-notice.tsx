import { CircleCheck, LoaderCircle } from "lucide-react";
import type { Route } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { inReadersWords } from "@/app/refusal-words";
import { ConfirmAction } from "@/components/forms/confirm-action";
import { Banner } from "@/components/ui/banner";
import { ButtonLink, buttonClass } from "@/components/ui/button";
import { formatAmount, formatInstant } from "@/lib/i18n/format";
import type { PurchaseDetail } from "@/lib/top-ups/history/history";
import { topUpAddress } from "@/lib/top-ups/input";
import { cancelTopUpAction } from "../actions";
import { AwaitPayment } from "./await-payment";

type Props = {
  readonly slug: string;
  readonly purchase: PurchaseDetail;
  /** The buyer has just come back from the payment page. */
  readonly hasReturned: boolean;
};

/** What the buyer should know first: whether it is paid, what is awaited, and what can be done. */
export async function PurchaseNotice(props: Props) {
  const notice = await noticeFor(props);
  return notice && <div className="mb-6">{notice}</div>;
}

async function noticeFor({ slug, purchase, hasReturned }: Props): Promise<ReactNode> {
  const [t, locale] = await Promise.all([getTranslations("purchases.detail"), getLocale()]);
  const { status } = purchase;
  if (purchase.isQuarantined && purchase.creditedAt === null) {
    return (
      <Banner tone="warn" title={t("checkingTitle")}>
        {t("checkingText")}
      </Banner>
    );
  }
  if (status === "disputed") {
    const isOpen = purchase.reversals.some(({ state }) => state === "open");
    return (
      <Banner tone="bad" title={t("disputedTitle")}>
        {t(isOpen ? "disputedText" : "lostText")}
      </Banner>
    );
  }
  if (status === "paid" && hasReturned) {
    const total = formatAmount(purchase.total, purchase.currency, locale);
    return <Done slug={slug} title={t("paidTitle")} text={t("paidText", { total })} link={t("usage")} />;
  }
  if (status === "pending") {
    return (
      <Banner tone="info" title={t("pendingTitle")}>
        {t("pendingText")}
      </Banner>
    );
  }
  if (status === "open") return hasReturned ? <Awaiting /> : <Open slug={slug} purchase={purchase} />;
  if (status === "failed" || status === "expired") {
    return (
      <Banner
        tone={status === "failed" ? "bad" : "info"}
        title={t(`${status}Title`)}
        action={
          <ButtonLink href={sameChoice(slug, purchase)} look="solid" size="small">
            {t("again")}
          </ButtonLink>
        }
      >
        {t(`${status}Text`)}
      </Banner>
    );
  }
  return null;
}

function sameChoice(slug: string, { balance, blocks }: PurchaseDetail): Route {
  return topUpAddress(slug, { balance, visitorBlocks: blocks });
}

function Done(props: {
  readonly slug: string;
  readonly title: string;
  readonly text: string;
  readonly link: string;
}) {
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-6 gap-y-3 rounded-xl border border-good-line bg-good-tint px-4 py-3"
    >
      <div className="flex min-w-0 flex-[1_1_18rem] gap-3">
        <CircleCheck aria-hidden className="mt-0.5 size-5 shrink-0 text-good" />
        <div>
          <p className="font-medium text-ink">{props.title}</p>
          <p className="text-ink-soft">{props.text}</p>
        </div>
      </div>
      <ButtonLink href={`/o/${props.slug}/package-usage/conversation` as Route} look="solid" size="small">
        {props.link}
      </ButtonLink>
    </div>
  );
}

async function Awaiting() {
  const t = await getTranslations("purchases.detail");
  return (
    <div role="status" className="flex gap-3 rounded-xl border border-info-line bg-info-tint px-4 py-3">
      <LoaderCircle aria-hidden className="mt-0.5 size-5 shrink-0 animate-spin text-info" />
      <div>
        <p className="font-medium text-ink">{t("awaitingTitle")}</p>
        <p className="text-ink-soft">{t("awaitingText")}</p>
      </div>
      <AwaitPayment />
    </div>
  );
}

async function Open({ slug, purchase }: { readonly slug: string; readonly purchase: PurchaseDetail }) {
  const [t, locale] = await Promise.all([getTranslations("purchases.detail"), getLocale()]);
  const { checkoutUrl, checkoutExpiresAt } = purchase;
  const reason = purchase.failure && (await inReadersWords(purchase.failure));
  const time = checkoutExpiresAt && formatInstant(checkoutExpiresAt, purchase.organization.timeZone, locale);
  return (
    <Banner
      tone="info"
      title={t("openTitle")}
      action={
        <div className="flex flex-wrap gap-2">
          <ConfirmAction
            action={cancelTopUpAction.bind(null, slug, purchase.id)}
            words={{
              ask: t("cancel.ask"),
              title: t("cancel.title"),
              text: t("cancel.text"),
              confirm: t("cancel.confirm"),
              cancel: t("cancel.cancel"),
            }}
          />
          {checkoutUrl && (
            <a href={checkoutUrl} className={buttonClass({ look: "solid", size: "small" })}>
              {t("payNow")}
            </a>
          )}
        </div>
      }
    >
      {purchase.failure && <>{reason === null ? t("declinedUnsaid") : t("declined", { reason })} </>}
      {time && t("openText", { time })}
    </Banner>
  );
}
