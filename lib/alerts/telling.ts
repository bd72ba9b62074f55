import "server-only";
import { acrossOrganizations, type Transaction } from "@/db/client";
import { peopleOf } from "@/lib/auth/members/members";
import { DEFAULT_LOCALE } from "@/lib/i18n/locale";
import { queueMail } from "@/lib/mail/mail";
import { forgetTold, markTold, takeUntold, type Untold } from "@/lib/occurrences/occurrences";
import { readOrganization } from "@/lib/organizations/organizations";
import { isStopping } from "@/lib/shutdown";
import { recipientsOf, settingsOf } from "./alerts";
import { composeAlert } from "./letters";
import { DEFAULT_MAIL_TYPES, isMailed } from "./rules";
import { type SettingsRow, selectSettings } from "./store";
import { insertDeliveries, selectEnabledEndpoints } from "./webhooks/store";

/** How many one transaction tells of. */
const AT_ONCE = 100;
/** For how long what was told is kept, with its deliveries. */
const KEPT_DAYS = 90;

/**
 * Writes down mails and webhooks for what happened, once, together: a crash before the commit leaves it untold, and it
 * is told then. Sending is the timers' of mails and webhooks. Any number of processes may call it at once.
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
  for (const occurrence of untold) {
    await mailAbout(
      tx,
      occurrence,
      settings.find(({ organizationId }) => organizationId === occurrence.organizationId),
    );
  }
  await markTold(tx, untold, now);
  return untold.length;
}

async function mailAbout(tx: Transaction, occurrence: Untold, row: SettingsRow | undefined): Promise<void> {
  const { organizationId, type, data } = occurrence;
  if (!isMailed(type, data.level, row?.mailTypes ?? DEFAULT_MAIL_TYPES)) return;
  const [organization, people] = await Promise.all([
    readOrganization(tx, organizationId),
    peopleOf(tx, organizationId),
  ]);
  const recipients = recipientsOf(
    settingsOf(organization, row, people),
    people,
    row?.locale ?? DEFAULT_LOCALE,
  );
  for (const { email, locale } of recipients) {
    const letter = await composeAlert(organization, { ...occurrence, type }, locale);
    await queueMail(tx, { organizationId, cause: `alert:${occurrence.id}`, recipient: email, ...letter });
  }
}
