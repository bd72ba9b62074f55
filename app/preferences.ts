"use server";

import type { Route } from "next";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { THEME_COOKIE } from "@/components/shell/theme";
import { currentUser, isOwnRequest, requireUser } from "@/lib/auth/authorize";
import { dropSession } from "@/lib/auth/browser";
import { revokeSession } from "@/lib/auth/session";
import { setLocale } from "@/lib/auth/users";
import { isLocale, LOCALE_COOKIE } from "@/lib/i18n/locale";

const ONE_YEAR = 31_536_000;

/** Remembers the theme in this browser; "system" forgets it. */
export async function rememberTheme(choice: string): Promise<void> {
  if (!(await isOwnRequest())) return;
  const jar = await cookies();
  if (choice === "light" || choice === "dark") {
    jar.set(THEME_COOKIE, choice, { path: "/", maxAge: ONE_YEAR, sameSite: "lax" });
  } else {
    jar.delete(THEME_COOKIE);
  }
}

/** Changes the language: of the person where one is logged in, and of this browser. */
export async function chooseLanguage(form: FormData): Promise<void> {
  const locale = form.get("locale");
  if (!isLocale(locale) || !(await isOwnRequest())) return;
  (await cookies()).set(LOCALE_COOKIE, locale, { path: "/", maxAge: ONE_YEAR, sameSite: "lax" });
  const user = await currentUser();
  if (user) await setLocale(user, locale);
}

/** Ends this log-in at once, here and in the database (P1). */
export async function logOut(): Promise<void> {
  const user = await requireUser();
  await revokeSession(user, user.sessionId);
  await dropSession();
  redirect("/sign-in" as Route);
}
