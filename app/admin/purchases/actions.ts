"use server";

import type { Route } from "next";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { z } from "zod";
import { answerForm } from "@/app/form-answer";
import type { FormState } from "@/components/forms/form-state";
import { authorizeStaff } from "@/lib/auth/authorize";
import { plainText, slugInput } from "@/lib/text/input";
import { dayInput } from "@/lib/time/input";
import { startOfDay } from "@/lib/time/period";
import { recordManualTopUp } from "@/lib/top-ups/manual";
import { closeQuarantine } from "@/lib/top-ups/quarantine";
import { refundPurchase } from "@/lib/top-ups/refunds";
import { typedAmount, typedCount } from "../form-fields";
import { VENDOR_ZONE, vendorToday } from "../place";

const manual = z.object({
  organization: slugInput,
  reference: plainText(100),
  balance: typedAmount.optional(),
  blocks: typedCount.optional(),
  note: plainText(500).optional(),
  received_on: dayInput.optional(),
});

/** Records a bank transfer, once per reference (A4). */
export async function recordTransferAction(_state: FormState, form: FormData): Promise<FormState> {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, manual, async ({ organization, received_on: day, ...input }) => {
    const { purchaseId } = await recordManualTopUp(staff, {
      organization,
      reference: input.reference,
      balance: input.balance ?? 0n,
      visitorBlocks: input.blocks ?? 0,
      locale: await getLocale(),
      ...(input.note && { note: input.note }),
      // Today means now: the day has begun, and its end is still to come.
      ...(day && day !== vendorToday() && { receivedAt: startOfDay(day, VENDOR_ZONE) }),
    });
    redirect(`/admin/purchases/${organization}/${purchaseId}` as Route);
  });
}

const refund = z.object({
  request: z.uuid(),
  amount: typedAmount.refine((amount) => amount > 0n),
  reason: plainText(500),
  refunded: z
    .string()
    .regex(/^\d{1,18}$/)
    .transform(BigInt),
});

/** Pays back a purchase or a part of it, once however often the form is sent (T4, A4). */
export async function refundAction(
  organization: string,
  purchaseId: string,
  _state: FormState,
  form: FormData,
): Promise<FormState> {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, refund, async ({ refunded: seenRefunded, ...input }) => {
    const { state } = await refundPurchase(staff, { organization, purchaseId, seenRefunded, ...input });
    revalidatePath("/admin/purchases", "layout");
    const t = await getTranslations("admin.purchase");
    return { done: t(`refundStates.${state}`) };
  });
}

/** Closes the case of a payment that differed from what was asked for. */
export async function closeQuarantineAction(
  organization: string,
  purchaseId: string,
  _state: FormState,
  form: FormData,
): Promise<FormState> {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, z.object({ reason: plainText(500) }), async ({ reason }) => {
    await closeQuarantine(staff, { organization, purchaseId, reason });
    revalidatePath("/admin/purchases", "layout");
    const t = await getTranslations("admin.done");
    return { done: t("saved") };
  });
}
