import type { Route } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { Contact } from "@/components/contact";
import { Facts } from "@/components/facts";
import { Card } from "@/components/ui/card";
import { formatInstant } from "@/lib/i18n/format";
import type { Explanation } from "@/lib/reports/messages/messages";
import type { Frame } from "@/lib/reports/reports";

/** What the message was. */
export async function MessageFacts({
  message,
  slug,
}: {
  readonly message: Explanation;
  readonly slug: string;
}) {
  const t = await getTranslations("explanation.message");
  const { broadcast } = message;
  return (
    <Card className="p-5">
      <h2 className="mb-1 text-base font-semibold">{t("heading")}</h2>
      <Facts
        facts={[
          { label: t("contact"), value: <Contact contact={message.contact} /> },
          { label: t("businessNumber"), value: message.businessNumber || "–" },
          message.channel !== "whatsapp" && { label: t("channel"), value: message.channel },
          message.groupId !== null && { label: t("group"), value: message.groupId },
          message.template !== null && { label: t("template"), value: message.template },
          broadcast !== null && {
            label: t("broadcast"),
            value: (
              <Link
                href={
                  `/o/${slug}/package-usage/conversation/broadcasts/${encodeURIComponent(broadcast.id)}` as Route
                }
                className="rounded text-link hover:underline"
              >
                {broadcast.name || broadcast.id}
              </Link>
            ),
          },
          message.holdId !== null && { label: t("hold"), value: message.holdId },
          { label: t("id"), value: <span className="font-mono text-xs">{message.messageId}</span> },
        ]}
      />
    </Card>
  );
}

/** When the message got how far. */
export async function StatusLine({
  message,
  frame,
}: {
  readonly message: Explanation;
  readonly frame: Frame;
}) {
  const [t, locale] = await Promise.all([getTranslations("explanation.statuses"), getLocale()]);
  const { statuses, error } = message;
  const steps = [
    { name: "sent", at: statuses.sent },
    { name: "delivered", at: statuses.delivered },
    { name: "read", at: statuses.read },
    ...(statuses.failed ? [{ name: "failed", at: statuses.failed } as const] : []),
    { name: "charged", at: message.bookedAt },
  ] as const;
  return (
    <Card className="p-5">
      <h2 className="mb-1 text-base font-semibold">{t("heading")}</h2>
      <Facts
        facts={steps.map(({ name, at }) => ({
          label: t(name),
          value: at ? (
            <span className="figures">{formatInstant(at, frame.timeZone, locale)}</span>
          ) : (
            <span className="font-normal text-ink-faint">{t("never")}</span>
          ),
        }))}
      />
      {error && (
        <p className="mt-2 text-[0.8125rem] text-bad">
          {[error.code, error.title].filter(Boolean).join(" · ")}
        </p>
      )}
      <p className="mt-3 text-xs text-ink-faint">{t("note")}</p>
    </Card>
  );
}
