import { Check, ChevronDown, ChevronsUpDown, Languages, LogOut, Menu, TriangleAlert } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { classNames } from "@/components/ui/class-names";
import { Disclosure } from "@/components/ui/disclosure";
import { LOCALES } from "@/lib/i18n/locale";
import { CurrentLink } from "./current-link";
import { Logo } from "./logo";
import type { ThemeChoiceName } from "./theme";
import { ThemeChoice } from "./theme-choice";

/** One place to go to; with `items` a heading over several. */
export type MenuEntry = {
  readonly label: string;
  readonly href: string;
  readonly items?: readonly { readonly label: string; readonly href: string }[];
};

/** What the bar can do besides leading somewhere. */
export type BarActions = {
  readonly rememberTheme: (choice: ThemeChoiceName) => Promise<void>;
  readonly chooseLanguage: (form: FormData) => Promise<void>;
  readonly logOut: () => Promise<void>;
};

type Props = {
  readonly user: { readonly name: string; readonly email: string };
  /** Null outside of any organization. */
  readonly current: string | null;
  readonly organizations: readonly { readonly slug: string; readonly name: string }[];
  readonly suspended?: boolean;
  readonly menu: readonly MenuEntry[];
  /** Further entries of the person's own menu. */
  readonly personal?: readonly { readonly label: string; readonly href: string }[];
  readonly actions: BarActions;
};

/** The bar over every page: where one is, where one can go, and who one is. */
export function TopBar(props: Props) {
  const t = useTranslations("shell");
  return (
    <>
      <a
        href="#main"
        className="sr-only rounded-lg bg-solid px-4 py-2 font-medium text-on-solid focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:px-4 focus:py-2"
      >
        {t("skip")}
      </a>
      <header className="sticky top-0 z-30 border-b border-line bg-surface/90 backdrop-blur-md">
        <div className="mx-auto flex h-14 max-w-[84rem] items-center gap-2 px-4 sm:px-6">
          <Link
            href="/"
            aria-label={t("homeLabel")}
            className="mr-1 flex rounded-lg max-[22.5rem]:w-6 max-[22.5rem]:overflow-hidden"
          >
            <Logo />
          </Link>
          {props.current !== null && <Switcher {...props} label={t("organization")} />}
          <DesktopMenu menu={props.menu} label={t("menu")} />
          <div className="ml-auto flex items-center gap-1">
            <PersonMenu {...props} />
            <PhoneMenu menu={props.menu} label={t("menu")} />
          </div>
        </div>
        {props.suspended && (
          <p className="flex items-center justify-center gap-2 border-t border-warn-line bg-warn-tint px-4 py-1.5 text-[0.8125rem] text-warn">
            <TriangleAlert aria-hidden className="size-4 shrink-0" />
            {t("suspended")}
          </p>
        )}
      </header>
    </>
  );
}

const ITEM =
  "flex min-h-9 w-full items-center gap-2 rounded-lg px-2.5 py-1.5 text-left text-sm text-ink-soft hover:bg-sunken hover:text-ink aria-[current]:text-ink aria-[current]:font-medium";

