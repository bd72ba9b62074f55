"use server";

import { revalidatePath } from "next/cache";
import { getLocale, getTranslations } from "next-intl/server";
import { z } from "zod";
import { typedAmount } from "@/app/admin/form-fields";
import { answerForm } from "@/app/form-answer";
import type { FormState } from "@/components/forms/form-state";
import { saveAlertSettings } from "@/lib/alerts/alerts";
import { alertSettingsInput, endpointInput } from "@/lib/alerts/input";
import { deliverSoon, redeliver } from "@/lib/alerts/webhooks/deliveries";
import {
  addEndpoint,
  chooseTypes,
  removeEndpoint,
  rotateSecret,
  sendTestEvent,
  switchEndpoint,
} from "@/lib/alerts/webhooks/webhooks";
import { authorize } from "@/lib/auth/authorize";

const endpoint = z.uuid();
const settings = alertSettingsInput.extend({ low_amount: typedAmount.nullable().default(null) });

/** Chooses what is low, and who is told by mail. */
export async function saveSettingsAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "alerts:manage");
  return answerForm(form, settings, async (wanted) => {
    await saveAlertSettings(scope, wanted, await getLocale());
    return finished(slug, "saved");
  });
}

/** Adds an endpoint, whose secret is shown this once. */
export async function addEndpointAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "alerts:manage");
  return answerForm(form, endpointInput, async (wanted) => {
    const { secret } = await addEndpoint(scope, wanted);
    return { ...(await finished(slug, "added")), secret };
  });
}

/** Chooses what an endpoint is told of. */
export async function chooseTypesAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "alerts:manage");
  return answerForm(form, endpointInput.pick({ types: true }).extend({ endpoint }), async (wanted) => {
    await chooseTypes(scope, wanted.endpoint, wanted.types);
    return finished(slug, "saved");
  });
}

/** Gives an endpoint a new secret, which is shown this once. */
export async function rotateSecretAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "alerts:manage");
  return answerForm(form, z.object({ endpoint }), async (wanted) => {
    const secret = await rotateSecret(scope, wanted.endpoint);
    return { ...(await finished(slug, "rotated")), secret };
  });
}

/** Switches an endpoint on or off. */
export async function switchEndpointAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "alerts:manage");
  return answerForm(form, z.object({ endpoint, to: z.enum(["on", "off"]) }), async (wanted) => {
    await switchEndpoint(scope, wanted.endpoint, wanted.to === "on");
    return finished(slug, wanted.to === "on" ? "switchedOn" : "switchedOff");
  });
}

/** Removes an endpoint with its log. */
export async function removeEndpointAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "alerts:manage");
  return answerForm(form, z.object({ endpoint }), async (wanted) => {
    await removeEndpoint(scope, wanted.endpoint);
    return finished(slug, "removed");
  });
}

/** Sends an endpoint a test event; its outcome is in the log when the page comes back, if it was answered soon. */
export async function sendTestAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "alerts:manage");
  return answerForm(form, z.object({ endpoint }), async (wanted) => {
    await sendTestEvent(scope, wanted.endpoint);
    await deliverSoon();
    return finished(slug, "tested");
  });
}

/** Sends a delivery again. */
export async function redeliverAction(slug: string, _state: FormState, form: FormData) {
  const scope = await authorize(slug, "alerts:manage");
  return answerForm(form, z.object({ delivery: z.coerce.number().int().min(1) }), async (wanted) => {
    await redeliver(scope, wanted.delivery);
    await deliverSoon();
    return finished(slug, "redelivered");
  });
}

type Done =
  | "saved"
  | "added"
  | "rotated"
  | "switchedOn"
  | "switchedOff"
  | "removed"
  | "tested"
  | "redelivered";

async function finished(slug: string, what: Done) {
  revalidatePath(`/o/${slug}/settings`, "layout");
  const t = await getTranslations("alerts.done");
  return { done: t(what) };
}
