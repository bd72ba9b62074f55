"use server";

import type { Route } from "next";
import { forbidden, redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { isOwnRequest, requireUser } from "@/lib/auth/authorize";
import { browserName, keepSession } from "@/lib/auth/browser";
import { personNameInput } from "@/lib/auth/input";
import { acceptAsNewUser, acceptAsUser } from "@/lib/auth/members/invitations";
import { passwordFaultOf } from "@/lib/auth/users";
import { Refusal } from "@/lib/errors";
import { isLocale } from "@/lib/i18n/locale";

export type JoinState = {
  readonly nameFault: string | null;
  readonly passwordFault: string | null;
  /** What was typed. Never the password. */
  readonly name: string;
};

/** Accepts as somebody new: name and password in, logged in and a member out. */
export async function joinAction(_previous: JoinState, formData: FormData): Promise<JoinState> {
  if (!(await isOwnRequest())) forbidden();
  const t = await getTranslations("auth");
  const typedName = String(formData.get("name") ?? "").slice(0, 200);
  const name = personNameInput.safeParse(typedName);
  if (!name.success) return { nameFault: t("invitation.faults.name"), passwordFault: null, name: typedName };
  const locale = await getLocale();
  const password = String(formData.get("password") ?? "");
  const chosen = { name: name.data, password, locale: isLocale(locale) ? locale : null };
  let slug: string;
  try {
    const accepted = await acceptAsNewUser(String(formData.get("token")), chosen, await browserName());
    await keepSession(accepted.sessionId);
    slug = accepted.slug;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { nameFault: null, passwordFault: t(wordsFor(error)), name: typedName };
  }
  redirect(`/o/${slug}` as Route);
}

function wordsFor(refusal: Refusal) {
  const fault = passwordFaultOf(refusal);
  if (fault) return `passwordFaults.${fault}` as const;
  return refusal.code === "not_found" ? "invitation.over.title" : "invitation.faults.already";
}

/** Accepts with the account that is logged in. A link that no longer works shows so on its own page. */
export async function acceptWithAccountAction(token: string): Promise<void> {
  const user = await requireUser();
  let destination = `/invitation/${encodeURIComponent(token)}`;
  try {
    destination = `/o/${(await acceptAsUser(token, user)).slug}`;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  redirect(destination as Route);
}
