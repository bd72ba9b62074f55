import "server-only";
import { inOrganization } from "@/db/client";
import type { OccurrenceType } from "@/db/schema/alerts";
import { writeAudit } from "@/lib/audit/audit";
import { type PersonInCharge, peopleOf } from "@/lib/auth/members/members";
import type { Scope } from "@/lib/auth/scope";
import { Refusal } from "@/lib/errors";
import type { Locale } from "@/lib/i18n/locale";
import { type Organization, readOrganization } from "@/lib/organizations/organizations";
import { systemNow } from "@/lib/time/clock";
import type { AlertSettingsInput } from "./input";
import { DEFAULT_LOW, DEFAULT_MAIL_TYPES, type LowBelow } from "./rules";
import { forgetSeen, type SettingsRow, selectSettings, upsertSettings } from "./store";

/** From where on something is low, and who gets a mail about what. */
export type AlertSettings = {
  readonly low: LowBelow;
  readonly mailTypes: readonly OccurrenceType[];
  /** Of the members, those who get the mails. */
  readonly memberIds: readonly number[];
  readonly addresses: readonly string[];
};

/** The settings, and the members to choose from. Until somebody chooses, the owners get the mails. */
export async function readAlertSettings(
  scope: Scope<"alerts:manage">,
): Promise<AlertSettings & { readonly people: readonly PersonInCharge[] }> {
  const { organizationId } = scope;
  return inOrganization(organizationId, async (tx) => {
    const [organization, people, [row]] = await Promise.all([
      readOrganization(tx, organizationId),
      peopleOf(tx, organizationId),
      selectSettings(tx, [organizationId]),
    ]);
    return { ...settingsOf(organization, row, people), people };
  });
}

/**
 * Changes the settings. What is low by the new ones and was not, or no longer is, is told like any other crossing.
 *
 * @param locale the language of mails to addresses that are no member's: that of whoever saves
 * @throws Refusal invalid_input when one of the members is none
 */
export async function saveAlertSettings(
  scope: Scope<"alerts:manage">,
  wanted: AlertSettingsInput,
  locale: Locale,
): Promise<void> {
  const { organizationId, actor } = scope;
  await inOrganization(organizationId, async (tx) => {
    const organization = await readOrganization(tx, organizationId);
    const people = await peopleOf(tx, organizationId);
    const [row] = await selectSettings(tx, [organizationId]);
    if (wanted.members.some((id) => !people.some(({ userId }) => userId === id))) {
      throw new Refusal("invalid_input", "Somebody you chose is not a member any more. Load the page again.");
    }
    const before = settingsOf(organization, row, people);
    await upsertSettings(tx, {
      organizationId,
      lowPercent: wanted.low_percent,
      // An amount of 0 is no threshold: used up comes first.
      lowAmountMicros: wanted.low_amount || null,
      mailTypes: wanted.mail_types,
      memberIds: wanted.members,
      addresses: wanted.addresses,
      locale,
      updatedAt: systemNow(),
    });
    await forgetSeen(tx, organizationId);
    const [after] = await selectSettings(tx, [organizationId]);
    await writeAudit(tx, {
      actor,
      organizationId,
      action: "alerts.changed",
      subject: "alerts",
      before: listed(before),
      after: listed(settingsOf(organization, after, people)),
    });
  });
}

/** Who gets mails, with their language: members who chose none, and others, read that of the settings. */
export function recipientsOf(
  { memberIds, addresses }: AlertSettings,
  people: readonly PersonInCharge[],
  locale: Locale,
): { readonly email: string; readonly locale: Locale }[] {
  const chosen = people
    .filter(({ userId }) => memberIds.includes(userId))
    .map((person) => ({ email: person.email, locale: person.locale ?? locale }));
  const others = addresses
    .filter((address) => !chosen.some(({ email }) => email === address))
    .map((email) => ({ email, locale }));
  return [...chosen, ...others];
}

/** The settings of an organization: as saved, or the defaults, by which nobody is mailed about a test organization. */
export function settingsOf(
  { mode }: Pick<Organization, "mode">,
  row: SettingsRow | undefined,
  people: readonly PersonInCharge[],
): AlertSettings {
  if (!row) {
    const owners = mode === "live" ? people.filter(({ role }) => role === "owner") : [];
    return {
      low: DEFAULT_LOW,
      mailTypes: DEFAULT_MAIL_TYPES,
      memberIds: owners.map(({ userId }) => userId),
      addresses: [],
    };
  }
  return {
    low: { percent: row.lowPercent, amount: row.lowAmountMicros },
    mailTypes: row.mailTypes,
    memberIds: row.memberIds.filter((id) => people.some(({ userId }) => userId === id)),
    addresses: row.addresses,
  };
}

function listed({ low, mailTypes, memberIds, addresses }: AlertSettings): Record<string, unknown> {
  return {
    low_percent: low.percent,
    low_amount: low.amount,
    mail_types: mailTypes,
    members: memberIds.map((id) => `user:${id}`),
    addresses,
  };
}
