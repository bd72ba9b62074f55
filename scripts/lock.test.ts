import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { birthMark } from "./alive";
import { readIfThere, withLock } from "./lock";

const folder = mkdtempSync(join(tmpdir(), "kuota-lock-"));
const PATIENCE_MS = 5_000;
let files = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function newFile(): string {
  files += 1;
  return join(folder, `${files}.lock`);
}

describe("the lock", () => {
  test("those who hold it never do so together", async () => {
    const file = newFile();
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await wait(5);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => withLock(file, PATIENCE_MS, work)));
    expect(most).toBe(1);
    expect(readIfThere(file)).toBeNull();
  });
  test("is given back when the work fails", async () => {
    const file = newFile();
    const failing = withLock(file, PATIENCE_MS, async () => {
      throw new Error("the work failed");
    });
    await expect(failing).rejects.toThrow("the work failed");
    expect(readIfThere(file)).toBeNull();
  });
  test("is taken over from a holder that died", async () => {
    const file = newFile();
    writeFileSync(file, "2000000000 1");
    expect(await withLock(file, PATIENCE_MS, async () => "done")).toBe("done");
  });
  test("is taken over when another process has the number of its dead holder", async () => {
    const file = newFile();
    writeFileSync(file, `${process.pid} 1`);
    expect(await withLock(file, PATIENCE_MS, async () => "done")).toBe("done");
  });
  test("is not taken from a holder that lives", async () => {
    const file = newFile();
    writeFileSync(file, `${process.ppid} ${birthMark(process.ppid)}`);
    await expect(withLock(file, 200, async () => "done")).rejects.toThrow(`held by process ${process.ppid}`);
  });
});
