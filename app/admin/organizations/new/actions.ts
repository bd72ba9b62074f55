"use server";

import type { Route } from "next";
import { redirect } from "next/navigation";
import { z } from "zod";
import { answerForm } from "@/app/form-answer";
import type { FormState } from "@/components/forms/form-state";
import { authorizeStaff } from "@/lib/auth/authorize";
import { readOrganizationFile } from "@/lib/back-office/organizations";
import { Refusal } from "@/lib/errors";
import { putOrganization } from "@/lib/provisioning/organizations";
import { currencyInput, plainText, slugInput } from "@/lib/text/input";
import { monthInput, timeZoneInput } from "@/lib/time/input";
import { lookAsStaff } from "../../place";

const newOrganization = z.object({
  name: plainText(200),
  slug: slugInput,
  time_zone: timeZoneInput,
  currency: currencyInput,
  mode: z.enum(["live", "test"]),
  package: slugInput.optional(),
  price_book: slugInput.optional(),
  starts_on: monthInput.optional(),
});

/** Makes an organization with its package and prices, and leads to its file (A1). */
export async function createOrganizationAction(_state: FormState, form: FormData): Promise<FormState> {
  const staff = await authorizeStaff("back_office:write");
  const { scope } = await lookAsStaff();
  return answerForm(form, newOrganization, async ({ slug, starts_on, ...input }) => {
    if (await readOrganizationFile(scope, slug)) {
      throw new Refusal("already_exists", "There is an organization with this short name already.");
    }
    await putOrganization(staff, slug, { ...input, ...(starts_on && { starts_on: `${starts_on}-01` }) });
    redirect(`/admin/organizations/${slug}` as Route);
  });
}
