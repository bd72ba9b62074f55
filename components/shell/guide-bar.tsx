import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { classNames } from "@/components/ui/class-names";
import { LOCALES } from "@/lib/i18n/locale";
import { Logo } from "./logo";

/** The bar over pages that anybody may read: home, and the language. */
export async function GuideBar(props: { readonly chooseLanguage: (form: FormData) => Promise<void> }) {
  const [t, locale] = await Promise.all([getTranslations("shell"), getLocale()]);
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-surface/90 backdrop-blur-md">
      <div className="mx-auto flex h-14 max-w-6xl items-center justify-between gap-4 px-4 sm:px-6">
        <Link href="/" aria-label={t("homeLabel")} className="flex rounded-lg">
          <Logo />
        </Link>
        <form action={props.chooseLanguage} className="flex gap-1">
          <span className="sr-only">{t("language")}</span>
          {LOCALES.map((language) => (
            <button
              key={language}
              type="submit"
              name="locale"
              value={language}
              lang={language}
              aria-pressed={language === locale}
              className={classNames(
                "h-8 rounded-md px-2.5 text-xs font-medium",
                language === locale ? "bg-track text-ink" : "text-ink-faint hover:bg-sunken hover:text-ink",
              )}
            >
              {t(`languages.${language}`)}
            </button>
          ))}
        </form>
      </div>
    </header>
  );
}
