import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sdkFolder } from "./shapes";

/** The API version that the installed SDK pins, which is the one the stand-in speaks. */
export const apiVersion = pinnedVersion();

function pinnedVersion(): string {
  const found = /ApiVersion = '([^']+)'/.exec(readFileSync(join(sdkFolder, "apiVersion.js"), "utf8"));
  if (!found?.[1]) throw new Error("the Stripe SDK names no API version");
  return found[1];
}
