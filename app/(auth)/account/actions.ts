"use server";

import type { Route } from "next";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { requireUser } from "@/lib/auth/authorize";
import { browserName, dropSession, keepSession } from "@/lib/auth/browser";
import { personNameInput } from "@/lib/auth/input";
import { logOutEverywhere, revokeSession } from "@/lib/auth/session";
import { changePassword, passwordFaultOf, setName } from "@/lib/auth/users";
import { Refusal } from "@/lib/errors";

/** What came of a form: said under the field it is about, or as done. */
export type FormState = {
  readonly done: string | null;
  readonly faults: Readonly<Record<string, string | undefined>>;
};

export async function setNameAction(_previous: FormState, formData: FormData): Promise<FormState> {
  const user = await requireUser();
  const t = await getTranslations("auth.account");
  const name = personNameInput.safeParse(formData.get("name"));
  if (!name.success) return { done: null, faults: { name: t("nameFault") } };
  await setName(user, name.data);
  revalidatePath("/", "layout");
  return { done: t("saved"), faults: {} };
}

/** Changes the password; every other log-in ends, and this browser gets a new one (P1). */
export async function changePasswordAction(_previous: FormState, formData: FormData): Promise<FormState> {
  const user = await requireUser();
  const t = await getTranslations("auth");
  const current = String(formData.get("current") ?? "");
  const next = String(formData.get("next") ?? "");
  try {
    await keepSession(await changePassword(user, { current, next }, await browserName()));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const fault = passwordFaultOf(error);
    if (fault) return { done: null, faults: { next: t(`passwordFaults.${fault}`) } };
    const words = error.code === "rate_limited" ? "account.throttled" : "account.currentWrong";
    return { done: null, faults: { current: t(words) } };
  }
  revalidatePath("/account");
  return { done: t("account.passwordChanged"), faults: {} };
}

export async function revokeSessionAction(sessionId: string): Promise<void> {
  const user = await requireUser();
  await revokeSession(user, sessionId);
  revalidatePath("/account");
}

export async function logOutEverywhereAction(): Promise<void> {
  const user = await requireUser();
  await logOutEverywhere(user);
  await dropSession();
  redirect("/sign-in" as Route);
}
