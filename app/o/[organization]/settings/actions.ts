"use server";

import type { Route } from "next";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { z } from "zod";
import { answerForm } from "@/app/form-answer";
import type { FormState } from "@/components/forms/form-state";
import { createApiKey, revokeApiKey } from "@/lib/auth/api-keys";
import { authorize } from "@/lib/auth/authorize";
import { dropSession } from "@/lib/auth/browser";
import { invitationInput, keyInput, roleInput } from "@/lib/auth/input";
import { revokeInvitation } from "@/lib/auth/members/invitations";
import { changeRole, leaveOrganization, removeMember } from "@/lib/auth/members/members";
import { inviteByMail } from "@/lib/back-office/invitations";

const userId = z.coerce.number().int().min(1).max(2_147_483_647);

/** Invites somebody by e-mail. */
export async function inviteAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "members:manage");
  return answerForm(form, invitationInput, async (wanted) => {
    await inviteByMail(scope, wanted, await getLocale());
    return finished(slug, "invited", wanted.email);
  });
}

/** Ends an invitation. */
export async function revokeInvitationAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "members:manage");
  return answerForm(form, z.object({ invitation: z.uuid() }), async ({ invitation }) => {
    await revokeInvitation(scope, invitation);
    return finished(slug, "revoked");
  });
}

/** Gives a member another role. */
export async function changeRoleAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "members:manage");
  return answerForm(form, z.object({ user: userId, role: roleInput }), async ({ user, role }) => {
    await changeRole(scope, user, role);
    return finished(slug, "saved");
  });
}

/** Takes a member out, whose log-ins end at once. */
export async function removeMemberAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "members:manage");
  return answerForm(form, z.object({ user: userId }), async ({ user }) => {
    await removeMember(scope, user);
    return finished(slug, "removed");
  });
}

/** Leaves the organization, and with it every log-in. */
export async function leaveAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "organization:read");
  return answerForm(form, z.object({}), async () => {
    await leaveOrganization(scope);
    await dropSession();
    redirect("/sign-in" as Route);
  });
}

const newKey = z.object({
  name: keyInput.shape.name,
  scopes: z.preprocess((value) => (typeof value === "string" ? [value] : value), keyInput.shape.scopes),
});

/** Makes a key, which is shown this once. */
export async function createKeyAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "keys:manage");
  return answerForm(form, newKey, async (wanted) => {
    const { key } = await createApiKey(scope, wanted);
    return { ...(await finished(slug, "keyMade")), secret: key };
  });
}

/** Ends a key at once. */
export async function revokeKeyAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "keys:manage");
  return answerForm(form, z.object({ key: z.uuid() }), async ({ key }) => {
    await revokeApiKey(scope, key);
    return finished(slug, "revoked");
  });
}

async function finished(
  slug: string,
  what: "invited" | "revoked" | "saved" | "removed" | "keyMade",
  email = "",
) {
  revalidatePath(`/o/${slug}/settings`, "layout");
  const t = await getTranslations("settings.done");
  return { done: t(what, { email }) };
}
