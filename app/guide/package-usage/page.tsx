import { ArrowRight } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { z } from "zod";
import { chooseLanguage } from "@/app/preferences";
import { BackLink } from "@/components/back-link";
import { GuideBar } from "@/components/shell/guide-bar";
import { Card } from "@/components/ui/card";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("guide"))("title") };
}

const guideSections = z.record(
  z.string(),
  z.object({
    title: z.string(),
    body: z.array(z.string()),
    examples: z.array(z.object({ before: z.string(), after: z.string() })).optional(),
  }),
);
type GuideSection = z.infer<typeof guideSections>[string];

/** The guidebook behind "Learn more": what every number of the Package Usage page means (U1). */
export default async function GuidePage() {
  const t = await getTranslations("guide");
  const sections = Object.entries(guideSections.parse(t.raw("sections")));
  return (
    <>
      <GuideBar chooseLanguage={chooseLanguage} />
      <main
        id="main"
        className="mx-auto grid max-w-6xl grid-cols-1 gap-10 px-4 pt-8 pb-24 sm:px-6 lg:grid-cols-[15rem_minmax(0,1fr)]"
      >
        <nav aria-label={t("contents")} className="lg:sticky lg:top-20 lg:self-start">
          <p className="mb-2 px-3 text-xs font-medium text-ink-faint">{t("contents")}</p>
          <ul className="columns-2 gap-2 lg:columns-1">
            {sections.map(([id, { title }]) => (
              <li key={id}>
                <a
                  href={`#${id}`}
                  className="block rounded-lg px-3 py-1 text-[0.8125rem] text-ink-soft hover:bg-track/60 hover:text-ink"
                >
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <article className="max-w-3xl min-w-0">
          <BackLink href="/">{t("back")}</BackLink>
          <h1 className="mt-4 text-3xl leading-10 font-semibold tracking-[-0.025em]">{t("title")}</h1>
          <p className="mt-3 text-base leading-7 text-ink-soft">{t("lead")}</p>
          {sections.map(([id, section]) => (
            <Section key={id} id={id} section={section} example={t("example")} />
          ))}
        </article>
      </main>
    </>
  );
}

function Section(props: { readonly id: string; readonly section: GuideSection; readonly example: string }) {
  const { id, section, example } = props;
  return (
    <section aria-labelledby={id} className="mt-12">
      <h2 id={id} className="text-lg leading-7 font-semibold">
        {section.title}
      </h2>
      {section.body.map((paragraph) => (
        <p key={paragraph} className="mt-3 text-[0.9375rem] leading-7 text-ink-soft">
          {paragraph}
        </p>
      ))}
      {section.examples?.map(({ before, after }) => (
        <Card key={before} className="mt-3 px-4 py-3">
          <p className="text-xs font-medium text-ink-faint">{example}</p>
          <div className="figures mt-1 grid gap-x-4 gap-y-1 sm:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)]">
            <p className="text-ink-soft">{before}</p>
            <ArrowRight aria-hidden className="mt-1 hidden size-4 text-ink-faint sm:block" />
            <p className="font-medium">{after}</p>
          </div>
        </Card>
      ))}
    </section>
  );
}
