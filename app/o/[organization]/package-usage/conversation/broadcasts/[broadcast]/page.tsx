import { ChevronRight } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { BackLink } from "@/components/back-link";
import { categoryName } from "@/components/category";
import { Contact } from "@/components/contact";
import { Pager } from "@/components/pager";
import { Totals } from "@/components/totals";
import { Badge, type Tone } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import { authorize } from "@/lib/auth/authorize";
import { formatAmount, formatInstant, formatLocalTime, formatShare, formatUnits } from "@/lib/i18n/format";
import {
  type BroadcastDetail,
  type MessageStatus,
  RECIPIENTS_PER_PAGE,
  type Recipient,
  readBroadcast,
} from "@/lib/reports/broadcasts/broadcasts";
import { formatCursor, parseCursor, readViewState } from "@/lib/reports/input";
import { type Frame, readFrame } from "@/lib/reports/reports";

type Props = {
  readonly params: Promise<{ organization: string; broadcast: string }>;
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("reports.tabs"))("broadcasts") };
}

/** One broadcast and whom it reached (U8, drill-down). */
export default async function BroadcastPage({ params, searchParams }: Props) {
  const { organization: slug, broadcast: encoded } = await params;
  const scope = await authorize(slug, "usage:read", "reports:read");
  const view = readViewState(await searchParams);
  const id = decodeId(encoded);
  const page = { after: parseCursor(view.after), before: parseCursor(view.before) };
  const detail = id === null ? null : await readBroadcast(scope, id, page);
  if (!detail) notFound();
  const [t, frame] = await Promise.all([getTranslations("reports"), readFrame(scope)]);
  const conversation = `/o/${slug}/package-usage/conversation`;
  const path = `${conversation}/broadcasts/${encoded}`;
  return (
    <main id="main" className="mx-auto max-w-[84rem] px-4 pt-6 pb-20 sm:px-6 sm:pt-8">
      <BackLink href={`${conversation}?report=broadcasts`}>{t("broadcasts.back")}</BackLink>
      <Header detail={detail} frame={frame} />
      <Card className="mt-6">
        <Figures detail={detail} frame={frame} />
        <Table caption={t("broadcasts.recipientsCaption")} minWidth="60rem">
          <RecipientsHead />
          <tbody>
            {detail.recipients.map((recipient) => (
              <RecipientRow
                key={formatCursor(recipient.cursor)}
                recipient={recipient}
                frame={frame}
                path={conversation}
              />
            ))}
          </tbody>
        </Table>
        <RecipientPager detail={detail} path={path} row={view.row ?? 1} />
      </Card>
    </main>
  );
}

function decodeId(encoded: string): string | null {
  try {
    const id = decodeURIComponent(encoded);
    return id.includes("\0") ? null : id;
  } catch {
    return null;
  }
}

async function Header({ detail, frame }: { readonly detail: BroadcastDetail; readonly frame: Frame }) {
  const [c, locale] = await Promise.all([getTranslations("categories"), getLocale()]);
  const { broadcast } = detail;
  const facts = [
    formatInstant(broadcast.startedAt, frame.timeZone, locale),
    broadcast.template,
    broadcast.category === null ? null : categoryName(c, broadcast.category),
  ].filter(Boolean);
  return (
    <div className="mt-4">
      <h1 className="text-2xl leading-8 font-semibold tracking-[-0.022em] break-words">
        {broadcast.name || broadcast.id}
      </h1>
      <p className="figures mt-1 text-ink-faint">{facts.join(" · ")}</p>
    </div>
  );
}

async function Figures({ detail, frame }: { readonly detail: BroadcastDetail; readonly frame: Frame }) {
  const [t, locale] = await Promise.all([getTranslations("reports"), getLocale()]);
  const { broadcast } = detail;
  const counts = ["recipients", "sent", "delivered", "read", "failed"] as const;
  const share = (count: number) => ` (${formatShare(count, broadcast.recipients, locale)})`;
  return (
    <Totals
      label={t("totals")}
      totals={[
        ...counts.map((name) => ({
          label: t(`broadcasts.${name}`),
          value: `${formatUnits(broadcast[name], locale)}${name === "recipients" ? "" : share(broadcast[name])}`,
        })),
        { label: t("broadcasts.amount"), value: formatAmount(broadcast.amount, frame.currency, locale) },
      ]}
    />
  );
}

