import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { systemMachineScope } from "@/lib/auth/scope";
import { recordEvents } from "@/lib/metering/metering";

/** The smallest server that takes events: to be killed by crash.test.ts. Prints its port once it listens. */
const scope = systemMachineScope("crash", "events:write");

const server = createServer(async (request, response) => {
  try {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const recorded = await recordEvents(scope, JSON.parse(Buffer.concat(parts).toString("utf8")));
    response.writeHead(200).end(JSON.stringify(recorded));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
// Whoever started it closes its input by ending, however that comes about.
process.stdin.on("end", () => process.exit(0)).resume();
