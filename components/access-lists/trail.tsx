import { ScrollText } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { EmptyState } from "@/components/ui/empty-state";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import type { TrailEntry } from "@/lib/back-office/trail";
import { formatInstant } from "@/lib/i18n/format";
import { isLocale } from "@/lib/i18n/locale";
import { shownValue } from "./trail-values";

/** The audit log: when, who and from where, what, and what was before and after. */
export async function TrailTable(props: {
  readonly entries: readonly TrailEntry[];
  readonly timeZone: string;
  /** Where an organization's name leads; left out in its own log. */
  readonly organizationPath?: string;
  /** How a purchase is named. */
  readonly purchaseName: (number: number) => string;
}) {
  const [t, locale] = await Promise.all([getTranslations("settings.trail"), getLocale()]);
  if (props.entries.length === 0) {
    return <EmptyState icon={<ScrollText />} title={t("none")} />;
  }
  return (
    <Table caption={t("title")} minWidth="62rem">
      <thead>
        <tr>
          <HeadCell>{t("when")}</HeadCell>
          <HeadCell>{t("who")}</HeadCell>
          <HeadCell>{t("what")}</HeadCell>
          <HeadCell>{t("change")}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {props.entries.map((entry) => (
          <Row key={`${entry.organization?.slug ?? ""}-${entry.id}`}>
            <RowHead className="figures align-top whitespace-nowrap">
              {formatInstant(entry.at, props.timeZone, locale)}
              {entry.address && <span className="block text-xs text-ink-faint">{entry.address}</span>}
            </RowHead>
            <Cell className="align-top">
              <Doer entry={entry} />
            </Cell>
            <Cell className="align-top">
              <ActionName action={entry.action} />
              {entry.about && <span className="block text-xs wrap-anywhere">{entry.about}</span>}
              {entry.purchase !== null && (
                <span className="figures block text-xs">{props.purchaseName(entry.purchase)}</span>
              )}
              <span className="block text-xs break-all text-ink-faint">{entry.subject}</span>
              {props.organizationPath && entry.organization && (
                <Link
                  href={`${props.organizationPath}/${entry.organization.slug}` as Route}
                  className="block text-xs text-link hover:underline"
                >
                  {entry.organization.name}
                </Link>
              )}
            </Cell>
            <Cell className="align-top">
              {entry.reason && <p className="wrap-anywhere text-ink-soft">“{entry.reason}”</p>}
              <Difference before={entry.before} after={entry.after} timeZone={props.timeZone} />
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}

async function ActionName({ action }: { readonly action: string }) {
  const t = await getTranslations("settings.trail");
  const key = `actions.${action.replace(".", "_")}`;
  return <span className="font-medium">{t.has(key as never) ? t(key as never) : action}</span>;
}

async function Doer({ entry: { doer } }: { readonly entry: TrailEntry }) {
  const t = await getTranslations("settings.trail");
  if (doer.kind === "person") {
    return (
      <>
        {doer.name}
        <span className="block text-xs text-ink-faint">{doer.isStaff ? t("staff") : doer.email}</span>
      </>
    );
  }
  if (doer.kind === "key") {
    return (
      <>
        {t("key", { name: doer.name })}
        <code className="block text-xs text-ink-faint">{doer.prefix}…</code>
      </>
    );
  }
  return <span className="text-ink-soft">{t("system", { name: doer.name })}</span>;
}

/** Field by field what was before and after, as far as it changed. */
async function Difference(props: {
  readonly before: unknown;
  readonly after: unknown;
  readonly timeZone: string;
}) {
  const [t, events, given] = await Promise.all([
    getTranslations("settings.trail"),
    getTranslations("alerts.types"),
    getLocale(),
  ]);
  const [old, now] = [fields(props.before), fields(props.after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]),
  );
  if (names.length === 0) return null;
  const label = (name: string) => {
    const key = `fields.${name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)}`;
    return t.has(key as never) ? t(key as never) : name;
  };
  const word = (text: string) => {
    const key = `values.${text}`;
    if (t.has(key as never)) return t(key as never);
    const event = text.replace(".", "_");
    return events.has(event as never) ? events(event as never) : null;
  };
  const shown = (name: string, value: unknown) =>
    shownValue(name, value, { locale: isLocale(given) ? given : "en", timeZone: props.timeZone, word });
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-xs">
      {names.map((name) => (
        <div key={name} className="contents">
          <dt className="text-ink-faint">{label(name)}</dt>
          <dd className="wrap-anywhere">
            {name in old && <del className="text-ink-faint">{shown(name, old[name])}</del>}
            {name in old && name in now && " → "}
            {name in now && <ins className="no-underline">{shown(name, now[name])}</ins>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function fields(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined),
  );
}
