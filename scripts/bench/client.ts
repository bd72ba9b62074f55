import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";

export type Answer = { readonly status: number; readonly text: string };
type Sending = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** Sends requests to the app over connections that are kept. */
export class Client {
  readonly #agent: Agent;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(base: string, connections: number, headers: Readonly<Record<string, string>> = {}) {
    this.#base = base;
    this.#headers = headers;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** The answer's beginning; its body is the caller's to read. */
  async open(path: string, { method = "GET", headers = {}, body }: Sending = {}): Promise<IncomingMessage> {
    const json = body === undefined ? {} : { "content-type": "application/json" };
    const sent = request(`${this.#base}${path}`, {
      agent: this.#agent,
      method,
      headers: { ...this.#headers, ...json, ...headers },
    });
    sent.end(body);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    return response;
  }

  /** @throws Error when the status is not the expected one. */
  async send(path: string, sending: Sending = {}, expected = 200): Promise<string> {
    const response = await this.open(path, sending);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    if (response.statusCode !== expected) {
      throw new Error(
        `${sending.method ?? "GET"} ${path} answered ${response.statusCode}: ${text.slice(0, 500)}`,
      );
    }
    return text;
  }

  close(): void {
    this.#agent.destroy();
  }
}
