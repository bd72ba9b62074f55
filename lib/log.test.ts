import { DrizzleQueryError } from "drizzle-orm";
import { afterAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases, rawSql } from "@/db/client";
import { describeFault } from "./log";

afterAll(closeDatabases);

describe("describeFault", () => {
  test("says what a bug was and where", () => {
    const described = describeFault(new Error("Invariant broken: it exists"));
    expect(described).toMatchObject({ fault: "Error", message: "Invariant broken: it exists" });
    expect(described.stack).toContain("log.test.ts");
  });

  test("a failed query is described without the customers' data in its parameters", () => {
    const cause = new Error("boom");
    const described = describeFault(
      new DrizzleQueryError("insert into x values ($1)", ["6281234567890"], cause),
    );
    expect(described).toMatchObject({ query: "insert into x values ($1)", cause: { message: "boom" } });
    expect(JSON.stringify(described)).not.toContain("6281234567890");
  });

  test("the database's own error is described by its code, not by the row that it quotes", async () => {
    const failed = acrossOrganizations(async (tx) => {
      await rawSql(
        tx,
      )`insert into memberships (organization_id, user_id, role) values (628123456, 628123456, 'agent')`;
    });
    const described = describeFault(await failed.catch((error: unknown) => error));
    expect(JSON.stringify(described)).toContain("23503");
    expect(JSON.stringify(described)).not.toContain("628123456)");
  });

  test("what is no error at all is not written down", () => {
    expect(describeFault("secret")).toEqual({ fault: "string" });
  });
});
