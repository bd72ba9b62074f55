"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { answerForm } from "@/app/form-answer";
import type { FormState } from "@/components/forms/form-state";
import { authorize } from "@/lib/auth/authorize";
import { cancelTopUp } from "@/lib/top-ups/top-ups";

/** Closes the payment page of a purchase that the buyer gave up. */
export async function cancelTopUpAction(
  slug: string,
  purchaseId: string,
  _state: FormState,
  form: FormData,
): Promise<FormState> {
  const scope = await authorize(slug, "top_up:create");
  return answerForm(form, z.object({}), async () => {
    await cancelTopUp(scope, purchaseId);
    revalidatePath(`/o/${slug}/package-usage/purchases/${purchaseId}`);
    return { done: "" };
  });
}
