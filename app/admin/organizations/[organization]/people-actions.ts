"use server";

import { revalidatePath } from "next/cache";
import { getLocale, getTranslations } from "next-intl/server";
import { z } from "zod";
import { answerForm } from "@/app/form-answer";
import type { FormState } from "@/components/forms/form-state";
import { createApiKey, revokeApiKey } from "@/lib/auth/api-keys";
import { authorizeStaff } from "@/lib/auth/authorize";
import { invitationInput, keyInput, roleInput } from "@/lib/auth/input";
import { revokeInvitation } from "@/lib/auth/members/invitations";
import { actFor, changeRole, members, removeMember } from "@/lib/auth/members/members";
import { resetSecondFactor } from "@/lib/auth/second-factor";
import { inviteByMail } from "@/lib/back-office/invitations";
import { Refusal } from "@/lib/errors";
import { plainText } from "@/lib/text/input";

const userId = z.coerce.number().int().min(1).max(2_147_483_647);

/** Invites somebody into a client's organization by e-mail. */
export async function inviteAction(slug: string, _state: FormState, form: FormData) {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, invitationInput, async (wanted) => {
    await inviteByMail(await actFor(staff, slug, "members:manage"), wanted, await getLocale());
    return finished("invited", { email: wanted.email });
  });
}

/** Ends an invitation. */
export async function revokeInvitationAction(slug: string, _state: FormState, form: FormData) {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, z.object({ invitation: z.uuid() }), async ({ invitation }) => {
    await revokeInvitation(await actFor(staff, slug, "members:manage"), invitation);
    return finished("revoked");
  });
}

/** Gives a member another role. */
export async function changeRoleAction(slug: string, _state: FormState, form: FormData) {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, z.object({ user: userId, role: roleInput }), async ({ user, role }) => {
    await changeRole(await actFor(staff, slug, "members:manage"), user, role);
    return finished("saved");
  });
}

/** Takes a member out. */
export async function removeMemberAction(slug: string, _state: FormState, form: FormData) {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, z.object({ user: userId }), async ({ user }) => {
    await removeMember(await actFor(staff, slug, "members:manage"), user);
    return finished("removed");
  });
}

const reset = z.object({ user: userId, reason: plainText(300) });

/** Takes the second factor away from a member who has lost it. */
export async function resetSecondFactorAction(slug: string, _state: FormState, form: FormData) {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, reset, async ({ user, reason }) => {
    const listed = await members(await actFor(staff, slug, "members:manage"));
    if (!listed.some(({ userId }) => userId === user)) {
      throw new Refusal("not_found", "This person is no member of the organization.");
    }
    await resetSecondFactor(staff, user, reason);
    return finished("factorReset");
  });
}

const newKey = z.object({
  name: keyInput.shape.name,
  scopes: z.preprocess((value) => (typeof value === "string" ? [value] : value), keyInput.shape.scopes),
});

/** Makes a key of the organization, which is shown this once. */
export async function createKeyAction(slug: string, _state: FormState, form: FormData) {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, newKey, async (wanted) => {
    const { key } = await createApiKey(await actFor(staff, slug, "keys:manage", "admin"), wanted);
    return { ...(await finished("keyMade")), secret: key };
  });
}

/** Ends a key at once. */
export async function revokeKeyAction(slug: string, _state: FormState, form: FormData) {
  const staff = await authorizeStaff("back_office:write");
  return answerForm(form, z.object({ key: z.uuid() }), async ({ key }) => {
    await revokeApiKey(await actFor(staff, slug, "keys:manage"), key);
    return finished("revoked");
  });
}

async function finished(
  what: "invited" | "revoked" | "saved" | "removed" | "keyMade" | "factorReset",
  values = {},
) {
  revalidatePath("/admin", "layout");
  const t = await getTranslations("settings.done");
  return { done: t(what, { email: "", ...values }) };
}
