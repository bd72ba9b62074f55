import type { DemoClient } from "./demo-clients";

/**
 * The address of a client's n-th customer on a channel. All are fictional: phone numbers are of ranges that nobody is
 * given (+62 84, a 0 after the calling code) or that are kept for films (+44 7700 900, +1 202 555 01).
 */
export function customerOn(channel: string, client: DemoClient, index: number): string {
  return channel === "whatsapp" ? phoneOf(client, index) : `${channel}-${client.digit}${padded(index, 6)}`;
}

/** Of a thousand customers about 925 are in Indonesia. */
function phoneOf(client: DemoClient, index: number): string {
  const { digit } = client;
  const place = (index * 7_919) % 1_000;
  if (place < 925) return customerAtHome(client, index);
  if (place < 950) return `600${digit}${padded(index, 6)}`;
  if (place < 965) return `650${digit}${padded(index, 6)}`;
  if (place < 980) return `910${digit}${padded(index, 8)}`;
  if (place < 990) return `447700900${padded(index % 1_000, 3)}`;
  if (place < 996) return `120255501${padded(index % 100, 2)}`;
  return `9660${digit}${padded(index, 7)}`;
}

/** A customer in Indonesia. */
export function customerAtHome({ digit }: DemoClient, index: number): string {
  return `6284${digit}${padded(index, 7)}`;
}

/** A customer in India, for codes at the international price. */
export function customerAbroad({ digit }: DemoClient, index: number): string {
  return `910${digit}${padded(9_000_000 + index, 8)}`;
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, "0");
}
