"use server";

import { revalidatePath } from "next/cache";
import { getTranslations } from "next-intl/server";
import { z } from "zod";
import { answerForm } from "@/app/form-answer";
import type { FormState } from "@/components/forms/form-state";
import { authorizeStaff } from "@/lib/auth/authorize";
import { retryBody } from "@/lib/inbox/inbox";

const retried = z.object({ body: z.coerce.number().int().min(1) });

/** Works on one webhook body now. */
export async function retryAction(_state: FormState, form: FormData): Promise<FormState> {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, retried, async ({ body }) => {
    const isProcessed = await retryBody(staff, body);
    revalidatePath("/admin/inbox");
    const t = await getTranslations("admin.inbox");
    return { done: t(isProcessed ? "processed" : "stillWaiting") };
  });
}
