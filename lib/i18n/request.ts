import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { currentUser } from "@/lib/auth/authorize";
import { env } from "@/lib/env";
import { DEFAULT_LOCALE, isLocale, LOCALE_COOKIE, type Locale, localeFromHeader } from "./locale";
import { loadMessages, readMessages } from "./messages";

/** next-intl's door: the language of a request, and its messages. Times are shown in a zone the page names itself. */
export default getRequestConfig(async ({ locale: wanted }) => {
  const locale = isLocale(wanted) ? wanted : await requestLocale();
  const load = env().NODE_ENV === "development" ? readMessages : loadMessages;
  return { locale, messages: await load(locale), timeZone: "UTC" };
});

/** What the person chose, else what this browser was set to here, else what it asks for. */
async function requestLocale(): Promise<Locale> {
  const chosen = (await currentUser())?.locale;
  if (isLocale(chosen)) return chosen;
  const remembered = (await cookies()).get(LOCALE_COOKIE)?.value;
  if (isLocale(remembered)) return remembered;
  return localeFromHeader((await headers()).get("accept-language")) ?? DEFAULT_LOCALE;
}
