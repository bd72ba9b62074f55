import { gzipSync } from "node:zlib";
import { acrossOrganizations } from "@/db/client";
import { addMember } from "@/lib/auth/members/members";
import { encodeSession, sessionCookie } from "@/lib/auth/next-auth";
import { systemScope } from "@/lib/auth/scope";
import { openSession } from "@/lib/auth/session";
import { createUser } from "@/lib/auth/users";
import { browseSlowly } from "./browser";
import { Client } from "./client";
import { newOrganization, storeMessages } from "./clients";
import { inTurn, workOff } from "./measure";
import type { Figure } from "./report";
import { mustBe, type Stage } from "./stage";

const CONNECTIONS = 16;
const PAGES_PER_ROUND = 160;
const DAYS = 20;
const KILOBYTE = 1_000;

/**
 * How fast the server writes the Package Usage page for somebody who is logged in, against the guide: it is dynamic too
 * and stands behind the same log-in check, but asks the database nothing more. The two differ in length, so what is
 * compared is markup a second. And how much JavaScript the page names, and what a browser on a slow phone makes of it.
 * Fails when a page does not show its own words.
 */
export async function benchPage(stage: Stage): Promise<Figure[]> {
  const rows = stage.rows ?? 20_000;
  const { url } = await stage.app();
  const { id, slug } = await newOrganization("busy");
  stage.log(`storing ${rows} messages`);
  const to = new Date();
  await storeMessages(stage.seed, slug, rows, { from: new Date(to.getTime() - DAYS * 86_400_000), to });
  const cookie = await logIn(id);
  const client = new Client(url, CONNECTIONS, { cookie });
  const usage = `/o/${slug}/package-usage/conversation`;
  stage.log("opening pages");
  const rates = await inTurn(stage.rounds, {
    baseline: () => markupPerSecond(client, "/guide/package-usage", "</article>"),
    ours: () => markupPerSecond(client, usage, "busy"),
  });
  const kilobytes = (await client.send(usage)).length / KILOBYTE;
  const javascript = await weigh(client, usage);
  client.close();
  stage.log("looking at it on a slow phone");
  const browsed = await browseSlowly(stage, url + usage, cookie);
  const size = `${CONNECTIONS} connections, ${rows} messages`;
  return [
    {
      case: "usage page",
      size,
      ...rates,
      unit: "kB/s",
      target: { atLeast: 0.5 },
      note: "markup of the guide: dynamic, behind the same log-in check, nothing else from the database",
    },
    {
      case: "usage page, pages",
      size: `${kilobytes.toFixed(0)} kB each`,
      ours: rates.ours / kilobytes,
      unit: "pages/s",
      note: "the same measurement, counted in pages",
    },
    {
      case: "JavaScript named",
      size: "gzip",
      ours: javascript,
      unit: "kB",
      target: { atMost: 320 },
      note: "every script that the page's markup names, what is loaded later included",
    },
    ...browsed,
  ];
}

/** The cookie of an owner of the organizations who has logged in. */
export async function logIn(...organizationIds: readonly number[]): Promise<string> {
  const person = { email: "owner@bench.example", name: "Owner of the bench", password: null };
  const id = await acrossOrganizations((tx) => createUser(tx, person));
  for (const organizationId of organizationIds) {
    await addMember(systemScope("bench", organizationId, "members:manage"), id, "owner");
  }
  const sessionId = await acrossOrganizations((tx) => openSession(tx, { id, staffRole: null }, "bench"));
  return `${sessionCookie().name}=${await encodeSession(sessionId)}`;
}

/** In kB (1,000 characters). */
async function markupPerSecond(client: Client, path: string, mustHold: string): Promise<number> {
  const pages = Array.from({ length: PAGES_PER_ROUND }, () => path);
  let characters = 0;
  const { perSecond } = await workOff(pages, { workers: CONNECTIONS }, async (one) => {
    const markup = await client.send(one);
    mustBe(`that ${one} holds ${mustHold}`, markup.includes(mustHold), true);
    characters = markup.length;
  });
  return (perSecond * characters) / KILOBYTE;
}

/** In kB (1,000 bytes), each script compressed by itself. */
async function weigh(client: Client, path: string): Promise<number> {
  const markup = await client.send(path);
  const names = markup.match(/(?:\/_next\/)?static\/chunks\/[\w./~-]+\.js/g) ?? [];
  const scripts = new Set(names.map((name) => (name.startsWith("/") ? name : `/_next/${name}`)));
  let bytes = 0;
  for (const script of scripts) bytes += gzipSync(await client.send(script)).length;
  return bytes / KILOBYTE;
}
