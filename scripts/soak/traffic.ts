import { setTimeout as wait } from "node:timers/promises";
import { Client } from "../bench/client";
import { newEvent, scatter } from "../bench/clients";
import type { Tally } from "./tally";

/** One who uses the app until `isOver`. */
export type Actor = (scene: Scene) => Promise<void>;

export type Scene = {
  readonly url: string;
  readonly key: string;
  /** Of somebody who owns every organization. */
  readonly cookie: string;
  /** The first is hot: it gets every third batch. The second has the holds and the downloads. */
  readonly slugs: readonly string[];
  readonly seed: number;
  readonly batchesPerSecond: number;
  readonly tally: Tally;
  readonly isOver: () => boolean;
  readonly pay: (checkout: string) => Promise<void>;
};

export const BATCH = 100;
export const SENDERS = 4;
/** More than one, so that a request without an answer does not hold up the next. */
const SOCKETS = 8;
const REPEATED = 50;
const PATIENCE_MS = 15_000;
const PAUSE_MS = 200;
/** After so long without the answer the app has not come back. */
const GIVE_UP_MS = 180_000;
const TOP_UP = 1_000_000n;

export function keyClient({ url, key }: Pick<Scene, "url" | "key">, connections: number): Client {
  return new Client(url, connections, { authorization: `Bearer ${key}` });
}

/** Sends until it is answered as expected, as the contract asks of senders. @returns the answer, and after how many attempts */
async function insist(scene: Scene, what: string, send: () => Promise<string>) {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  for (let attempt = 1; ; attempt++) {
    const began = performance.now();
    try {
      return { text: await withPatience(send()), attempt };
    } catch (error) {
      scene.tally.failed(what, error, began);
      if (performance.now() > giveUpAt) throw error;
      await wait(PAUSE_MS);
    }
  }
}

function withPatience<T>(work: Promise<T>): Promise<T> {
  const late = new AbortController();
  const patience = wait(PATIENCE_MS, undefined, { signal: late.signal, ref: false }).then(() => {
    throw new Error("no answer in time");
  });
  patience.catch(() => undefined);
  return Promise.race([work, patience]).finally(() => late.abort());
}

/** Sends events at its share of the wanted rate. What is not acknowledged is sent again; now and then, what is. */
export const sender: Actor = async (scene) => {
  const client = keyClient(scene, SOCKETS);
  const every = (1_000 * SENDERS) / scene.batchesPerSecond;
  let next = performance.now();
  for (let turn = 0; !scene.isOver(); turn++) {
    next = Math.max(next + every, performance.now());
    await wait(next - performance.now());
    const number = scatter(scene.seed + turn * 31 + Math.floor(next));
    const slug = scene.slugs[number % 3 === 0 ? 0 : number % scene.slugs.length] ?? "";
    const events = Array.from({ length: BATCH }, () => newEvent(scene.seed, slug, new Date()));
    await sendBatch(scene, client, slug, events);
    if (number % REPEATED === 0) await repeatBatch(scene, client, events);
  }
  client.close();
};

async function sendBatch(
  scene: Scene,
  client: Client,
  slug: string,
  events: readonly object[],
): Promise<void> {
  const { tally } = scene;
  const body = JSON.stringify(events);
  const { text, attempt } = await insist(scene, "events", () =>
    client.send("/api/v1/events", { method: "POST", body }),
  );
  const { accepted, duplicates } = JSON.parse(text);
  tally.counts.batches += 1;
  if (attempt > 1) tally.counts.resent += 1;
  tally.addEvents(slug, events.length);
  if (accepted + duplicates !== events.length || (attempt === 1 && duplicates > 0)) {
    tally.wrong(
      `${events.length} new events, attempt ${attempt}: ${accepted} accepted, ${duplicates} duplicates`,
    );
  }
}

async function repeatBatch(
  { tally, ...rest }: Scene,
  client: Client,
  events: readonly object[],
): Promise<void> {
  const body = JSON.stringify(events);
  const { text } = await insist({ tally, ...rest }, "events again", () =>
    client.send("/api/v1/events", { method: "POST", body }),
  );
  tally.counts.repeated += 1;
  const { accepted, duplicates } = JSON.parse(text);
  if (accepted !== 0 || duplicates !== events.length) {
    tally.wrong(`acknowledged events again: ${accepted} accepted, ${duplicates} duplicates`);
  }
}

/** Reserves the price of two messages, sends one, and gives back the rest. */
export const holder: Actor = async (scene) => {
  const client = keyClient(scene, SOCKETS);
  const slug = scene.slugs[1] ?? "";
  const path = `/api/v1/organizations/${slug}/holds`;
  const body = JSON.stringify({ lines: [{ category: "marketing", market: "Indonesia", quantity: 2 }] });
  for (let turn = 0; !scene.isOver(); turn++) {
    await wait(400);
    const headers = { "idempotency-key": `soak-${turn}` };
    const placed = await insist(scene, "hold", () =>
      client.send(path, { method: "POST", headers, body }, 201),
    );
    const { id } = JSON.parse(placed.text);
    const events = [newEvent(scene.seed, slug, new Date(), { hold: id })];
    await sendBatch(scene, client, slug, events);
    const released = await insist(scene, "release", () => client.send(`${path}/${id}`, { method: "DELETE" }));
    const { state } = JSON.parse(released.text);
    if (state === "open") scene.tally.wrong(`hold ${id} is still open after its release`);
    scene.tally.counts.holds += 1;
  }
  client.close();
};

