import type { KeyScope, Role } from "@/db/schema/access";
import type { Permission } from "./permissions";

/** Long enough to need no other rule (OWASP ASVS 2.1.1); short enough to hash in a moment. */
export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 200;

/** Wrong log-ins to one account in 15 minutes, wherever they come from. */
export const ACCOUNT_LIMIT = { attempts: 10, seconds: 900 };
/** Wrong log-ins in 15 minutes from one address, which a whole office may share. */
export const ADDRESS_LIMIT = { attempts: 100, seconds: 900 };

/**
 * What one API key may ask of one instance of the app: more than an instance can answer, so that it stops a program that
 * runs wild and never a busy one. Each request may carry a thousand events.
 */
export const KEY_RATE = { burst: 20_000, perSecond: 10_000 };
/** Unknown or revoked keys tried from one address at one instance. */
export const UNKNOWN_KEY_RATE = { burst: 60, perSecond: 1 };

/** A log-in ends by itself after this long; the back office's sooner. */
export const SESSION_SECONDS = 14 * 86_400;
export const STAFF_SESSION_SECONDS = 12 * 3_600;

export const INVITATION_SECONDS = 7 * 86_400;

/** `last_used_at` of a key is written down at most this often. */
export const KEY_USE_NOTED_EVERY_MS = 60_000;

export type PasswordFault = "too_short" | "too_long" | "too_common" | "contains_email";

/** The passwords of twelve characters and more that everybody tries first, and our own name. */
const COMMON_PASSWORDS = [
  /^(.)\1*$/u,
  /^(.{1,4})\1+$/u,
  /^(0?1234567890?)+[\d!]*$/,
  /^(qwerty(uiop)?|asdfgh(jkl)?|zxcvbn(m)?|1q2w3e4r(5t)?(6y)?)+[\d!]*$/,
  /^(password|passw0rd|p@ssw0rd|welcome|letmein|iloveyou|admin(istrator)?|changeme|kuota|rahasia|sayang|indonesia)+[\d!@#.]*$/,
  /^abcdefghijkl/,
];

/** Null when the password may be used. Characters are counted, not bytes; any character is allowed. */
export function passwordFault(password: string, email: string): PasswordFault | null {
  const length = [...password].length;
  if (length < SHORTEST_PASSWORD) return "too_short";
  if (length > LONGEST_PASSWORD) return "too_long";
  const lower = password.toLowerCase();
  const [account = ""] = email.toLowerCase().split("@");
  if (lower.includes(email.toLowerCase()) || (account.length >= 6 && lower.includes(account)))
    return "contains_email";
  return COMMON_PASSWORDS.some((common) => common.test(lower)) ? "too_common" : null;
}

/**
 * Where to go after logging in: a path of ours, or null for anything that a browser could take elsewhere
 * ("//evil.example", "/.//evil.example", "/\evil.example", "https:…") and for what is no page to return to.
 */
export function safeNext(next: unknown): string | null {
  if (typeof next !== "string" || next.length > 2_000) return null;
  if (!next.startsWith("/") || /^\/[/\\]|[\\\p{Cc}]/u.test(next)) return null;
  const url = URL.canParse(next, "http://kuota.invalid") ? new URL(next, "http://kuota.invalid") : null;
  // "/.//evil.example" is a path of ours until its dots are gone.
  if (url?.origin !== "http://kuota.invalid" || url.pathname.startsWith("//")) return null;
  if (/^\/(api|sign-in|_next)(\/|$)/.test(url.pathname)) return null;
  url.searchParams.delete("_rsc");
  return `${url.pathname}${url.search}${url.hash}`;
}

/**
 * What the scopes of a key allow (contracts.md, HTTP). Usage is read with either of the reading scopes: it is the
 * balance's history and the reports' sum. `admin` is provisioning and nothing else.
 */
const PERMISSIONS_BY_KEY_SCOPE: { readonly [S in KeyScope]: readonly Permission[] } = {
  "events:write": ["events:write"],
  "holds:write": ["holds:write"],
  "balance:read": ["balance:read", "usage:read"],
  "reports:read": ["reports:read", "usage:read"],
  admin: ["admin"],
};

/** Every key may know the organization it is for. */
export function keyHas(scopes: readonly KeyScope[], permission: Permission): boolean {
  if (permission === "organization:read") return true;
  return scopes.some((scope) => PERMISSIONS_BY_KEY_SCOPE[scope].includes(permission));
}

/** The scopes that grant a permission, to tell the caller which ones would do. */
export function keyScopesFor(permission: Permission): KeyScope[] {
  return (Object.keys(PERMISSIONS_BY_KEY_SCOPE) as KeyScope[]).filter((scope) =>
    PERMISSIONS_BY_KEY_SCOPE[scope].includes(permission),
  );
}

/** The key of an `Authorization: Bearer` header (RFC 6750), or null. */
export function bearerKey(header: string | null): string | null {
  return /^bearer +([\w~+/.-]{20,200}=*)$/i.exec(header?.trim() ?? "")?.[1] ?? null;
}

/** The families that a user agent's text gives away, most telling first. */
const BROWSERS: readonly [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/OPR\/|Opera/, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

/** What somebody calls the browser that they logged in with; null when it does not say. */
export function describeBrowser(userAgent: string | null): { browser: string; system: string } | null {
  const find = (families: readonly [RegExp, string][]) =>
    families.find(([mark]) => mark.test(userAgent ?? ""))?.[1];
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  return browser && system ? { browser, system } : null;
}

/** Whether a text can be the id of a session, a key or an invitation; anything else is one that nobody has. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Whether the organization would be left without anybody who may do everything. */
export function leavesNoOwner(owners: readonly number[], userId: number, newRole: Role | null): boolean {
  return newRole !== "owner" && owners.length === 1 && owners[0] === userId;
}
