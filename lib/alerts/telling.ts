import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { countAttempts } from "@/lib/attempts/attempts";
import { peopleOf } from "@/lib/auth/members/members";
import { DEFAULT_LOCALE, type Locale } from "@/lib/i18n/locale";
import { logNotice } from "@/lib/log";
import { queueMail } from "@/lib/mail/mail";
import { forgetTold, markTold, takeUntold, type Untold } from "@/lib/occurrences/occurrences";
import { type Organization, readOrganization } from "@/lib/organizations/organizations";
import { isStopping } from "@/lib/shutdown";
import { recipientsOf, settingsOf } from "./alerts";
import { composeAlert } from "./letters";
import { DEFAULT_MAIL_TYPES, isMailed } from "./rules";
import { type SettingsRow, selectSettings } from "./store";
import { insertDeliveries, selectEnabledEndpoints } from "./webhooks/store";

/** How many one transaction tells of. */
const AT_ONCE = 100;
/** Mails of one organization, to all its recipients together: a balance that swings floods nobody in its name. */
const MAIL_LIMIT = { attempts: 120, seconds: 3_600 };
/** For how long what was told is kept, with its deliveries. */
const KEPT_DAYS = 90;

/**
 * Writes down mails and webhooks for what happened, once, together: a crash before the commit leaves it untold, and it
 * is told then. Mails beyond 120 in an hour are left out; webhooks never. Sending is the timers' of mails and webhooks.
 * Any number of processes may call it at once.
 *
 * @returns how many occurrences were told
 */
export async function tellOccurrences(now: Date): Promise<number> {
  let told = 0;
  for (;;) {
    const some = await acrossOrganizations((tx) => tellSome(tx, now));
    told += some;
    if (some < AT_ONCE || isStopping()) return told;
  }
}

/** Forgets what was told long ago. @returns how many occurrences */
export async function forgetOldOccurrences(now: Date): Promise<number> {
  const before = new Date(now.getTime() - KEPT_DAYS * 86_400_000);
  return acrossOrganizations((tx) => forgetTold(tx, before, 5_000));
}

async function tellSome(tx: Transaction, now: Date): Promise<number> {
  const untold = await takeUntold(tx, AT_ONCE);
  if (untold.length === 0) return 0;
  const ids = [...new Set(untold.map(({ organizationId }) => organizationId))];
  const [endpoints, settings] = await Promise.all([selectEnabledEndpoints(tx, ids), selectSettings(tx, ids)]);
  const deliveries = untold.flatMap((occurrence) =>
    endpoints
      .filter(
        (endpoint) =>
          endpoint.organizationId === occurrence.organizationId &&
          endpoint.createdAt <= occurrence.recordedAt &&
          endpoint.types.some((type) => type === occurrence.type),
      )
      .map(({ organizationId, id }) => ({ organizationId, endpointId: id, occurrenceId: occurrence.id })),
  );
  await insertDeliveries(tx, deliveries, now);
  const mails: Mail[] = [];
  for (const occurrence of untold) {
    const row = settings.find(({ organizationId }) => organizationId === occurrence.organizationId);
    mails.push(...(await mailsAbout(tx, occurrence, row)));
  }
  for (const { organization, occurrence, email, locale } of await withinLimit(tx, mails)) {
    const letter = await composeAlert(organization, occurrence, locale);
    const { id: organizationId } = organization;
    await queueMail(tx, { organizationId, cause: `alert:${occurrence.id}`, recipient: email, ...letter });
  }
  await markTold(tx, untold, now);
  return untold.length;
}

/** One occurrence for one recipient. */
type Mail = {
  readonly organization: Organization;
  readonly occurrence: Parameters<typeof composeAlert>[1] & { readonly id: string };
  readonly email: string;
  readonly locale: Locale;
};

async function mailsAbout(
  tx: Transaction,
  occurrence: Untold,
  row: SettingsRow | undefined,
): Promise<Mail[]> {
  const { organizationId, type, data } = occurrence;
  if (!isMailed(type, data.level, row?.mailTypes ?? DEFAULT_MAIL_TYPES)) return [];
  const [organization, people] = await Promise.all([
    readOrganization(tx, organizationId),
    peopleOf(tx, organizationId),
  ]);
  const recipients = recipientsOf(
    settingsOf(organization, row, people),
    people,
    row?.locale ?? DEFAULT_LOCALE,
  );
  return recipients.map((recipient) => ({
    organization,
    occurrence: { ...occurrence, type },
    ...recipient,
  }));
}

/** Leaves out what is more than an organization may mail in an hour; the first time in the hour the log says so. */
async function withinLimit(tx: Transaction, mails: readonly Mail[]): Promise<Mail[]> {
  const ids = [...new Set(mails.map(({ organization }) => organization.id))];
  const byOrganization = ids.map((id) => ({
    organizationId: id,
    key: `alert-mails:organization:${id}`,
    theirs: mails.filter(({ organization }) => organization.id === id),
  }));
  const wishes = byOrganization.map(({ key, theirs }) => ({ key, ...MAIL_LIMIT, wanted: theirs.length }));
  const counted = await countAttempts(tx, wishes);
  return byOrganization.flatMap(({ organizationId, key, theirs }) => {
    const count = counted.get(key);
    if (count?.isExceededNow) logNotice("alerts.mails_limited", { organizationId });
    return theirs.slice(0, count?.allowed);
  });
}
