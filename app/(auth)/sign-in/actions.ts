"use server";

import type { Route } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { isOwnRequest } from "@/lib/auth/authorize";
import { browserName, keepSession } from "@/lib/auth/browser";
import { secondStepInput, signInInput } from "@/lib/auth/input";
import { logIn, logInWithCode, ticketOf } from "@/lib/auth/log-in";
import { safeNext } from "@/lib/auth/rules";
import { Refusal } from "@/lib/errors";
import { currentRequest } from "@/lib/request";

export type SignInState = {
  readonly problem: { readonly title: string; readonly text: string } | null;
  /** What was typed, so that it need not be typed again. Never the password. */
  readonly email: string;
  /** Set once the password was right and the second factor's code is asked for. */
  readonly ticket: string | null;
};

/** Logs in, in one step or two, and goes where the visitor wanted to go. */
export async function signInAction(previous: SignInState, formData: FormData): Promise<SignInState> {
  if (!(await isOwnRequest())) return { ...previous, problem: await words("foreign") };
  const fields = Object.fromEntries(formData);
  const step = secondStepInput.safeParse(fields);
  const form = signInInput.safeParse(fields);
  const email = form.success ? form.data.email : "";
  if (!form.success) return { problem: await words("wrong"), email, ticket: null };
  const visit = { address: currentRequest()?.address ?? null, userAgent: await browserName() };
  try {
    const { sessionId } = await (step.success
      ? logInWithCode({ ...step.data, ...visit })
      : logIn({ ...form.data, ...visit }));
    await keepSession(sessionId);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refused(error, email, step.success ? step.data.ticket : null);
  }
  redirect((safeNext(formData.get("next")) ?? "/") as Route);
}

async function refused(refusal: Refusal, email: string, sent: string | null): Promise<SignInState> {
  const ticket = ticketOf(refusal);
  if (refusal.code === "rate_limited") {
    const minutes = Math.ceil((refusal.extras.retryAfterSeconds ?? 0) / 60);
    return { problem: await words("throttled", minutes), email, ticket: sent };
  }
  if (ticket) return { problem: sent ? await words("code") : null, email, ticket };
  return { problem: await words(sent ? "over" : "wrong"), email, ticket: null };
}

async function words(fault: "wrong" | "throttled" | "foreign" | "code" | "over", minutes = 0) {
  const t = await getTranslations("auth.signIn.faults");
  return { title: t(`${fault}.title`), text: t(`${fault}.text`, { minutes }) };
}
