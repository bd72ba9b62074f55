import { CircleAlert, CircleCheck, Clock, Send } from "lucide-react";
import { getLocale, getTranslations } from "next-intl/server";
import { addressOf } from "@/app/search";
import { InlineAction } from "@/components/forms/inline-action";
import { NextPage } from "@/components/next-page";
import { Badge } from "@/components/ui/badge";
import { Card, Section } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { type Delivery, type deliveriesOf, messageId } from "@/lib/alerts/webhooks/deliveries";
import { formatInstant } from "@/lib/i18n/format";
import { redeliverAction } from "./actions";

type Props = {
  readonly slug: string;
  readonly log: Awaited<ReturnType<typeof deliveriesOf>>;
  readonly isFirst: boolean;
  readonly timeZone: string;
};

/** What was sent where, and what came of it. */
export async function DeliveryLog({ slug, log, isFirst, timeZone }: Props) {
  const t = await getTranslations("alerts.log");
  const path = `/o/${slug}/settings/alerts`;
  return (
    <Section id="deliveries" title={t("title")} description={t("text")}>
      <Card>
        {log.deliveries.length === 0 ? (
          <EmptyState icon={<Send />} title={t("none")}>
            {t("noneText")}
          </EmptyState>
        ) : (
          <Table caption={t("title")} minWidth="56rem">
            <thead>
              <tr>
                <HeadCell>{t("when")}</HeadCell>
                <HeadCell>{t("event")}</HeadCell>
                <HeadCell>{t("endpoint")}</HeadCell>
                <HeadCell>{t("outcome")}</HeadCell>
                <HeadCell numeric>{t("attempts")}</HeadCell>
                <HeadCell>
                  <span className="sr-only">{t("actions")}</span>
                </HeadCell>
              </tr>
            </thead>
            <tbody>
              {log.deliveries.map((delivery) => (
                <DeliveryLine key={delivery.id} slug={slug} delivery={delivery} timeZone={timeZone} />
              ))}
            </tbody>
          </Table>
        )}
        <NextPage
          first={isFirst ? null : `${path}#deliveries`}
          next={log.next === null ? null : `${addressOf(path, { after: String(log.next) })}#deliveries`}
        />
      </Card>
    </Section>
  );
}

async function DeliveryLine(props: {
  readonly slug: string;
  readonly delivery: Delivery;
  readonly timeZone: string;
}) {
  const [t, locale] = await Promise.all([getTranslations("alerts.log"), getLocale()]);
  const { id, type, occurrenceId, url, isEnabled, attempts, createdAt, lastAttemptAt } = props.delivery;
  const time = formatInstant(lastAttemptAt ?? createdAt, props.timeZone, locale);
  return (
    <Row>
      <RowHead className="figures align-top whitespace-nowrap">{time}</RowHead>
      <Cell className="align-top">
        <code className="text-xs">{type}</code>
        <code className="block text-xs break-all text-ink-faint">{messageId(occurrenceId)}</code>
      </Cell>
      <Cell className="align-top font-mono text-xs break-all text-ink-soft">{url}</Cell>
      <Cell className="align-top">
        <Outcome delivery={props.delivery} timeZone={props.timeZone} />
      </Cell>
      <Cell numeric className="align-top">
        {attempts}
      </Cell>
      <Cell className="align-top whitespace-nowrap">
        {isEnabled && (
          <InlineAction
            action={redeliverAction.bind(null, props.slug)}
            submit={t("redeliver")}
            label={t("redeliverWhich", { event: type, time })}
          >
            <input type="hidden" name="delivery" value={id} />
          </InlineAction>
        )}
      </Cell>
    </Row>
  );
}

const LOOKS = {
  delivered: { tone: "good", icon: <CircleCheck /> },
  waiting: { tone: "info", icon: <Clock /> },
  failed: { tone: "bad", icon: <CircleAlert /> },
} as const;

async function Outcome({ delivery, timeZone }: { readonly delivery: Delivery; readonly timeZone: string }) {
  const [t, locale] = await Promise.all([getTranslations("alerts.log"), getLocale()]);
  const { state, lastStatus, lastFailure, lastMilliseconds, nextAttemptAt, attempts } = delivery;
  const facts = [
    lastStatus !== null && t("status", { status: String(lastStatus) }),
    lastStatus !== null && lastMilliseconds !== null && t("took", { milliseconds: lastMilliseconds }),
    lastStatus === null && lastFailure !== null && t(`failures.${lastFailure as "timeout"}`),
    attempts > 0 &&
      nextAttemptAt !== null &&
      t("next", { time: formatInstant(nextAttemptAt, timeZone, locale) }),
  ].filter(Boolean);
  return (
    <>
      <Badge tone={LOOKS[state].tone} icon={LOOKS[state].icon}>
        {t(state)}
      </Badge>
      {facts.length > 0 && <span className="mt-1 block text-xs text-ink-faint">{facts.join(" · ")}</span>}
    </>
  );
}
