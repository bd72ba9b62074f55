import { Mail, Users } from "lucide-react";
import { getLocale, getTranslations } from "next-intl/server";
import { ActionForm, SelectField, TextField } from "@/components/forms/action-form";
import { ConfirmAction } from "@/components/forms/confirm-action";
import type { FormAction } from "@/components/forms/form-state";
import { Badge } from "@/components/ui/badge";
import { Card, Section } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Field, Input } from "@/components/ui/field";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import type { Role } from "@/db/schema/access";
import { formatDay, formatInstant } from "@/lib/i18n/format";
import { dayOf } from "@/lib/time/period";
import { RoleForm } from "./role-form";

const ROLES = ["owner", "admin", "supervisor", "agent"] as const satisfies readonly Role[];

export type ListedMember = {
  readonly userId: number;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly since: Date;
  readonly hasSecondFactor: boolean;
};
export type ListedInvitation = {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly expiresAt: Date;
};

/** What may be done with the list; null: it is only looked at. */
export type MemberActions = {
  readonly invite: FormAction;
  readonly changeRole: FormAction;
  readonly remove: FormAction;
  readonly revokeInvitation: FormAction;
  /** For staff: when somebody has lost phone and recovery codes. */
  readonly resetSecondFactor?: FormAction;
};

/** Who is in the organization, who is invited, and the form that invites. */
export async function MemberLists(props: {
  readonly members: readonly ListedMember[];
  readonly invitations: readonly ListedInvitation[];
  readonly timeZone: string;
  /** Who looks, if a member. */
  readonly self: number | null;
  readonly actions: MemberActions | null;
}) {
  const { actions, members, invitations } = props;
  const [t, r] = await Promise.all([getTranslations("settings.members"), getTranslations("auth.roles")]);
  const roles = ROLES.map((value) => ({ value, label: r(value) }));
  return (
    <div className="grid grid-cols-1 gap-10">
      {actions && (
        <Section id="invite" title={t("invite")} description={t("inviteText")}>
          <Card className="p-5">
            <ActionForm
              action={actions.invite}
              submit={t("send")}
              className="sm:grid-cols-[minmax(0,1fr)_14rem]"
            >
              <TextField name="email" type="email" label={t("email")} required />
              <SelectField name="role" label={t("role")} options={roles} defaultValue="agent" />
            </ActionForm>
            <dl className="mt-4 grid gap-x-6 gap-y-1 border-t border-line pt-4 text-xs text-ink-faint sm:grid-cols-2">
              {ROLES.map((role) => (
                <div key={role}>
                  <dt className="inline font-medium text-ink-soft">{r(role)}</dt>
                  <dd className="inline"> – {t(`roles.${role}`)}</dd>
                </div>
              ))}
            </dl>
          </Card>
        </Section>
      )}
      <Section id="members" title={t("title", { count: members.length })}>
        <Card>
          {members.length === 0 ? (
            <EmptyState icon={<Users />} title={t("none")} />
          ) : (
            <Table caption={t("caption")} minWidth="44rem">
              <thead>
                <tr>
                  <HeadCell>{t("name")}</HeadCell>
                  <HeadCell>{t("since")}</HeadCell>
                  <HeadCell>{t("role")}</HeadCell>
                  {actions && (
                    <HeadCell numeric>
                      <span className="sr-only">{t("actions")}</span>
                    </HeadCell>
                  )}
                </tr>
              </thead>
              <tbody>
                {members.map((member) => (
                  <MemberLine
                    key={member.userId}
                    member={member}
                    timeZone={props.timeZone}
                    isSelf={member.userId === props.self}
                    roles={roles}
                    actions={actions}
                  />
                ))}
              </tbody>
            </Table>
          )}
        </Card>
      </Section>
      {invitations.length > 0 && (
        <Section id="invitations" title={t("open")} description={t("openText")}>
          <Invitations invitations={invitations} timeZone={props.timeZone} actions={actions} />
        </Section>
      )}
    </div>
  );
}

