"use server";

import { getTranslations } from "next-intl/server";
import { requireUser } from "@/lib/auth/authorize";
import { browserName, keepSession } from "@/lib/auth/browser";
import { secondFactorInput } from "@/lib/auth/input";
import {
  resumeSecondFactor,
  turnOffSecondFactor,
  turnOnSecondFactor,
  wrongPartOf,
} from "@/lib/auth/second-factor";
import { Refusal } from "@/lib/errors";
import { type Drawing, drawEnrolment } from "./qr-code";

/** What the section shows: the QR code to scan, or what came of the form. */
export type SecondFactorState = {
  readonly isOn: boolean;
  /** Null while the second factor is on. */
  readonly drawing: Drawing | null;
  readonly done: string | null;
  readonly faults: Readonly<Partial<Record<"password" | "code", string>>>;
  /** Shown this once. */
  readonly recoveryCodes: readonly string[];
};

/** Turns the second factor on or off, whichever it is not; every other log-in ends, and this browser gets a new one. */
export async function secondFactorAction(
  previous: SecondFactorState,
  formData: FormData,
): Promise<SecondFactorState> {
  const user = await requireUser();
  const t = await getTranslations("auth.account");
  const { sealed, ...given } = secondFactorInput.parse(Object.fromEntries(formData));
  const unchanged = { ...previous, done: null, recoveryCodes: [] };
  try {
    if (sealed === "") {
      await keepSession(await turnOffSecondFactor(user, given, await browserName()));
      const drawing = drawEnrolment(resumeSecondFactor(user, ""));
      return { isOn: false, drawing, done: t("turnedOff"), faults: {}, recoveryCodes: [] };
    }
    const { recoveryCodes, sessionId } = await turnOnSecondFactor(
      user,
      { ...given, sealed },
      await browserName(),
    );
    await keepSession(sessionId);
    return { isOn: true, drawing: null, done: t("turnedOn"), faults: {}, recoveryCodes };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const drawing = sealed === "" ? null : drawEnrolment(resumeSecondFactor(user, sealed));
    return { ...unchanged, isOn: sealed === "", drawing, faults: faultsOf(error, t) };
  }
}

type Words = Awaited<ReturnType<typeof getTranslations<"auth.account">>>;

function faultsOf(refusal: Refusal, t: Words): SecondFactorState["faults"] {
  if (refusal.code === "rate_limited") return { password: t("throttled") };
  if (refusal.code === "conflict") return { code: t("secondFactorConflict") };
  return wrongPartOf(refusal) === "code" ? { code: t("codeWrong") } : { password: t("currentWrong") };
}