function Switcher({ current, organizations, label }: Props & { readonly label: string }) {
  const name = organizations.find(({ slug }) => slug === current)?.name ?? current;
  return (
    <Disclosure
      label={`${label}: ${name}`}
      summaryClass="flex h-9 max-w-[11rem] items-center gap-1.5 rounded-lg px-2 font-medium hover:bg-sunken sm:max-w-[16rem]"
      summary={
        <>
          <span className="truncate">{name}</span>
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-ink-faint" />
        </>
      }
      panelClass="left-0 max-sm:fixed max-sm:top-12 max-sm:left-4 max-h-[70dvh] w-72 max-w-[calc(100vw-2rem)] overflow-y-auto"
    >
      <ul>
        {organizations.map((organization) => (
          <li key={organization.slug}>
            <Link
              href={`/o/${organization.slug}` as Route}
              aria-current={organization.slug === current ? "true" : undefined}
              className={ITEM}
            >
              <span className="min-w-0 flex-1 break-words">{organization.name}</span>
              {organization.slug === current && <Check aria-hidden className="size-4 shrink-0" />}
            </Link>
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}

function DesktopMenu({ menu, label }: { readonly menu: readonly MenuEntry[]; readonly label: string }) {
  const look =
    "flex h-9 items-center gap-1 rounded-lg px-2.5 text-ink-soft hover:bg-sunken hover:text-ink aria-[current]:text-ink aria-[current]:font-medium";
  return (
    <nav aria-label={label} className="ml-2 hidden border-l border-line pl-3 md:block">
      <ul className="flex items-center gap-0.5">
        {menu.map((entry) => (
          <li key={entry.href}>
            {entry.items ? (
              <Disclosure
                label={entry.label}
                summaryClass={look}
                summary={
                  <>
                    {entry.label}
                    <ChevronDown aria-hidden className="size-3.5 text-ink-faint" />
                  </>
                }
                panelClass="left-0 w-60"
              >
                <MenuItems items={entry.items} />
              </Disclosure>
            ) : (
              <CurrentLink href={entry.href} className={look}>
                {entry.label}
              </CurrentLink>
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}

function MenuItems({ items }: { readonly items: readonly { label: string; href: string }[] }) {
  return (
    <ul>
      {items.map((item) => (
        <li key={item.href}>
          <CurrentLink href={item.href} className={ITEM}>
            {item.label}
          </CurrentLink>
        </li>
      ))}
    </ul>
  );
}

function PhoneMenu({ menu, label }: { readonly menu: readonly MenuEntry[]; readonly label: string }) {
  return (
    <div className="md:hidden">
      <Disclosure
        label={label}
        summaryClass="grid size-9 place-items-center rounded-lg hover:bg-sunken"
        summary={<Menu aria-hidden className="size-5" />}
        panelClass="right-0 w-64 max-w-[calc(100vw-2rem)]"
      >
        <nav aria-label={label}>
          {menu.map((entry) => (
            <div key={entry.href} className="border-line py-1 not-first:border-t">
              {entry.items ? (
                <>
                  <p className="px-2.5 pt-1.5 text-xs font-medium text-ink-faint">{entry.label}</p>
                  <MenuItems items={entry.items} />
                </>
              ) : (
                <CurrentLink href={entry.href} className={ITEM}>
                  {entry.label}
                </CurrentLink>
              )}
            </div>
          ))}
        </nav>
      </Disclosure>
    </div>
  );
}

function PersonMenu({ user, personal, actions }: Props) {
  const t = useTranslations("shell");
  const locale = useLocale();
  return (
    <Disclosure
      label={t("person", { name: user.name })}
      summaryClass="grid size-9 place-items-center rounded-full hover:bg-sunken"
      summary={
        <span
          aria-hidden
          className="grid size-7 place-items-center rounded-full bg-solid text-xs font-semibold text-on-solid"
        >
          {initials(user.name)}
        </span>
      }
      panelClass="right-0 w-72 max-w-[calc(100vw-2rem)]"
    >
      <div className="border-b border-line px-2.5 pt-1 pb-2.5">
        <p className="truncate font-medium">{user.name}</p>
        <p className="truncate text-[0.8125rem] text-ink-faint">{user.email}</p>
      </div>
      {personal && personal.length > 0 && (
        <div className="border-b border-line py-1">
          <MenuItems items={personal} />
        </div>
      )}
      <ThemeChoice
        label={t("theme")}
        names={{ system: t("themes.system"), light: t("themes.light"), dark: t("themes.dark") }}
        remember={actions.rememberTheme}
      />
      <form action={actions.chooseLanguage} className="flex items-center gap-1 px-2 pb-2">
        <Languages aria-hidden className="mx-1 size-4 shrink-0 text-ink-faint" />
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
              "h-8 flex-1 rounded-md px-2 text-xs font-medium",
              language === locale ? "bg-sunken text-ink" : "text-ink-faint hover:bg-sunken hover:text-ink",
            )}
          >
            {t(`languages.${language}`)}
          </button>
        ))}
      </form>
      <form action={actions.logOut} className="border-t border-line pt-1.5">
        <button type="submit" className={ITEM}>
          <LogOut aria-hidden className="size-4" />
          {t("logOut")}
        </button>
      </form>
    </Disclosure>
  );
}

/** The one or two letters that stand for a person. */
function initials(name: string): ReactNode {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [name];
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters
    .map((word) => [...(word ?? "")][0] ?? "")
    .join("")
    .toUpperCase();
}