async function MemberLine(props: {
  readonly member: ListedMember;
  readonly timeZone: string;
  readonly isSelf: boolean;
  readonly roles: readonly { readonly value: Role; readonly label: string }[];
  readonly actions: MemberActions | null;
}) {
  const [t, locale] = await Promise.all([getTranslations("settings.members"), getLocale()]);
  const { member, actions, isSelf, roles } = props;
  const { userId, name, email, role, since } = member;
  return (
    <Row>
      <RowHead className="wrap-anywhere min-w-48">
        <span className="font-medium">{name}</span>
        {isSelf && (
          <span className="ml-2 inline-block">
            <Badge>{t("you")}</Badge>
          </span>
        )}
        {member.hasSecondFactor && (
          <span className="ml-2 inline-block">
            <Badge tone="good">{t("secondFactor")}</Badge>
          </span>
        )}
        <span className="block text-ink-faint">{email}</span>
      </RowHead>
      <Cell className="figures whitespace-nowrap">{formatDay(dayOf(since, props.timeZone), locale)}</Cell>
      <Cell>
        {actions ? (
          <RoleForm
            action={actions.changeRole}
            userId={userId}
            role={role}
            roles={roles}
            label={t("roleOf", { name })}
            submit={t("change")}
          />
        ) : (
          roles.find(({ value }) => value === role)?.label
        )}
      </Cell>
      {actions && (
        <Cell numeric>
          {actions.resetSecondFactor && member.hasSecondFactor && (
            <ResetSecondFactor action={actions.resetSecondFactor} member={member} />
          )}
          {!isSelf && (
            <ConfirmAction
              action={actions.remove}
              label={t("removeWhom", { name })}
              words={{
                ask: t("remove"),
                title: t("removeTitle", { name }),
                text: t("removeText"),
                confirm: t("remove"),
                cancel: t("cancel"),
              }}
            >
              <input type="hidden" name="user" value={userId} />
            </ConfirmAction>
          )}
        </Cell>
      )}
    </Row>
  );
}

async function ResetSecondFactor(props: { readonly action: FormAction; readonly member: ListedMember }) {
  const t = await getTranslations("settings.members");
  const { name, userId } = props.member;
  const reason = `reset-reason-${userId}`;
  return (
    <span className="mr-2 inline-block">
      <ConfirmAction
        action={props.action}
        label={t("resetFactorWhom", { name })}
        words={{
          ask: t("resetFactor"),
          title: t("resetFactorTitle", { name }),
          text: t("resetFactorText"),
          confirm: t("resetFactor"),
          cancel: t("cancel"),
        }}
      >
        <input type="hidden" name="user" value={userId} />
        <Field label={t("resetFactorReason")} htmlFor={reason}>
          <Input id={reason} name="reason" maxLength={300} required autoComplete="off" />
        </Field>
      </ConfirmAction>
    </span>
  );
}

async function Invitations(props: {
  readonly invitations: readonly ListedInvitation[];
  readonly timeZone: string;
  readonly actions: MemberActions | null;
}) {
  const [t, r, locale] = await Promise.all([
    getTranslations("settings.members"),
    getTranslations("auth.roles"),
    getLocale(),
  ]);
  return (
    <Card>
      <ul className="divide-y divide-line">
        {props.invitations.map(({ id, email, role, expiresAt }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
            <Mail aria-hidden className="size-4 shrink-0 text-ink-faint" />
            <div className="min-w-0 flex-1">
              <p className="font-medium break-all">{email}</p>
              <p className="text-[0.8125rem] text-ink-faint">
                {t("openUntil", { role: r(role), time: formatInstant(expiresAt, props.timeZone, locale) })}
              </p>
            </div>
            {props.actions && (
              <ConfirmAction
                action={props.actions.revokeInvitation}
                label={t("revokeWhom", { email })}
                words={{
                  ask: t("revoke"),
                  title: t("revokeTitle", { email }),
                  text: t("revokeText"),
                  confirm: t("revoke"),
                  cancel: t("cancel"),
                }}
              >
                <input type="hidden" name="invitation" value={id} />
              </ConfirmAction>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
