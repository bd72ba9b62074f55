import { KeyRound } from "lucide-react";
import { getLocale, getTranslations } from "next-intl/server";
import { ActionForm, CheckboxGroup, TextField } from "@/components/forms/action-form";
import { ConfirmAction } from "@/components/forms/confirm-action";
import type { FormAction } from "@/components/forms/form-state";
import { Badge } from "@/components/ui/badge";
import { Card, Section } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import type { KeyScope } from "@/db/schema/access";
import { formatInstant } from "@/lib/i18n/format";

export type ListedKey = {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly KeyScope[];
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
};

/** The keys of an organization, and the form that makes one. */
export async function KeyLists(props: {
  readonly keys: readonly ListedKey[];
  readonly timeZone: string;
  /** What a new key may be given. */
  readonly scopes: readonly KeyScope[];
  /** Null: the list is only looked at. */
  readonly actions: { readonly create: FormAction; readonly revoke: FormAction } | null;
}) {
  const t = await getTranslations("settings.keys");
  const { actions, keys } = props;
  return (
    <div className="grid grid-cols-1 gap-10">
      {actions && (
        <Section id="new-key" title={t("new")} description={t("newText")}>
          <Card className="p-5">
            <ActionForm
              action={actions.create}
              submit={t("create")}
              secretWords={{
                title: t("secret.title"),
                text: t("secret.text"),
                label: t("secret.label"),
                copy: t("secret.copy"),
                copied: t("secret.copied"),
              }}
            >
              <TextField name="name" label={t("name")} hint={t("nameHint")} className="max-w-md" required />
              <CheckboxGroup
                name="scopes"
                legend={t("scopes")}
                options={props.scopes.map((value) => ({
                  value,
                  label: value,
                  text: t(`scope.${value.replace(":", "-") as "admin"}`),
                }))}
              />
            </ActionForm>
          </Card>
        </Section>
      )}
      <Section id="keys" title={t("title")}>
        <Card>
          {keys.length === 0 ? (
            <EmptyState icon={<KeyRound />} title={t("none")}>
              {t("noneText")}
            </EmptyState>
          ) : (
            <Table caption={t("title")} minWidth="52rem">
              <thead>
                <tr>
                  <HeadCell>{t("name")}</HeadCell>
                  <HeadCell>{t("scopes")}</HeadCell>
                  <HeadCell>{t("created")}</HeadCell>
                  <HeadCell>{t("lastUsed")}</HeadCell>
                  {actions && (
                    <HeadCell numeric>
                      <span className="sr-only">{t("revoke")}</span>
                    </HeadCell>
                  )}
                </tr>
              </thead>
              <tbody>
                {keys.map((key) => (
                  <KeyLine
                    key={key.id}
                    listed={key}
                    timeZone={props.timeZone}
                    revoke={actions?.revoke ?? null}
                  />
                ))}
              </tbody>
            </Table>
          )}
        </Card>
      </Section>
    </div>
  );
}

async function KeyLine(props: {
  readonly listed: ListedKey;
  readonly timeZone: string;
  readonly revoke: FormAction | null;
}) {
  const [t, locale] = await Promise.all([getTranslations("settings.keys"), getLocale()]);
  const { id, name, prefix, scopes, createdAt, lastUsedAt, revokedAt } = props.listed;
  const time = (at: Date) => formatInstant(at, props.timeZone, locale);
  return (
    <Row>
      <RowHead className="wrap-anywhere min-w-48">
        <span className={revokedAt ? "text-ink-faint line-through" : "font-medium"}>{name}</span>
        <code className="block text-xs text-ink-faint">{prefix}…</code>
      </RowHead>
      <Cell>
        <span className="flex flex-wrap gap-1">
          {scopes.map((scope) => (
            <code key={scope} className="rounded border border-line bg-sunken px-1.5 text-xs leading-5">
              {scope}
            </code>
          ))}
        </span>
      </Cell>
      <Cell className="figures whitespace-nowrap">{time(createdAt)}</Cell>
      <Cell className="figures whitespace-nowrap">
        {lastUsedAt ? time(lastUsedAt) : <span className="text-ink-faint">{t("never")}</span>}
      </Cell>
      {props.revoke && (
        <Cell numeric>
          {revokedAt ? (
            <Badge>{t("revoked")}</Badge>
          ) : (
            <ConfirmAction
              action={props.revoke}
              label={t("revokeWhich", { name })}
              words={{
                ask: t("revoke"),
                title: t("revokeTitle", { name }),
                text: t("revokeText"),
                confirm: t("revoke"),
                cancel: t("cancel"),
              }}
            >
              <input type="hidden" name="key" value={id} />
            </ConfirmAction>
          )}
        </Cell>
      )}
    </Row>
  );
}
