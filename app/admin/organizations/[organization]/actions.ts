"use server";

import { revalidatePath } from "next/cache";
import { getTranslations } from "next-intl/server";
import { z } from "zod";
import { answerForm } from "@/app/form-answer";
import type { FormState } from "@/components/forms/form-state";
import { authorizeStaff } from "@/lib/auth/authorize";
import { numberInput, organizationInput } from "@/lib/organizations/input";
import { adjust } from "@/lib/provisioning/adjustments";
import { assignBook, assignPackage } from "@/lib/provisioning/assignments";
import { idempotencyKeyInput } from "@/lib/provisioning/input";
import { putOrganization } from "@/lib/provisioning/organizations";
import { addNumber, removeNumber, suspendOrganization } from "@/lib/provisioning/provisioning";
import { plainText, slugInput } from "@/lib/text/input";
import { dayInput, monthInput } from "@/lib/time/input";
import { ticked, typedAmount, typedCount } from "../../form-fields";

const settings = z.object({
  name: organizationInput.shape.name,
  time_zone: organizationInput.shape.time_zone,
  authentication_international: ticked,
});

/** Name, zone and what Meta declared: what of an organization can still change. */
export async function changeSettingsAction(slug: string, _state: FormState, form: FormData) {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, settings, async (input) => {
    await putOrganization(staff, slug, input);
    return finished("saved");
  });
}

const assignment = z.object({
  from_month: monthInput,
  package: slugInput,
  seats: typedCount.optional(),
  unique_visitors: typedCount.optional(),
  conversations: typedCount.optional(),
  initial_balance: typedAmount.optional(),
});

/** A package from a month on, with what was agreed with this client alone (A2). */
export async function assignPackageAction(slug: string, _state: FormState, form: FormData) {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, assignment, async ({ from_month: fromMonth, ...input }) => {
    await assignPackage(staff, slug, fromMonth, input);
    return finished("assigned");
  });
}

const bookAssignment = z.object({ from_day: dayInput, price_book: slugInput });

/** A price book from a day on (A1). */
export async function assignBookAction(slug: string, _state: FormState, form: FormData) {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, bookAssignment, async (input) => {
    await assignBook(staff, slug, input.from_day, input.price_book);
    return finished("assigned");
  });
}

/** A WhatsApp business number; what Meta told of it meanwhile is then worked through. */
export async function addNumberAction(slug: string, _state: FormState, form: FormData) {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, z.object(numberInput.shape), async (input) => {
    await addNumber(staff, slug, {
      phoneNumberId: input.phone_number_id,
      displayPhoneNumber: input.display_phone_number,
    });
    return finished("added");
  });
}

/** Takes a number away; what Meta tells of it then waits until somebody has it. */
export async function removeNumberAction(
  slug: string,
  phoneNumberId: string,
  _state: FormState,
  form: FormData,
) {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, z.object({}), async () => {
    await removeNumber(staff, slug, phoneNumberId);
    return finished("removed");
  });
}

/** Suspends the organization, or ends its suspension. */
export async function suspendAction(slug: string, suspended: boolean, _state: FormState, form: FormData) {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, z.object({}), async () => {
    await suspendOrganization(staff, slug, suspended);
    return finished(suspended ? "suspended" : "resumed");
  });
}

const adjustment = z.object({
  request: idempotencyKeyInput,
  account: z.enum(["initial", "additional"]),
  direction: z.enum(["give", "take"]),
  amount: typedAmount.refine((amount) => amount > 0n),
  reason: plainText(500),
});

/** Corrects a balance by hand, with a reason, once however often the form is sent (A4). */
export async function adjustAction(slug: string, _state: FormState, form: FormData) {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, adjustment, async ({ request, account, direction, amount, reason }) => {
    await adjust(staff, slug, { account, amount: direction === "give" ? amount : -amount, reason }, request);
    return finished("adjusted");
  });
}

async function finished(
  what: "saved" | "assigned" | "added" | "removed" | "suspended" | "resumed" | "adjusted",
) {
  revalidatePath("/admin", "layout");
  const t = await getTranslations("admin.done");
  return { done: t(what) };
}
