import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { startApp } from "../scripts/app";
import { dataDirectory, exitOf, freePort, Run } from "../scripts/processes";
import { expect, test } from "./fixtures";

test("with a collector named in the environment, requests are traced to it, without their queries, and the last ones are sent at the end", async () => {
  const bodies: string[] = [];
  const collector = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    bodies.push(`${request.method} ${request.url} ${body}`);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  collector.listen(0, "127.0.0.1");
  await once(collector, "listening");
  const run = new Run();
  try {
    const logs = join(dataDirectory, "test", "tracing");
    mkdirSync(logs, { recursive: true });
    const port = await freePort();
    const place = { databaseUrl: process.env.DATABASE_URL ?? "", port, standInPort: 1, logs };
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const child = await startApp(run, place, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, "start");
    await fetch(`http://127.0.0.1:${port}/api/health?q=rahasia`);
    child.kill("SIGTERM");
    expect(await exitOf(child)).toBe(0);
    const sent = bodies.join("\n");
    expect(sent).toMatch(/^POST \/v1\/traces /);
    expect(sent).toContain('"stringValue":"kuota"');
    expect(sent).toContain("/api/health");
    expect(sent).not.toContain("rahasia");
  } finally {
    await run.end();
    collector.close();
  }
});
