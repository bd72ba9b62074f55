import { randomInt, randomUUID } from "node:crypto";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { closeDatabases, inOrganization, rawSql } from "@/db/client";
import { migrate } from "@/db/migrate";
import { systemNow } from "@/lib/time/clock";
import { createTestDatabase, type TestDatabase } from "@/scripts/databases";
import { queueMail, sendDueMails } from "./mail";

/** As much of RFC 5321 as a client needs; refuses everybody while it is closed for business. */
const mailServer = { isOpen: false, letters: [] as string[], server: undefined as Server | undefined };

function serve(socket: Socket): void {
  let text = "";
  let isLetter = false;
  socket.write(mailServer.isOpen ? "220 ready\r\n" : "421 come back later\r\n");
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    text += bytes.toString();
    for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
      if (isLetter) {
        const last = text.indexOf("\r\n.\r\n");
        if (last < 0) return;
        mailServer.letters.push(text.slice(0, last));
        text = text.slice(last + 5);
        isLetter = false;
        socket.write("250 taken\r\n");
        continue;
      }
      const command = text.slice(0, end);
      text = text.slice(end + 2);
      isLetter = command === "DATA";
      socket.write(isLetter ? "354 go on\r\n" : command === "QUIT" ? "221 bye\r\n" : "250 fine\r\n");
    }
  });
}

let database: TestDatabase;

/** A database of its own: what it sends is its own, and nobody else sends it. */
beforeAll(async () => {
  database = await createTestDatabase(process.env.DATABASE_URL ?? "", "mail");
  await migrate(database.url);
  vi.stubEnv("DATABASE_URL", database.url);
  const server = createServer(serve);
  mailServer.server = server;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("SMTP_URL", `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(async () => {
  mailServer.server?.close();
  await closeDatabases();
  await database.drop();
});

test("a mail server that is away delays a mail and loses none, and what was sent is not kept", async () => {
  const organizationId = randomInt(1_000_000_000, 2_000_000_000);
  const recipient = `${randomUUID()}@example.com`;
  const mail = {
    organizationId,
    cause: "test",
    recipient,
    subject: "Halo",
    plainText: "Halo",
    html: "<p>Halo</p>",
  };
  await inOrganization(organizationId, (tx) => queueMail(tx, mail));
  const state = async () => {
    const [row] = await inOrganization(
      organizationId,
      (tx) => rawSql(tx)`
        select sent_at is not null as sent, attempts, last_error is not null as told, next_attempt_at,
               plain_text || html as text
        from mails where organization_id = ${organizationId}`,
    );
    return row;
  };
  await sendDueMails(systemNow());
  expect(await state()).toMatchObject({ sent: false, attempts: 1, told: true, text: "Halo<p>Halo</p>" });
  await sendDueMails(systemNow());
  expect(await state()).toMatchObject({ sent: false, attempts: 1 });
  mailServer.isOpen = true;
  const later = new Date(systemNow().getTime() + 120_000);
  await sendDueMails(later);
  expect(await state()).toMatchObject({ sent: true, attempts: 2, next_attempt_at: null, text: "" });
  await sendDueMails(later);
  const received = mailServer.letters.filter((letter) => letter.includes(recipient));
  expect(received).toHaveLength(1);
  expect(received[0]).toContain("Subject: Halo");
});

test("the text of a mail that is given up is not kept either", async () => {
  mailServer.isOpen = false;
  const organizationId = randomInt(1_000_000_000, 2_000_000_000);
  const recipient = `${randomUUID()}@example.com`;
  const texts = {
    subject: "Halo",
    plainText: "https://kuota.example/invitation/secret",
    html: "<p>secret</p>",
  };
  await inOrganization(organizationId, async (tx) => {
    await queueMail(tx, { organizationId, cause: "test", recipient, ...texts });
    await rawSql(tx)`update mails set attempts = 19 where organization_id = ${organizationId}`;
  });
  await sendDueMails(systemNow());
  const [mail] = await inOrganization(
    organizationId,
    (tx) => rawSql(tx)`
      select next_attempt_at, plain_text || html as text from mails where organization_id = ${organizationId}`,
  );
  expect(mail).toEqual({ next_attempt_at: null, text: "" });
});

test("a queue full of one organization's mails delays neither accounts' mails nor another organization's, and is sent to its end", async () => {
  mailServer.isOpen = true;
  mailServer.letters.length = 0;
  const [flooding, other] = [
    randomInt(1_000_000_000, 1_500_000_000),
    randomInt(1_500_000_000, 2_000_000_000),
  ];
  const texts = { subject: "Halo", plainText: "Halo", html: "<p>Halo</p>" };
  const queue = (organizationId: number, recipient: string, mails: number) =>
    inOrganization(organizationId, async (tx) => {
      for (let cause = 0; cause < mails; cause++) {
        await queueMail(tx, { organizationId, cause: `test:${cause}`, recipient, ...texts });
      }
    });
  await queue(flooding, "flood@example.com", 100);
  await queue(other, "other@example.com", 1);
  await queue(0, "account@example.com", 1);
  expect(await sendDueMails(systemNow())).toBe(102);
  const place = (recipient: string) => mailServer.letters.findIndex((letter) => letter.includes(recipient));
  expect(mailServer.letters).toHaveLength(102);
  // All that was taken at first is on its way together: four of the flood, and the two.
  expect(Math.max(place("other@example.com"), place("account@example.com"))).toBeLessThan(10);
});
