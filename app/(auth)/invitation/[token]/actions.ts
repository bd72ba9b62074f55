"use server";

import type { Route } from "next";
import { forbidden, redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { isOwnRequest, requireUser } from "@/lib/auth/authorize";
import { browserName, keepSession } from "@/lib/auth/browser";
import { newPasswordInput, personNameInput } from "@/lib/auth/input";
import { acceptAsNewUser, acceptAsUser } from "@/lib/auth/members/invitations";
import { passwordFault } from "@/lib/auth/rules";
import { Refusal } from "@/lib/errors";

export type JoinState = {
  readonly nameFault: string | null;
  readonly passwordFault: string | null;
  /** What was typed. Never the password. */
  readonly name: string;
};

/** Accepts as somebody new: name and password in, logged in and a member out. */
export async function joinAction(
  token: string,
  email: string,
  _previous: JoinState,
  formData: FormData,
): Promise<JoinState> {
  if (!(await isOwnRequest())) forbidden();
  const t = await getTranslations("auth");
  const typedName = String(formData.get("name") ?? "").slice(0, 200);
  const name = personNameInput.safeParse(typedName);
  const password = String(formData.get("password") ?? "");
  const fault = newPasswordInput.safeParse(password).success ? passwordFault(password, email) : "too_short";
  if (!name.success || fault) {
    return {
      nameFault: name.success ? null : t("invitation.faults.name"),
      passwordFault: fault && t(`passwordFaults.${fault}`),
      name: typedName,
    };
  }
  let slug: string;
  try {
    const accepted = await acceptAsNewUser(token, { name: name.data, password }, await browserName());
    await keepSession(accepted.sessionId);
    slug = accepted.slug;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const words = error.code === "not_found" ? "invitation.over.title" : "invitation.faults.already";
    return { nameFault: null, passwordFault: t(words), name: typedName };
  }
  redirect(`/o/${slug}` as Route);
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
