import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/page-head";
import { authorizeStaff } from "@/lib/auth/authorize";
import { IMPACT_DAYS, listBooks } from "@/lib/back-office/price-books";
import { slugInput } from "@/lib/text/input";
import { vendorToday } from "../../place";
import { ImportForm } from "./import-form";

type Props = { readonly searchParams: Promise<{ book?: string | string[] }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.import"))("title") };
}

/** Import of Meta's rate card: preview of every difference and of its impact, then publication (A3). */
export default async function ImportPage({ searchParams }: Props) {
  const staff = await authorizeStaff("back_office:read", "back_office:write");
  const book = slugInput.safeParse((await searchParams).book);
  const [t, c, p, books] = await Promise.all([
    getTranslations("admin.import"),
    getTranslations("categories"),
    getTranslations("admin.preview"),
    listBooks(staff, vendorToday()),
  ]);
  const category = (name: string) => ({
    name,
    label: c(`names.${name.replace("_", "-") as "marketing"}`),
  });
  return (
    <PageFrame title={t("title")} lead={t("lead")} back={{ href: "/admin/price-books", label: t("back") }}>
      <ImportForm
        book={book.success ? book.data : null}
        books={books.map(({ slug }) => slug)}
        categories={["marketing", "utility", "authentication", "authentication_international", "service"].map(
          category,
        )}
        words={{
          file: t("file"),
          fileHint: t("fileHint"),
          fileKept: t("fileKept"),
          book: t("book"),
          bookHint: t("bookHint"),
          name: t("name"),
          nameHint: t("nameHint"),
          from: t("from"),
          fromHint: t("fromHint"),
          fee: t("fee"),
          percent: t("percent"),
          fixed: t("fixed"),
          preview: t("preview"),
          publish: t("publish"),
          publishNote: t("publishNote"),
        }}
        previewWords={{
          title: p("title"),
          text: p("text"),
          same: p("same"),
          market: p("market"),
          category: p("category"),
          before: p("before"),
          after: p("after"),
          change: p("change"),
          unknown: p("unknown"),
          impact: p("impact"),
          impactText: p("impactText", { days: IMPACT_DAYS }),
          nobody: p("nobody"),
          leftOut: p("leftOut"),
          client: p("client"),
          charged: p("charged"),
          wouldBe: p("wouldBe"),
          difference: p("difference"),
          unpriced: p("unpriced"),
          approximate: p("approximate"),
        }}
      />
    </PageFrame>
  );
}
