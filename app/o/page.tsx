import { ArrowRight, Building2 } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { chooseLanguage, logOut } from "@/app/preferences";
import { AccessPage } from "@/components/access/access-page";
import { Badge } from "@/components/ui/badge";
import { organizationsOf, requireUser } from "@/lib/auth/authorize";
import type { Membership } from "@/lib/auth/session";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("auth.organizations");
  return { title: t("title") };
}

/** A member of several organizations picks one (P2); who has one only is taken there. */
export default async function OrganizationsPage() {
  const user = await requireUser();
  const organizations = organizationsOf(user);
  const [first, second] = organizations;
  if (first && !second) redirect(`/o/${first.slug}` as Route);
  if (!first && user.staffRole) redirect("/admin" as Route);
  const t = await getTranslations("auth.organizations");
  if (!first) {
    return (
      <AccessPage
        title={t("none")}
        text={t("noneText", { email: user.email })}
        chooseLanguage={chooseLanguage}
        foot={<LogOutForm />}
      />
    );
  }
  return (
    <AccessPage
      title={t("title")}
      text={t("text", { count: organizations.length })}
      chooseLanguage={chooseLanguage}
      foot={<LogOutForm />}
    >
      <ul className="mt-8 grid gap-2">
        {organizations.map((organization) => (
          <li key={organization.slug}>
            <OrganizationLink organization={organization} />
          </li>
        ))}
      </ul>
      {user.staffRole && (
        <Link href={"/admin" as Route} className="mt-4 text-link hover:underline">
          {t("backOffice")}
        </Link>
      )}
    </AccessPage>
  );
}

async function OrganizationLink({ organization }: { readonly organization: Membership }) {
  const t = await getTranslations("auth");
  return (
    <Link
      href={`/o/${organization.slug}` as Route}
      className="group flex items-center gap-3 rounded-xl border border-line bg-surface p-3 shadow-lift hover:border-line-control"
    >
      <span className="grid size-9 shrink-0 place-items-center rounded-lg bg-sunken text-ink-faint">
        <Building2 aria-hidden className="size-4.5" />
      </span>
      <span className="min-w-0 flex-1">
        <span className="block font-medium break-words">{organization.name}</span>
        <span className="block text-[0.8125rem] text-ink-faint">{t(`roles.${organization.role}`)}</span>
      </span>
      {organization.isSuspended && <Badge tone="warn">{t("organizations.suspended")}</Badge>}
      <ArrowRight aria-hidden className="size-4 shrink-0 text-ink-faint group-hover:text-ink" />
    </Link>
  );
}

async function LogOutForm() {
  const t = await getTranslations("auth");
  return (
    <form action={logOut}>
      <button type="submit" className="text-link hover:underline">
        {t("signOut")}
      </button>
    </form>
  );
}
