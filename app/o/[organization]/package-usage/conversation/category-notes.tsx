import { ChevronRight, Tags } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import { useTranslations } from "next-intl";

/** The three template categories in a sentence each, and the way to what they cost (U11). */
export function CategoryNotes({ slug }: { readonly slug: string }) {
  const t = useTranslations("reports.notes");
  const c = useTranslations("categories");
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-8 gap-y-2 border-t border-line px-4 py-3 text-[0.8125rem]">
      <details className="group/notes min-w-0 flex-1 basis-80">
        <summary className="inline-flex items-center gap-1 rounded font-medium text-ink-soft hover:text-ink">
          <ChevronRight aria-hidden className="size-4 transition-transform group-open/notes:rotate-90" />
          {t("summary")}
        </summary>
        <dl className="mt-2 grid gap-x-8 gap-y-2 pb-1 pl-5 text-ink-faint md:grid-cols-3">
          {(["marketing", "utility", "authentication"] as const).map((name) => (
            <div key={name}>
              <dt className="font-medium text-ink">{c(`names.${name}`)}</dt>
              <dd>{c(`explained.${name}`)}</dd>
            </div>
          ))}
        </dl>
      </details>
      <Link
        href={`/o/${slug}/package-usage/prices` as Route}
        className="inline-flex items-center gap-1.5 rounded font-medium text-link hover:underline"
      >
        <Tags aria-hidden className="size-4" />
        {t("prices")}
      </Link>
    </div>
  );
}
