import { Check } from "lucide-react";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Logo } from "@/components/shell/logo";
import { classNames } from "@/components/ui/class-names";
import { formatMoney, formatUnits } from "@/lib/i18n/format";
import { isLocale, LOCALES } from "@/lib/i18n/locale";
import { micros } from "@/lib/money/money";

/** The frame of the pages before the door: the form, and beside it what is behind the door. */
export async function AccessPage(props: {
  readonly title: ReactNode;
  readonly text?: ReactNode;
  readonly children?: ReactNode;
  readonly foot?: ReactNode;
  readonly chooseLanguage: (form: FormData) => Promise<void>;
}) {
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(26rem,1fr)_minmax(0,1.15fr)]">
      <div className="flex min-w-0 flex-col px-6 py-8 sm:px-10">
        <Logo />
        <main id="main" className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center py-12">
          <h1 className="wrap-anywhere text-2xl font-semibold">{props.title}</h1>
          {props.text && <p className="wrap-anywhere mt-2 text-ink-soft">{props.text}</p>}
          {props.children}
          {props.foot && <div className="mt-6 text-[0.8125rem] text-ink-faint">{props.foot}</div>}
        </main>
        <LanguageLine chooseLanguage={props.chooseLanguage} />
      </div>
      <BehindTheDoor />
    </div>
  );
}

async function LanguageLine(props: { readonly chooseLanguage: (form: FormData) => Promise<void> }) {
  const [t, locale] = await Promise.all([getTranslations("auth"), getLocale()]);
  return (
    <form action={props.chooseLanguage} className="mx-auto flex w-full max-w-sm gap-1 text-[0.8125rem]">
      <fieldset>
        <legend className="sr-only">{t("language")}</legend>
        {LOCALES.map((language) => (
          <button
            key={language}
            type="submit"
            name="locale"
            value={language}
            lang={language}
            aria-pressed={language === locale}
            className={classNames(
              "-ml-2 mr-3 h-8 rounded-md px-2",
              language === locale ? "font-medium text-ink" : "text-ink-faint hover:text-ink",
            )}
          >
            {t(`languages.${language}`)}
          </button>
        ))}
      </fieldset>
    </form>
  );
}

/** A picture of the product, drawn with its own means. Says nothing that is not said elsewhere. */
async function BehindTheDoor() {
  const [t, given] = await Promise.all([getTranslations("auth"), getLocale()]);
  const locale = isLocale(given) ? given : "en";
  return (
    <aside
      aria-hidden
      className="relative hidden overflow-hidden border-l border-line bg-sunken lg:grid lg:place-items-center"
    >
      <div className="w-full max-w-md px-10 py-12">
        <p className="text-xl font-semibold tracking-tight text-balance">{t("tagline")}</p>
        <div className="mt-8 grid gap-4">
          <Sample
            label={t("pitch.quota")}
            figure={formatUnits(3_182, locale)}
            note={t("pitch.quotaLeft", {
              left: formatUnits(3_182, locale),
              total: formatUnits(5_000, locale),
            })}
            share="63.6%"
            color="var(--series-service)"
          />
          <Sample
            label={t("pitch.balance")}
            figure={formatMoney(micros("471839.96"), "IDR", locale)}
            note={t("pitch.balanceText")}
            share="47.2%"
            color="var(--series-bi)"
          />
        </div>
        <p className="mt-6 flex items-center gap-2 text-[0.8125rem] text-ink-soft">
          <Check className="size-4 text-good" />
          {t("pitch.resets")}
        </p>
      </div>
    </aside>
  );
}

function Sample(props: {
  readonly label: string;
  readonly figure: string;
  readonly note: string;
  readonly share: string;
  readonly color: string;
}) {
  return (
    <div className="rounded-xl border border-line bg-surface p-5 shadow-lift">
      <p className="text-[0.8125rem] font-medium text-ink-soft">{props.label}</p>
      <p className="figures mt-1 text-2xl font-semibold tracking-tight">{props.figure}</p>
      <div className="mt-4 h-1.5 overflow-hidden rounded-full bg-sunken">
        <div
          className="h-full rounded-full"
          style={{ width: props.share, background: props.color }}
          data-keep-color
        />
      </div>
      <p className="mt-2 text-xs text-ink-faint">{props.note}</p>
    </div>
  );
}
