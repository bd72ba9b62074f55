import type { Route } from "next";
import { redirect } from "next/navigation";
import { authorize } from "@/lib/auth/authorize";

type Props = { readonly params: Promise<{ organization: string }> };

/** The settings begin with what everybody may see: the organization itself. */
export default async function SettingsPage({ params }: Props) {
  const { organization: slug } = await params;
  await authorize(slug, "organization:read");
  redirect(`/o/${slug}/settings/organization` as Route);
}
