import { randomInt, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { afterAll, expect, test } from "vitest";
import { closeDatabases, inOrganization } from "@/db/client";
import { systemNow } from "@/lib/time/clock";
import { queueMail, sendDueMails } from "./mail";
import { lettersTo } from "./testing";

afterAll(closeDatabases);

// Mails belong to organizations by number only, so a test may take a number that no organization has.
const organizationId = randomInt(1_000_000_000, 2_000_000_000);

const letter = (cause: string, recipient: string) => ({
  organizationId,
  cause,
  recipient,
  subject: "Kuitansi R-2026-000001",
  plainText: "Terima kasih · Rp 1.110.000",
  html: "<p>Terima kasih</p>",
});

async function written(recipient: string): Promise<string[]> {
  const files = (await readdir(".data/mail")).filter((file) => file.endsWith(".eml"));
  const texts = await Promise.all(files.map((file) => readFile(`.data/mail/${file}`, "utf8")));
  return texts.filter((text) => text.includes(recipient));
}

async function sendAll(): Promise<void> {
  while ((await sendDueMails(systemNow())) > 0);
}

test("a mail is written down once per cause and recipient and goes out once, also with several senders", async () => {
  const recipient = `${randomUUID()}@example.com`;
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, () =>
      inOrganization(organizationId, (tx) => queueMail(tx, letter(`receipt:${recipient}`, recipient))),
    ),
  );
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  await Promise.all([sendAll(), sendAll(), sendAll()]);
  const mails = await lettersTo(recipient);
  expect(mails).toHaveLength(1);
  expect(mails[0]).toContain("Subject: Kuitansi R-2026-000001");
});

test("a mail vanishes with the change that it was written for", async () => {
  const recipient = `${randomUUID()}@example.com`;
  const change = inOrganization(organizationId, async (tx) => {
    await queueMail(tx, letter("change", recipient));
    throw new Error("the change failed");
  });
  await expect(change).rejects.toThrow("the change failed");
  await sendAll();
  expect(await written(recipient)).toEqual([]);
});