/** Opens the pages of the organizations, one after the other. */
export const visitor: Actor = async (scene) => {
  const client = new Client(scene.url, SOCKETS, { cookie: scene.cookie });
  const pages = ["conversation", "top-up", "purchases", "prices"];
  for (let turn = 0; !scene.isOver(); turn++) {
    await wait(500);
    const slug = scene.slugs[turn % scene.slugs.length] ?? "";
    const path = `/o/${slug}/package-usage/${pages[turn % pages.length]}`;
    const { text } = await insist(scene, path, () => client.send(path));
    if (!text.includes(slug)) scene.tally.wrong(`${path} does not name its organization`);
    scene.tally.counts.pages += 1;
  }
  client.close();
};

/** Downloads the day's messages: as many rows as were acknowledged before at the least, or visibly cut. */
export const exporter: Actor = async (scene) => {
  const client = keyClient(scene, SOCKETS);
  const slug = scene.slugs[1] ?? "";
  while (!scene.isOver()) {
    await wait(4_000);
    const least = scene.tally.events.get(slug) ?? 0;
    // The organization's day may be the next one already.
    const [from, to] = [-86_400_000, 86_400_000].map((by) =>
      new Date(Date.now() + by).toISOString().slice(0, 10),
    );
    const path = `/api/v1/organizations/${slug}/reports/whatsapp.csv?from=${from}&to=${to}`;
    const { text } = await insist(scene, "download", () => client.send(path));
    const rows = text.split("\r\n").length - 2;
    if (rows < least)
      scene.tally.wrong(`a download looks whole with ${rows} rows; ${least} were acknowledged`);
    scene.tally.counts.exports += 1;
  }
  client.close();
};

/** Buys balance as a browser without scripts does, and pays. */
export const buyer: Actor = async (scene) => {
  const client = new Client(scene.url, SOCKETS, { cookie: scene.cookie, origin: scene.url });
  for (let turn = 0; !scene.isOver(); turn++) {
    await wait(5_000);
    const slug = scene.slugs[turn % scene.slugs.length] ?? "";
    const path = `/o/${slug}/package-usage/top-up?balance=${TOP_UP}`;
    const page = await insist(scene, "top-up form", () => client.send(path));
    const form = fieldsOf(page.text);
    const began = performance.now();
    try {
      const checkout = await withPatience(submit(client, path, form));
      await scene.pay(checkout);
      scene.tally.addPayment(slug, TOP_UP * 1_000_000n);
      scene.tally.counts.topUps += 1;
    } catch (error) {
      scene.tally.failed("top-up", error, began);
    }
  }
  client.close();
};

/** The fields of the form as it stands in the markup. */
function fieldsOf(markup: string): FormData {
  const form = new FormData();
  const start = markup.lastIndexOf("<form", markup.indexOf('name="shown_total"'));
  for (const [input] of markup.slice(start, markup.indexOf("</form>", start)).matchAll(/<input[^>]*>/g)) {
    const name = /\bname="([^"]*)"/.exec(input)?.[1];
    const value = /\bvalue="([^"]*)"/.exec(input)?.[1] ?? "";
    if (name) form.append(name, unescaped(value));
  }
  return form;
}

function unescaped(text: string): string {
  return text
    .replaceAll("&quot;", '"')
    .replaceAll("&#x27;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&amp;", "&");
}

/** @returns the address of the payment page @throws Error when there is none */
async function submit(client: Client, path: string, form: FormData): Promise<string> {
  const sent = new Response(form);
  const response = await client.open(path, {
    method: "POST",
    headers: { "content-type": sent.headers.get("content-type") ?? "" },
    body: await sent.text(),
  });
  response.resume();
  const { location } = response.headers;
  if (response.statusCode !== 303 || !location)
    throw new Error(`the form was answered ${response.statusCode}`);
  return location;
}

/** Listens for changes as an open page does, for a while, and leaves without a word. */
export const listener: Actor = async (scene) => {
  const client = new Client(scene.url, SOCKETS, { cookie: scene.cookie });
  for (let turn = 0; !scene.isOver(); turn++) {
    const began = performance.now();
    try {
      const response = await client.open(`/o/${scene.slugs[turn % scene.slugs.length]}/package-usage/live`);
      if (response.statusCode !== 200) throw new Error(`a stream was answered ${response.statusCode}`);
      const leaving = setTimeout(() => response.destroy(), 3_000);
      response.resume();
      await new Promise((resolve) => response.once("close", resolve).once("error", resolve));
      clearTimeout(leaving);
      scene.tally.counts.streams += 1;
    } catch (error) {
      scene.tally.failed("stream", error, began);
      await wait(PAUSE_MS);
    }
  }
  client.close();
};
