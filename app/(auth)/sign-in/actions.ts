"use server";

import type { Route } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { isOwnRequest } from "@/lib/auth/authorize";
import { browserName, keepSession } from "@/lib/auth/browser";
import { signInInput } from "@/lib/auth/input";
import { logIn } from "@/lib/auth/log-in";
import { safeNext } from "@/lib/auth/rules";
import { Refusal } from "@/lib/errors";
import { currentRequest } from "@/lib/request";

export type SignInState = {
  readonly problem: { readonly title: string; readonly text: string } | null;
  /** What was typed, so that it need not be typed again. Never the password. */
  readonly email: string;
};

/** Logs in and goes where the visitor wanted to go. */
export async function signInAction(_previous: SignInState, formData: FormData): Promise<SignInState> {
  const form = signInInput.safeParse(Object.fromEntries(formData));
  const email = form.success ? form.data.email : "";
  if (!(await isOwnRequest())) return { problem: await words("foreign"), email };
  if (!form.success) return { problem: await words("wrong"), email };
  try {
    const address = currentRequest()?.address ?? null;
    const { sessionId } = await logIn({ ...form.data, address, userAgent: await browserName() });
    await keepSession(sessionId);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const minutes = Math.ceil((error.extras.retryAfterSeconds ?? 0) / 60);
    return { problem: await words(error.code === "rate_limited" ? "throttled" : "wrong", minutes), email };
  }
  redirect((safeNext(formData.get("next")) ?? "/") as Route);
}

async function words(fault: "wrong" | "throttled" | "foreign", minutes = 0) {
  const t = await getTranslations("auth.signIn.faults");
  return { title: t(`${fault}.title`), text: t(`${fault}.text`, { minutes }) };
}
