import { createServer } from "node:http";
import { expect, test, vi } from "vitest";
import { browserPolicy, type Installation, protectAnswers } from "./browser-policy";

const PUBLIC: Installation = { isSecure: true, isDevelopment: false, paymentPage: null };
const LOCAL: Installation = { isSecure: false, isDevelopment: false, paymentPage: "http://127.0.0.1:12111" };

const policyOf = (path: string, installation: Installation) =>
  browserPolicy(path, "abc=", installation)["content-security-policy"] ?? "";

test("pages run only scripts that carry this answer's nonce, and send forms only to us and the payment page", () => {
  expect(policyOf("/o/acme", PUBLIC)).toContain("script-src 'nonce-abc=' 'strict-dynamic';");
  expect(policyOf("/o/acme", PUBLIC)).toContain("form-action 'self' https://checkout.stripe.com;");
  expect(policyOf("/o/acme", LOCAL)).toContain("https://checkout.stripe.com http://127.0.0.1:12111;");
  expect(policyOf("/apiary", PUBLIC)).toContain("script-src");
});

test("the API's answers may do nothing in a browser", () => {
  for (const path of ["/api/v1/events", "/api/health?x"]) {
    expect(policyOf(path, PUBLIC)).toBe("default-src 'none'; frame-ancestors 'none'");
  }
});

test("TLS is demanded for good where the app is reached through it, and nowhere else", () => {
  expect(browserPolicy("/", "abc=", PUBLIC)).toHaveProperty(
    "strict-transport-security",
    "max-age=63072000; includeSubDomains",
  );
  expect(policyOf("/", PUBLIC)).toContain("upgrade-insecure-requests");
  expect(browserPolicy("/", "abc=", LOCAL)).not.toHaveProperty("strict-transport-security");
  expect(policyOf("/", LOCAL)).not.toContain("upgrade-insecure-requests");
});

test("every answer of a server has the policy, and the request tells the nonce whatever a stranger sent", async () => {
  vi.stubEnv("NEXTAUTH_URL", "http://localhost:3000");
  protectAnswers();
  protectAnswers();
  const server = createServer((request, response) => {
    response.end(String(request.headers["content-security-policy"]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/page`;
  const headers = { "content-security-policy": "script-src 'nonce-stranger'" };
  const [one, other] = await Promise.all([fetch(url, { headers }), fetch(url, { headers })]);
  const told = await one.text();
  expect(told).toBe(one.headers.get("content-security-policy"));
  expect(told).not.toContain("stranger");
  expect(other.headers.get("content-security-policy")).not.toBe(told);
  server.close();
});
