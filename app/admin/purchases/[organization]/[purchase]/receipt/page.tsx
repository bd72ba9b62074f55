import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { type Printed, ReceiptSheet } from "@/app/purchases/receipt-sheet";
import { authorizeStaff } from "@/lib/auth/authorize";
import { lookInto } from "@/lib/auth/members/members";
import { Refusal } from "@/lib/errors";
import { readReceipt } from "@/lib/top-ups/receipts/receipts";

type Props = { readonly params: Promise<{ organization: string; purchase: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { receipt } = await find(await params);
  return { title: (await getTranslations("receipt"))("receiptFor", { number: receipt.name }) };
}

/** The receipt of a client's purchase, as the client has it (T5, T6). */
export default async function ReceiptPage({ params }: Props) {
  const { organization, purchase } = await params;
  return (
    <ReceiptSheet printed={await find(await params)} back={`/admin/purchases/${organization}/${purchase}`} />
  );
}

async function find({ organization, purchase }: Awaited<Props["params"]>): Promise<Printed> {
  const staff = await authorizeStaff("back_office:read");
  try {
    return await readReceipt(await lookInto(staff, organization, "purchases:read"), purchase);
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) notFound();
    throw error;
  }
}
