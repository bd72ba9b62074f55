import { type APIRequestContext, request } from "@playwright/test";
import fc from "fast-check";
import { systemScope } from "@/lib/auth/scope";
import { readBalance } from "@/lib/reports/balance";
import { ROUTES } from "./access-table";
import { expect, newSessionCookie, test } from "./fixtures";

/** Requests of each test: 400 as it is, more with KUOTA_FUZZ_CASES. */
const CASES = Number(process.env.KUOTA_FUZZ_CASES ?? 400);
/** In CI always the same cases: whether a change lands must not hang on chance. */
const SEED = Number(
  process.env.KUOTA_SEED ?? (process.env.CI ? 20_261_123 : Math.floor(Math.random() * 2 ** 31)),
);
const AT_ONCE = 4;

const garbage = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }).map((text) => text.toWellFormed()),
  fc.constantFrom("", " ", "-1", "1e3", "9".repeat(400), "\u0000", "%", "%00", "\\", "'", '"><script>'),
  fc.constantFrom("2026-02-30", "0000-01-01", "9999-12-31", "275760-09-14", "2026-11-02T99:00", "__proto__"),
  fc.constantFrom("eyJhIjoxfQ", "null", "[]", "{}", "bnVsbA", "W10", "constructor", "undefined", "NaN"),
);

const NAMES = [
  ..."from to range q q2 state after before category categories paid channel tab sort page cursor".split(" "),
  ..."view report name status organization action actor seed bom blocks balance short cancelled".split(" "),
  ..."next callbackUrl error session token month day at id __proto__ toString _rsc".split(" "),
];
const query = fc.array(fc.tuple(fc.constantFrom(...NAMES), garbage), { minLength: 1, maxLength: 6 });

async function clientOf(actor: "owner" | "operator", organizationId: number, baseURL: string | undefined) {
  const { name, value } = await newSessionCookie(actor, organizationId);
  const extraHTTPHeaders = { cookie: `${name}=${value}`, origin: new URL(baseURL ?? "").origin };
  return request.newContext({ ...(baseURL && { baseURL }), extraHTTPHeaders });
}

/** Every case, a few at a time. */
async function inTurns<T>(cases: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...cases];
  const take = async () => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) await work(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
}

test("no address makes a 5xx, whatever its query says", async ({ organization, baseURL, deliver }) => {
  test.setTimeout(120_000 + CASES * 500);
  await deliver({}, { category: "utility" });
  const clients = {
    owner: await clientOf("owner", organization.id, baseURL),
    operator: await clientOf("operator", organization.id, baseURL),
  };
  const place = { ...organization, organization: organization.slug, hold: "none", unique: () => "none" };
  const routes = Object.entries(ROUTES).filter(
    ([name, { isEndless }]) => name.startsWith("GET /") && !isEndless && !name.includes("/api/v1"),
  );
  const cases = fc.sample(fc.tuple(fc.constantFrom(...routes), query), { numRuns: CASES, seed: SEED });
  const before = await readBalance(systemScope("e2e", organization.id, "balance:read"));
  await inTurns(cases, async ([[name, route], pairs]) => {
    const client = name.includes("/admin") ? clients.operator : clients.owner;
    const [path = ""] = route.url(place).split("?");
    const answer = await client.get(`${path}?${new URLSearchParams(pairs)}`, { maxRedirects: 0 });
    expect(answer.status(), `KUOTA_SEED=${SEED} ${name} ${JSON.stringify(pairs)}`).toBeLessThan(500);
    await answer.dispose();
  });
  const after = await readBalance(systemScope("e2e", organization.id, "balance:read"));
  expect(after.whatsappBalance).toEqual(before.whatsappBalance);
  await Promise.all(Object.values(clients).map((client) => client.dispose()));
});

type Form = {
  readonly client: APIRequestContext;
  readonly page: string;
  readonly hidden: Readonly<Record<string, string>>;
  readonly fields: string[];
};

