import type { Route } from "next";
import { redirect } from "next/navigation";
import { authorize } from "@/lib/auth/authorize";

type Props = { readonly params: Promise<{ organization: string }> };

export default async function OrganizationPage({ params }: Props) {
  const { organization } = await params;
  await authorize(organization, "usage:read");
  redirect(`/o/${organization}/package-usage/conversation` as Route);
}