async function RecipientsHead() {
  const t = await getTranslations("reports");
  return (
    <thead>
      <tr>
        <HeadCell>{t("whatsapp.contact")}</HeadCell>
        <HeadCell>{t("whatsapp.market")}</HeadCell>
        <HeadCell>{t("broadcasts.status")}</HeadCell>
        <HeadCell>{t("broadcasts.sent")}</HeadCell>
        <HeadCell>{t("broadcasts.delivered")}</HeadCell>
        <HeadCell>{t("broadcasts.read")}</HeadCell>
        <HeadCell>{t("broadcasts.error")}</HeadCell>
        <HeadCell numeric>{t("broadcasts.amount")}</HeadCell>
        <HeadCell>{t("whatsapp.paidFrom")}</HeadCell>
        <HeadCell>
          <span className="sr-only">{t("whatsapp.why")}</span>
        </HeadCell>
      </tr>
    </thead>
  );
}

const TONES: Record<MessageStatus, Tone> = {
  pending: "neutral",
  sent: "neutral",
  delivered: "info",
  read: "good",
  failed: "bad",
};

async function RecipientRow(props: {
  readonly recipient: Recipient;
  readonly frame: Frame;
  readonly path: string;
}) {
  const { recipient, frame, path } = props;
  const [t, locale] = await Promise.all([getTranslations("reports"), getLocale()]);
  const time = (at: Date | null) => (at ? formatLocalTime(at, frame.timeZone, locale) : "–");
  return (
    <Row>
      <RowHead>
        <Contact contact={recipient.contact} />
      </RowHead>
      <Cell>{recipient.market ?? "–"}</Cell>
      <Cell>
        <Badge tone={TONES[recipient.status]}>{t(`status.${recipient.status}`)}</Badge>
      </Cell>
      <Cell className="figures whitespace-nowrap">{time(recipient.sentAt)}</Cell>
      <Cell className="figures whitespace-nowrap">{time(recipient.deliveredAt)}</Cell>
      <Cell className="figures whitespace-nowrap">{time(recipient.readAt)}</Cell>
      <Cell className="max-w-48">
        {recipient.status === "failed"
          ? [recipient.errorCode, recipient.errorTitle].filter(Boolean).join(" · ") || "–"
          : "–"}
      </Cell>
      <Cell numeric className="font-medium">
        {formatAmount(recipient.amount, frame.currency, locale)}
      </Cell>
      <Cell>{t(`paid.${recipient.paidFrom}`)}</Cell>
      <Cell className="w-10 text-right">
        <Link
          href={`${path}/messages/${formatCursor(recipient.cursor)}` as Route}
          prefetch={false}
          aria-label={`${t("whatsapp.why")} ${recipient.contact}`}
          className="inline-grid size-8 place-items-center rounded-md text-ink-faint hover:bg-line hover:text-ink"
        >
          <ChevronRight aria-hidden className="size-4" />
        </Link>
      </Cell>
    </Row>
  );
}

async function RecipientPager(props: {
  readonly detail: BroadcastDetail;
  readonly path: string;
  readonly row: number;
}) {
  const [t, locale] = await Promise.all([getTranslations("reports.pager"), getLocale()]);
  const { detail, path, row } = props;
  const { recipients, broadcast } = detail;
  const end = row + recipients.length - 1;
  const first = recipients[0];
  const last = recipients.at(-1);
  const units = (value: number) => formatUnits(value, locale);
  return (
    <Pager
      label={t("label")}
      shown={
        recipients.length === 0
          ? t("none")
          : t("rows", { first: units(row), last: units(end), total: units(broadcast.recipients) })
      }
      links={{
        first: row > 1 ? path : null,
        previous:
          row > 1 && first
            ? `${path}?row=${Math.max(1, row - RECIPIENTS_PER_PAGE)}&before=${formatCursor(first.cursor)}`
            : null,
        next:
          last && end < broadcast.recipients
            ? `${path}?row=${end + 1}&after=${formatCursor(last.cursor)}`
            : null,
        last: null,
      }}
      words={{ first: t("first"), previous: t("previous"), next: t("next"), last: t("last") }}
    />
  );
}