test("no form makes a 5xx, whatever its fields say, and no money moves", async ({
  organization,
  baseURL,
}) => {
  test.setTimeout(120_000 + CASES * 500);
  const client = await clientOf("owner", organization.id, baseURL);
  const own = `/o/${organization.slug}`;
  const pages = [
    "/account",
    "/invitation/none",
    `${own}/package-usage/top-up`,
    `${own}/package-usage/purchases`,
    `${own}/settings/members`,
    `${own}/settings/api-keys`,
    `${own}/settings/alerts`,
  ];
  const nobody = await request.newContext({
    ...(baseURL && { baseURL }),
    extraHTTPHeaders: { origin: new URL(baseURL ?? "").origin },
  });
  const forms = [
    ...(await formsOf(nobody, "/sign-in")),
    ...(await Promise.all(pages.map((page) => formsOf(client, page)))).flat(),
  ];
  expect(forms.length).toBeGreaterThan(5);
  const scope = systemScope("e2e", organization.id, "balance:read");
  const before = await readBalance(scope);
  const values = fc.array(garbage, { minLength: 12, maxLength: 12 });
  const cases = fc.sample(fc.tuple(fc.constantFrom(...forms), values), { numRuns: CASES, seed: SEED });
  await inTurns(cases, async ([{ client: sender, page, hidden, fields }, typed]) => {
    const filled = Object.fromEntries(fields.map((name, at) => [name, typed[at % typed.length] ?? ""]));
    const answer = await sender.post(page, { maxRedirects: 0, multipart: { ...hidden, ...filled } });
    const what = `KUOTA_SEED=${SEED} ${page} ${JSON.stringify(filled)}`;
    expect(answer.status(), what).toBeLessThan(500);
    await answer.dispose();
  });
  expect((await readBalance(scope)).whatsappBalance).toEqual(before.whatsappBalance);
  await Promise.all([client.dispose(), nobody.dispose()]);
});

test("a form that no page of ours sends is refused as its sender's fault", async ({
  request: client,
  baseURL,
}) => {
  const [form] = await formsOf(client, "/sign-in");
  const hidden = form?.hidden ?? {};
  const action = Object.values(hidden)
    .map((value) => /"id":"(\w+)"/.exec(value)?.[1])
    .find(Boolean);
  expect(action).toBeDefined();
  const multipart = "multipart/form-data; boundary=abc";
  const send = async (headers: Record<string, string>, data: string | Buffer) =>
    (await client.post("/sign-in", { headers: { origin: baseURL ?? "", ...headers }, data })).status();
  const part = '--abc\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--abc--\r\n';
  const call = { "next-action": action ?? "", "content-type": "text/plain;charset=UTF-8" };
  // Next stops reading at a megabyte.
  const large = Buffer.alloc(8_000_000, "a");
  expect({
    noBoundary: await send({ "content-type": "multipart/form-data" }, "x"),
    brokenOff: await send({ "content-type": multipart }, "--abc\r\nx"),
    ofAnotherSite: await send({ "content-type": multipart, origin: "http://evil.example" }, part),
    ofNoSite: await send({ "content-type": multipart, origin: `${baseURL}.evil.example` }, part),
    unknownAction: await send({ "content-type": multipart }, part.replace('"a"', '"$ACTION_REF_1"')),
    callBrokenOff: await send(call, "["),
    callOfOddThings: await send(call, '["$@1","$F2","$K3"]'),
    callOfAnotherSite: await send({ ...call, origin: "http://evil.example" }, "[]"),
    callWithoutBoundary: await send({ ...call, "content-type": "multipart/form-data" }, "x"),
    callBrokenOffForm: await send({ ...call, "content-type": multipart }, "--abc\r\nx"),
    largeCall: await send(call, large),
    large: await send({ "content-type": multipart }, part.replace("b", large.toString())),
  }).toEqual({
    noBoundary: 400,
    brokenOff: 400,
    ofAnotherSite: 400,
    ofNoSite: 400,
    unknownAction: 400,
    callBrokenOff: 400,
    callOfOddThings: 400,
    callOfAnotherSite: 400,
    callWithoutBoundary: 400,
    callBrokenOffForm: 400,
    largeCall: 413,
    large: 413,
  });
});

/** The forms of a page that somebody fills in, as a browser without scripts sees them. */
async function formsOf(client: APIRequestContext, page: string): Promise<Form[]> {
  const html = await (await client.get(page)).text();
  return html
    .split("<form")
    .slice(1)
    .map((part) => part.split("</form>")[0] ?? "")
    .flatMap((form) => {
      const inputs = [...form.matchAll(/<(?:input|select|textarea)\b[^>]*>/g)].map(([tag]) => tag);
      const hidden = inputs.filter((tag) => tag.includes('type="hidden"'));
      const fields = inputs.filter((tag) => !hidden.includes(tag)).map((tag) => attribute(tag, "name"));
      const known = Object.fromEntries(
        hidden.map((tag) => [attribute(tag, "name"), attribute(tag, "value")]),
      );
      const named = [...new Set(fields)].filter((name) => name !== "");
      return named.length > 0 && Object.keys(known).some((name) => name.startsWith("$ACTION"))
        ? [{ client, page, hidden: known, fields: named }]
        : [];
    });
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  return value.replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&amp;", "&");
}
