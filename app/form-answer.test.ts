import { randomUUID } from "node:crypto";
import { afterAll, expect, test, vi } from "vitest";
import { closeDatabases } from "@/db/client";
import { invitationInput } from "@/lib/auth/input";
import { systemScope } from "@/lib/auth/scope";
import { inviteByMail } from "@/lib/back-office/invitations";
import type { Locale } from "@/lib/i18n/locale";
import { newTestOrganization } from "@/lib/provisioning/testing";
import { answerForm } from "./form-answer";

const reader = vi.hoisted(() => ({ locale: "en" as Locale }));

// The reader's language comes with a request, and a test has none.
vi.mock("next-intl/server", async () => {
  const { translatorFor } = await import("@/lib/i18n/translator");
  return {
    getLocale: async () => reader.locale,
    getTranslations: (area: string) => translatorFor(reader.locale, area),
  };
});

afterAll(closeDatabases);

test("too many invitations: the form says how long to wait, in the reader's language, and keeps what was typed", async () => {
  const { id } = await newTestOrganization();
  const scope = systemScope("test", id, "members:manage");
  const form = new FormData();
  form.set("email", `${randomUUID()}@example.com`);
  form.set("role", "agent");
  const send = () =>
    answerForm(form, invitationInput, async (wanted) => {
      await inviteByMail(scope, wanted, reader.locale);
      return { done: "sent" };
    });
  for (let sent = 0; sent < 5; sent++) expect(await send()).toMatchObject({ done: "sent", fault: null });
  const refused = { done: null, values: { email: form.get("email") } };
  expect(await send()).toMatchObject({
    ...refused,
    fault: "Too many invitations. Try again in 24 hours.",
  });
  reader.locale = "id";
  expect(await send()).toMatchObject({
    ...refused,
    fault: "Terlalu banyak undangan. Coba lagi dalam 24 jam.",
  });
});
