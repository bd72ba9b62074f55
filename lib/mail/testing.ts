import { readdir, readFile } from "node:fs/promises";
import { expect } from "vitest";

/** For tests: the mails that went out to an address, decoded; waits until there are so many, which others may be sending. */
export async function lettersTo(recipient: string, least = 1): Promise<string[]> {
  let letters: string[] = [];
  const read = async () => {
    const files = (await readdir(".data/mail").catch(() => [])).filter((file) => file.endsWith(".eml"));
    const texts = await Promise.all(files.map((file) => readFile(`.data/mail/${file}`, "latin1")));
    letters = texts.filter((text) => text.includes(`To: ${recipient}`)).map(unquoted);
    return letters.length;
  };
  await expect.poll(read).toBeGreaterThanOrEqual(least);
  return letters;
}

/** RFC 2045, 6.7, as far as nodemailer makes use of it. */
function unquoted(text: string): string {
  const bytes = text
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
