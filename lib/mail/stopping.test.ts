import { randomInt } from "node:crypto";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { closeDatabases, inOrganization, rawSql } from "@/db/client";
import { migrate } from "@/db/migrate";
import { register } from "@/instrumentation";
import { createTestDatabase, type TestDatabase } from "@/scripts/databases";
import { queueMail, sendSoon } from "./mail";

let database: TestDatabase;
let server: Server;
/** Says of each letter that has come that it was taken, after a while. */
const letters: (() => void)[] = [];

function serve(socket: Socket): void {
  let isLetter = false;
  socket.on("error", () => socket.destroy());
  socket.write("220 ready\r\n");
  socket.on("data", (bytes) => {
    const text = bytes.toString();
    if (isLetter) {
      if (text.endsWith("\r\n.\r\n")) letters.push(() => socket.write("250 taken\r\n"));
      return;
    }
    isLetter = text.startsWith("DATA");
    socket.write(isLetter ? "354 go on\r\n" : "250 fine\r\n");
  });
}

/** A database of its own: nobody else sends what waits in it. */
beforeAll(async () => {
  database = await createTestDatabase(process.env.DATABASE_URL ?? "", "stopping");
  await migrate(database.url);
  vi.stubEnv("DATABASE_URL", database.url);
  server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("SMTP_URL", `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("NEXT_RUNTIME", "nodejs");
});
afterAll(async () => {
  server.close();
  await closeDatabases();
  await database.drop();
});

test("a mail that a request began to send is written down as sent before a stopping server ends, and not sent again", async () => {
  await register();
  const organizationId = randomInt(1_000_000_000, 2_000_000_000);
  const texts = { subject: "Halo", plainText: "Halo", html: "<p>Halo</p>" };
  await inOrganization(organizationId, (tx) =>
    queueMail(tx, { organizationId, cause: "test", recipient: "a@example.com", ...texts }),
  );
  void sendSoon();
  await expect.poll(() => letters.length).toBe(1);
  const { kuotaShutdown: shutdown } = globalThis as unknown as {
    kuotaShutdown: { isStopping: boolean; closings: Map<string, () => Promise<unknown>> };
  };
  shutdown.isStopping = true;
  setTimeout(() => letters[0]?.(), 500);
  for (const close of shutdown.closings.values()) await close();
  const [mail] = await inOrganization(
    organizationId,
    (tx) => rawSql(tx)<{ is_sent: boolean }[]>`
      select sent_at is not null as is_sent from mails where organization_id = ${organizationId}`,
  );
  expect(mail?.is_sent).toBe(true);
});
