import { Search, Tags } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { BackLink } from "@/components/back-link";
import { FilterForm } from "@/components/filter-form";
import { Badge } from "@/components/ui/badge";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { classNames } from "@/components/ui/class-names";
import { EmptyState } from "@/components/ui/empty-state";
import { Field, Input } from "@/components/ui/field";
import { authorize } from "@/lib/auth/authorize";
import { formatDay } from "@/lib/i18n/format";
import { readViewState } from "@/lib/reports/input";
import { type PriceTable, readPriceTable } from "@/lib/reports/price-table";
import { Prices } from "./prices";

type Props = {
  readonly params: Promise<{ organization: string }>;
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("prices"))("title") };
}

/** The prices that hold for the organization, with those before and those already published for later (U11). */
export default async function PricesPage({ params, searchParams }: Props) {
  const { organization: slug } = await params;
  const scope = await authorize(slug, "usage:read");
  const { from, q } = readViewState(await searchParams);
  const [t, table] = await Promise.all([getTranslations("prices"), readPriceTable(scope, from)]);
  const path = `/o/${slug}/package-usage/prices`;
  return (
    <main id="main" className="mx-auto max-w-[84rem] px-4 pt-6 pb-20 sm:px-6 sm:pt-8">
      <BackLink href={`/o/${slug}/package-usage/conversation`}>{t("back")}</BackLink>
      <h1 className="mt-4 text-2xl leading-8 font-semibold tracking-[-0.022em]">{t("title")}</h1>
      <p className="mt-1 max-w-3xl text-ink-soft">{t("lead")}</p>
      <Categories />
      {table ? (
        <div className="mt-8 grid grid-cols-1 gap-6 lg:grid-cols-[16rem_minmax(0,1fr)]">
          <Versions table={table} path={path} query={q} />
          <div className="space-y-4">
            <Notice table={table} />
            <Card>
              <div className="flex flex-wrap items-end justify-between gap-3 px-4 py-3">
                <FilterForm
                  action={path}
                  label={t("search")}
                  carried={from ? [{ name: "from", value: from }] : []}
                >
                  <Field label={t("market")} htmlFor="q" className="w-56">
                    <Input
                      key={q}
                      id="q"
                      name="q"
                      type="search"
                      placeholder={t("search")}
                      defaultValue={q ?? ""}
                    />
                  </Field>
                  <Button type="submit" icon={<Search aria-hidden />}>
                    {t("find")}
                  </Button>
                </FilterForm>
                <p className="text-[0.8125rem] text-ink-faint">
                  {t("book", { book: table.shown.book, currency: table.currency })}
                </p>
              </div>
              <Prices table={table} query={q} />
            </Card>
          </div>
        </div>
      ) : (
        <Card className="mt-8">
          <EmptyState icon={<Tags />} title={t("none.title")}>
            {t("none.text")}
          </EmptyState>
        </Card>
      )}
    </main>
  );
}

async function Categories() {
  const c = await getTranslations("categories");
  return (
    <section aria-labelledby="categories" className="mt-6">
      <h2 id="categories" className="sr-only">
        {c("explained.heading")}
      </h2>
      <dl className="grid gap-4 md:grid-cols-3">
        {(["marketing", "utility", "authentication"] as const).map((name) => (
          <Card key={name} className="px-4 py-3">
            <dt className="font-medium">{c(`names.${name}`)}</dt>
            <dd className="text-[0.8125rem] text-ink-soft">{c(`explained.${name}`)}</dd>
          </Card>
        ))}
      </dl>
    </section>
  );
}

async function Versions(props: {
  readonly table: PriceTable;
  readonly path: string;
  readonly query: string | undefined;
}) {
  const [t, locale] = await Promise.all([getTranslations("prices"), getLocale()]);
  const { table, path, query } = props;
  const suffix = query ? `&q=${encodeURIComponent(query)}` : "";
  return (
    <nav aria-label={t("versions")}>
      <p className="mb-2 px-3 text-xs font-medium text-ink-faint">{t("versions")}</p>
      <ul className="space-y-0.5">
        {table.versions.map((version) => {
          const active = version.from === table.shown.from;
          return (
            <li key={version.from}>
              <Link
                href={`${path}?from=${version.from}${suffix}` as Route}
                aria-current={active ? "true" : undefined}
                className={classNames(
                  "flex min-h-9 items-center justify-between gap-2 rounded-lg px-3 py-1.5",
                  active ? "bg-track font-medium" : "text-ink-soft hover:bg-track/60 hover:text-ink",
                )}
              >
                <span className="figures">{t("from", { day: formatDay(version.from, locale) })}</span>
                {version.state !== "past" && (
                  <Badge tone={version.state === "in_force" ? "good" : "info"}>
                    {t(`state.${version.state}`)}
                  </Badge>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

async function Notice({ table }: { readonly table: PriceTable }) {
  const [t, locale] = await Promise.all([getTranslations("prices"), getLocale()]);
  const { state, from } = table.shown;
  if (state === "in_force") return null;
  return (
    <Banner
      tone="info"
      title={state === "future" ? t("futureNote", { day: formatDay(from, locale) }) : t("pastNote")}
    />
  );
}
