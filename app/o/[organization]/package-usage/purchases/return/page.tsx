import type { Route } from "next";
import { notFound, redirect } from "next/navigation";
import { authorize } from "@/lib/auth/authorize";
import { Refusal } from "@/lib/errors";
import { returnFromCheckout } from "@/lib/top-ups/top-ups";

type Props = {
  readonly params: Promise<{ organization: string }>;
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/**
 * Where the payment provider sends the buyer back to (T2). Looks at the payment at once, in case no webhook has come,
 * and goes on to the purchase. A page of another organization's purchase does not exist here.
 */
export default async function ReturnPage({ params, searchParams }: Props) {
  const { organization: slug } = await params;
  const scope = await authorize(slug, "purchases:read");
  const { session } = await searchParams;
  const purchaseId = typeof session === "string" ? await find(scope, session) : null;
  if (purchaseId === null) notFound();
  redirect(`/o/${slug}/package-usage/purchases/${purchaseId}?returned=1` as Route);
}

async function find(
  scope: Parameters<typeof returnFromCheckout>[0],
  session: string,
): Promise<string | null> {
  try {
    return (await returnFromCheckout(scope, session)).purchaseId;
  } catch (error) {
    if (error instanceof Refusal && error.code === "not_found") return null;
    throw error;
  }
}
