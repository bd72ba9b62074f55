"use server";

import type { Route } from "next";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { z } from "zod";
import { answerForm } from "@/app/form-answer";
import type { FormState } from "@/components/forms/form-state";
import { authorizeStaff } from "@/lib/auth/authorize";
import { readPackage } from "@/lib/back-office/packages";
import { Refusal } from "@/lib/errors";
import { putPackage } from "@/lib/provisioning/provisioning";
import { currencyInput, plainText, slugInput } from "@/lib/text/input";
import { ticked, typedAmount, typedCount } from "../form-fields";

const facts = z.object({
  name: plainText(200),
  seats: typedCount.pipe(z.number().max(1_000_000)),
  unique_visitors: typedCount,
  /** Empty: no conversation quota. */
  conversations: typedCount.optional(),
  initial_balance: typedAmount,
  currency: currencyInput,
  initial_carries_over: ticked,
});

/** Makes a package (A2). */
export async function createPackageAction(_state: FormState, form: FormData): Promise<FormState> {
  const staff = await authorizeStaff("back_office:read", "back_office:write");
  return answerForm(form, facts.extend({ slug: slugInput }), async ({ slug, ...input }) => {
    if (await readPackage(staff, slug)) {
      throw new Refusal("already_exists", "There is a package with this short name already.");
    }
    await putPackage(staff, packageFacts(slug, input));
    redirect("/admin/packages" as Route);
  });
}

/** Changes a package; the change reaches months that open later. */
export async function changePackageAction(
  slug: string,
  _state: FormState,
  form: FormData,
): Promise<FormState> {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, facts, async (input) => {
    await putPackage(staff, packageFacts(slug, input));
    revalidatePath("/admin", "layout");
    const t = await getTranslations("admin.done");
    return { done: t("saved") };
  });
}

function packageFacts(slug: string, input: z.output<typeof facts>) {
  return {
    slug,
    name: input.name,
    seats: input.seats,
    uniqueVisitors: input.unique_visitors,
    conversations: input.conversations ?? null,
    initialBalance: input.initial_balance,
    currency: input.currency,
    initialCarriesOver: input.initial_carries_over,
  };
}
