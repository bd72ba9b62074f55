import { ChevronRight, ChevronsLeft } from "lucide-react";
import type { Route } from "next";
import { getTranslations } from "next-intl/server";
import { ButtonLink } from "@/components/ui/button";

/** The way on in a list that is read by cursors: back to its beginning, and to its next page. */
export async function NextPage({
  first,
  next,
}: {
  readonly first: string | null;
  readonly next: string | null;
}) {
  if (first === null && next === null) return null;
  const t = await getTranslations("admin.pager");
  return (
    <nav aria-label={t("label")} className="flex justify-end gap-2 border-t border-line px-4 py-2.5">
      {first !== null && (
        <ButtonLink href={first as Route} size="small" icon={<ChevronsLeft aria-hidden />}>
          {t("first")}
        </ButtonLink>
      )}
      {next !== null && (
        <ButtonLink href={next as Route} size="small" rel="next">
          {t("next")}
          <ChevronRight aria-hidden />
        </ButtonLink>
      )}
    </nav>
  );
}
