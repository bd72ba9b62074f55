import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { type Printed, ReceiptSheet } from "@/app/purchases/receipt-sheet";
import { authorize } from "@/lib/auth/authorize";
import type { Scope } from "@/lib/auth/scope";
import { Refusal } from "@/lib/errors";
import { readReceipt } from "@/lib/top-ups/receipts/receipts";

type Props = { readonly params: Promise<{ organization: string; purchase: string }> };

/** Its title is the name of the file when it is saved as PDF. */
export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { organization: slug, purchase } = await params;
  const { receipt } = await find(await authorize(slug, "purchases:read"), purchase);
  return { title: (await getTranslations("receipt"))("receiptFor", { number: receipt.name }) };
}

/** The receipt of a paid purchase (T6). */
export default async function ReceiptPage({ params }: Props) {
  const { organization: slug, purchase: id } = await params;
  const printed = await find(await authorize(slug, "purchases:read"), id);
  return <ReceiptSheet printed={printed} back={`/o/${slug}/package-usage/purchases/${id}`} />;
}

async function find(scope: Scope<"purchases:read">, id: string): Promise<Printed> {
  try {
    return await readReceipt(scope, id);
  } catch (error) {
    if (error instanceof Refusal && error.code === "not_found") notFound();
    throw error;
  }
}
