import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVERY_KEY_SCOPE, EVERY_ROLE, roleHas, staffRoleHas } from "./permissions";
import { bearerKey, describeBrowser, keyHas, leavesNoOwner, passwordFault, safeNext } from "./rules";

describe("passwords", () => {
  test.each([
    ["elevenchars", "too_short"],
    ["twelve chars", null],
    ["ünïcödé ✓✓✓✓", null],
    ["a".repeat(200), "too_common"],
    ["correct horse battery staple", null],
    [`${"correct horse ".repeat(14)}12345`, "too_long"],
    ["aaaaaaaaaaaa", "too_common"],
    ["abcabcabcabc", "too_common"],
    ["123456789012", "too_common"],
    ["qwertyuiop12", "too_common"],
    ["Password1234!", "too_common"],
    ["rina.putri and me", "contains_email"],
  ])("%s → %s", (password, fault) => {
    expect(passwordFault(password, "rina.putri@example.com")).toBe(fault);
  });
});

describe("safeNext", () => {
  test.each([
    [
      "/o/acme/package-usage/conversation?from=2026-11-01#trend",
      "/o/acme/package-usage/conversation?from=2026-11-01#trend",
    ],
    ["/", "/"],
    ["/o/acme?_rsc=1a2b&tab=money", "/o/acme?tab=money"],
    ["//evil.example", null],
    ["/.//evil.example", null],
    ["/o/..//evil.example", null],
    ["/%2e//evil.example", null],
    ["/.%2F/evil.example", "/.%2F/evil.example"],
    ["/o//acme", "/o//acme"],
    ["/\\evil.example", null],
    ["/o\\..\\evil", null],
    ["/\t/evil.example", null],
    ["/\n/evil.example", null],
    ["https://evil.example", null],
    ["javascript:alert(1)", null],
    ["o/acme", null],
    ["", null],
    ["/api/v1/events", null],
    ["/sign-in?next=/sign-in", null],
    [undefined, null],
    [["/a", "/b"], null],
  ])("%j → %j", (next, expected) => {
    expect(safeNext(next)).toBe(expected);
  });

  test("whatever is asked for, a browser stays on our origin", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("/", "\\", ".", ":", "@", "h", "%2f", "%2e", "\t", "?", "#") }),
        (next) => {
          const path = safeNext(next);
          if (path !== null)
            expect(new URL(path, "https://kuota.example").origin).toBe("https://kuota.example");
        },
      ),
      { numRuns: 20_000 },
    );
  });
});

test.each([
  [null, null],
  ["curl/8.5.0", null],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    { browser: "Edge", system: "Windows" },
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    { browser: "Safari", system: "iOS" },
  ],
  [
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    { browser: "Chrome", system: "Android" },
  ],
  [
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    { browser: "Firefox", system: "Linux" },
  ],
])("the browser of %j is %j", (userAgent, described) => {
  expect(describeBrowser(userAgent)).toEqual(described);
});

describe("keys", () => {
  test("`admin` grants provisioning and nothing else", () => {
    expect(keyHas(["admin"], "admin")).toBe(true);
    for (const permission of [
      "events:write",
      "holds:write",
      "balance:read",
      "reports:read",
      "usage:read",
    ] as const) {
      expect(keyHas(["admin"], permission)).toBe(false);
    }
  });

  test("each reading scope also reads usage; writing scopes read nothing", () => {
    expect(keyHas(["balance:read"], "usage:read")).toBe(true);
    expect(keyHas(["reports:read"], "usage:read")).toBe(true);
    expect(keyHas(["balance:read"], "reports:read")).toBe(false);
    expect(keyHas(["reports:read"], "balance:read")).toBe(false);
    expect(keyHas(["events:write", "holds:write"], "usage:read")).toBe(false);
  });

  test("no key may do what only people may", () => {
    for (const permission of ["top_up:create", "members:manage", "keys:manage", "alerts:manage"] as const) {
      expect(keyHas([...EVERY_KEY_SCOPE], permission)).toBe(false);
    }
  });

  test.each([
    [null, null],
    ["", null],
    ["Bearer", null],
    ["Basic a3VvdGE6a3VvdGE6a3VvdGE6a3VvdGE=", null],
    ["Bearer short", null],
    ["Bearer kuota_live_0123456789 kuota_live_0123456789", null],
    ["Bearer kuota_live_0123456789-_abc", "kuota_live_0123456789-_abc"],
    ["bearer  kuota_live_0123456789-_abc ", "kuota_live_0123456789-_abc"],
  ])("the header %j carries %j", (header, key) => {
    expect(bearerKey(header)).toBe(key);
  });
});

describe("roles", () => {
  test("only owners and admins touch money, members and keys; agents see nothing of the usage · P3", () => {
    const rolesThatMay = (permission: Parameters<typeof roleHas>[1]) =>
      EVERY_ROLE.filter((role) => roleHas(role, permission));
    expect(rolesThatMay("top_up:create")).toEqual(["owner", "admin"]);
    expect(rolesThatMay("members:manage")).toEqual(["owner", "admin"]);
    expect(rolesThatMay("keys:manage")).toEqual(["owner", "admin"]);
    expect(rolesThatMay("usage:read")).toEqual(["owner", "admin", "supervisor"]);
    expect(rolesThatMay("organization:read")).toEqual(["owner", "admin", "supervisor", "agent"]);
    expect(rolesThatMay("admin")).toEqual([]);
  });

  test("a viewer of the back office changes nothing", () => {
    expect(staffRoleHas("viewer", "back_office:read")).toBe(true);
    expect(staffRoleHas("viewer", "back_office:write")).toBe(false);
    expect(staffRoleHas("operator", "back_office:write")).toBe(true);
  });

  test("an organization keeps at least one owner", () => {
    expect(leavesNoOwner([1], 1, null)).toBe(true);
    expect(leavesNoOwner([1], 1, "admin")).toBe(true);
    expect(leavesNoOwner([1], 1, "owner")).toBe(false);
    expect(leavesNoOwner([1, 2], 1, null)).toBe(false);
    expect(leavesNoOwner([1], 2, null)).toBe(false);
  });
});
