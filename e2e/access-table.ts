/** Everyone who may knock: nobody in particular, people by role, and keys by owner and scope. */
export const ACTORS = [
  "nobody",
  "owner",
  "admin",
  "supervisor",
  "agent",
  "stranger",
  "operator",
  "viewer",
  "organizationKey",
  "organizationAdminKey",
  "platformKey",
  "platformAdminKey",
  "strangersKey",
  "strangersAdminKey",
] as const;
export type Actor = (typeof ACTORS)[number];

/** Keys without the scope `admin` have all other scopes; keys with it have no other. */
export const KEYS = [
  "organizationKey",
  "organizationAdminKey",
  "platformKey",
  "platformAdminKey",
  "strangersKey",
  "strangersAdminKey",
] as const;
export type Key = (typeof KEYS)[number];

/** Where the routes lead in one run. */
export type Place = {
  readonly organization: string;
  readonly package: string;
  readonly hold: string;
  readonly unique: () => string;
};

export type Route = {
  readonly url: (place: Place) => string;
  readonly body?: (place: Place) => unknown;
  readonly headers?: (place: Place) => Record<string, string>;
  readonly answers: Answers;
  /** An answer that does not end by itself, such as a stream of events: only its beginning is read. */
  readonly isEndless?: true;
};

type Answers = Readonly<Record<Actor, number>>;

/** The same to all. */
function everyone(status: number): Answers {
  return Object.fromEntries(ACTORS.map((actor) => [actor, status])) as Answers;
}

/** To whoever is logged in; the others, keys included, are sent to log in. */
function loggedIn(status: number): Answers {
  const people = ["owner", "admin", "supervisor", "agent", "stranger", "operator", "viewer"] as const;
  return { ...everyone(307), ...Object.fromEntries(people.map((actor) => [actor, status])) };
}

/** To these roles of the organization. Other roles: 403. To all other people it does not exist. */
function roles(allowed: readonly ("owner" | "admin" | "supervisor" | "agent")[], status = 200): Answers {
  return {
    ...everyone(307),
    owner: 403,
    admin: 403,
    supervisor: 403,
    agent: 403,
    stranger: 404,
    operator: 404,
    viewer: 404,
    ...Object.fromEntries(allowed.map((role) => [role, status])),
  };
}

/** To the vendor's staff; for everybody else who is logged in the back office does not exist. */
function staff(status = 200, viewer = status): Answers {
  return { ...loggedIn(404), operator: status, viewer };
}

const whoSeesUsage = ["owner", "admin", "supervisor"] as const;
const whoManages = ["owner", "admin"] as const;
const everyRole = ["owner", "admin", "supervisor", "agent"] as const;

/** To keys alone: these get in; a wrong scope is 403; another organization's key does not know this one. */
function keys(kind: "plain" | "admin", status = 200): Answers {
  const isPlain = kind === "plain";
  return {
    ...everyone(401),
    organizationKey: isPlain ? status : 403,
    organizationAdminKey: isPlain ? 403 : status,
    platformKey: isPlain ? status : 403,
    platformAdminKey: isPlain ? 403 : status,
    strangersKey: isPlain ? 404 : 403,
    strangersAdminKey: isPlain ? 403 : 404,
  };
}

/** What belongs to no organization: to the platform's key with the scope `admin`. */
function platform(status = 200): Answers {
  return { ...keys("admin", status), organizationAdminKey: 403, strangersAdminKey: 403 };
}

const api = (path: string) => (place: Place) => `/api/v1/organizations/${place.organization}${path}`;
const file = (path: string) => (place: Place) => `/admin/organizations/${place.organization}${path}`;
const hold = { lines: [{ category: "marketing", to: ["6281234567890"] }] };
const idempotent = (place: Place) => ({ "idempotency-key": place.unique() });

/** Every route of the app by method and address, and what each actor gets. A route that is not here fails the test. */
export const ROUTES: Readonly<Record<string, Route>> = {
  "GET /": { url: () => "/", answers: loggedIn(307) },
  "GET /sign-in": { url: () => "/sign-in", answers: { ...everyone(200), ...peopleSentOn() } },
  "GET /invitation/[token]": { url: () => "/invitation/none", answers: everyone(200) },
  "GET /account": { url: () => "/account", answers: loggedIn(200) },
  "GET /o": { url: () => "/o", answers: loggedIn(307) },
  "GET /o/[organization]": {
    url: ({ organization }) => `/o/${organization}`,
    answers: roles(whoSeesUsage, 307),
  },
  "GET /o/[organization]/package-usage": {
    url: ({ organization }) => `/o/${organization}/package-usage`,
    answers: roles(whoSeesUsage, 307),
  },
  "GET /o/[organization]/package-usage/conversation": {
    url: ({ organization }) => `/o/${organization}/package-usage/conversation`,
    answers: roles(whoSeesUsage),
  },
  "GET /o/[organization]/package-usage/conversation/messages/[message]": {
    url: ({ organization }) => `/o/${organization}/package-usage/conversation/messages/1-1`,
    answers: roles(whoSeesUsage, 404),
  },
  "GET /o/[organization]/package-usage/conversation/broadcasts/[broadcast]": {
    url: ({ organization }) => `/o/${organization}/package-usage/conversation/broadcasts/none`,
    answers: roles(whoSeesUsage, 404),
  },
  "GET /o/[organization]/package-usage/prices": {
    url: ({ organization }) => `/o/${organization}/package-usage/prices`,
    answers: roles(whoSeesUsage),
  },
  "GET /o/[organization]/package-usage/top-up": {
    url: ({ organization }) => `/o/${organization}/package-usage/top-up`,
    answers: roles(whoManages),
  },
  "GET /o/[organization]/package-usage/purchases": {
    url: ({ organization }) => `/o/${organization}/package-usage/purchases`,
    answers: roles(whoManages),
  },
  "GET /o/[organization]/package-usage/purchases/download": {
    url: ({ organization }) => `/o/${organization}/package-usage/purchases/download`,
    answers: roles(whoManages),
  },
  "GET /o/[organization]/package-usage/purchases/return": {
    url: ({ organization }) => `/o/${organization}/package-usage/purchases/return?session=none`,
    answers: roles(whoManages, 404),
  },
  "GET /o/[organization]/package-usage/purchases/[purchase]": {
    url: ({ organization }) => `/o/${organization}/package-usage/purchases/none`,
    answers: roles(whoManages, 404),
  },
  "GET /o/[organization]/package-usage/purchases/[purchase]/receipt": {
    url: ({ organization }) => `/o/${organization}/package-usage/purchases/none/receipt`,
    answers: roles(whoManages, 404),
  },
  "GET /o/[organization]/settings": {
    url: ({ organization }) => `/o/${organization}/settings`,
    answers: roles(everyRole, 307),
  },
  "GET /o/[organization]/settings/members": {
    url: ({ organization }) => `/o/${organization}/settings/members`,
    answers: roles(whoManages),
  },
  "GET /o/[organization]/settings/api-keys": {
    url: ({ organization }) => `/o/${organization}/settings/api-keys`,
    answers: roles(whoManages),
  },
  "GET /o/[organization]/settings/alerts": {
    url: ({ organization }) => `/o/${organization}/settings/alerts`,
    answers: roles(whoManages),
  },
  "GET /o/[organization]/settings/audit": {
    url: ({ organization }) => `/o/${organization}/settings/audit`,
    answers: roles(whoManages),
  },
  "GET /o/[organization]/settings/organization": {
    url: ({ organization }) => `/o/${organization}/settings/organization`,
    answers: roles(everyRole),
  },

  "GET /admin": { url: () => "/admin", answers: staff(307) },
  "GET /admin/organizations": { url: () => "/admin/organizations", answers: staff() },
  "GET /admin/organizations/new": { url: () => "/admin/organizations/new", answers: staff(200, 403) },
  "GET /admin/organizations/[organization]": { url: file(""), answers: staff() },
  "GET /admin/organizations/[organization]/people": { url: file("/people"), answers: staff() },
  "GET /admin/organizations/[organization]/api-keys": { url: file("/api-keys"), answers: staff() },
  "GET /admin/organizations/[organization]/ledger": { url: file("/ledger"), answers: staff() },
  "GET /admin/packages": { url: () => "/admin/packages", answers: staff() },
  "GET /admin/packages/new": { url: () => "/admin/packages/new", answers: staff(200, 403) },
  "GET /admin/packages/[package]": {
    url: (place) => `/admin/packages/${place.package}`,
    answers: staff(),
  },
  "GET /admin/price-books": { url: () => "/admin/price-books", answers: staff() },
  "GET /admin/price-books/import": { url: () => "/admin/price-books/import", answers: staff(200, 403) },
  "GET /admin/price-books/[book]": { url: () => "/admin/price-books/standard-idr", answers: staff() },
  "GET /admin/products": { url: () => "/admin/products", answers: staff() },
  "GET /admin/products/new": { url: () => "/admin/products/new", answers: staff(200, 403) },
  "GET /admin/products/[currency]": { url: () => "/admin/products/IDR", answers: staff() },
  "GET /admin/purchases": { url: () => "/admin/purchases", answers: staff() },
  "GET /admin/purchases/new": { url: () => "/admin/purchases/new", answers: staff(200, 403) },
  "GET /admin/purchases/download": { url: () => "/admin/purchases/download", answers: staff() },
  "GET /admin/purchases/[organization]/[purchase]/receipt": {
    url: ({ organization }) => `/admin/purchases/${organization}/none/receipt`,
    answers: staff(404),
  },
  "GET /admin/purchases/[organization]/[purchase]": {
    url: ({ organization }) => `/admin/purchases/${organization}/none`,
    answers: staff(404),
  },
  "GET /admin/unpriced": { url: () => "/admin/unpriced", answers: staff() },
  "GET /admin/inbox": { url: () => "/admin/inbox", answers: staff() },
  "GET /admin/audit": { url: () => "/admin/audit", answers: staff() },
  "GET /guide/package-usage": { url: () => "/guide/package-usage", answers: everyone(200) },
  "GET /o/[organization]/package-usage/live": {
    url: ({ organization }) => `/o/${organization}/package-usage/live`,
    answers: roles(whoSeesUsage),
    isEndless: true,
  },
  "GET /o/[organization]/package-usage/reports/[report]": {
    url: ({ organization }) =>
      `/o/${organization}/package-usage/reports/whatsapp?from=2026-11-01&to=2026-11-02`,
    answers: roles(whoSeesUsage),
  },

  "GET /api/auth/[...nextauth]": { url: () => "/api/auth/session", answers: everyone(200) },
  "POST /api/auth/[...nextauth]": {
    // Without next-auth's own token against forged forms it only leads back to the log-in page.
    url: () => "/api/auth/callback/credentials",
    answers: everyone(302),
  },

  "GET /api/health": { url: () => "/api/health", answers: everyone(200) },
  "GET /api/ready": { url: () => "/api/ready", answers: everyone(200) },
  "GET /api/metrics": { url: () => "/api/metrics", answers: platform() },
  "GET /api/v1/openapi.json": { url: () => "/api/v1/openapi.json", answers: everyone(200) },
  ...Object.fromEntries(
    ["GET", "POST", "PUT", "PATCH", "DELETE"].map((method) => [
      `${method} /api/v1/[[...path]]`,
      { url: () => "/api/v1/nothing/here", answers: everyone(404) },
    ]),
  ),

  "GET /api/webhooks/whatsapp": { url: () => "/api/webhooks/whatsapp", answers: everyone(403) },
  "POST /api/webhooks/whatsapp": {
    url: () => "/api/webhooks/whatsapp",
    body: () => ({ object: "whatsapp_business_account", entry: [] }),
    answers: everyone(401),
  },

  "POST /api/webhooks/stripe": {
    url: () => "/api/webhooks/stripe",
    body: () => ({ id: "evt_none", type: "checkout.session.completed" }),
    answers: everyone(401),
  },

  "POST /api/v1/events": {
    url: () => "/api/v1/events",
    body: (place) => [messageEvent(place)],
    // An event for an organization that the key may not see is rejected, and so is a batch of nothing else.
    answers: { ...keys("plain"), strangersKey: 422 },
  },
  "GET /api/v1/organizations/[organization]/balance": { url: api("/balance"), answers: keys("plain") },
  "GET /api/v1/organizations/[organization]/ledger": { url: api("/ledger"), answers: keys("plain") },
  "GET /api/v1/organizations/[organization]/usage": {
    url: api("/usage?from=2026-11-01&to=2026-11-02"),
    answers: keys("plain"),
  },
  "GET /api/v1/organizations/[organization]/reports/[report]": {
    url: api("/reports/whatsapp.csv?from=2026-11-01&to=2026-11-02"),
    answers: keys("plain"),
  },
  "POST /api/v1/organizations/[organization]/estimates": {
    url: api("/estimates"),
    body: () => hold,
    answers: keys("plain"),
  },
  "POST /api/v1/organizations/[organization]/holds": {
    url: api("/holds"),
    body: () => hold,
    headers: idempotent,
    answers: keys("plain", 201),
  },
  "GET /api/v1/organizations/[organization]/holds/[hold]": {
    url: (place) => api(`/holds/${place.hold}`)(place),
    answers: keys("plain"),
  },
  "DELETE /api/v1/organizations/[organization]/holds/[hold]": {
    url: (place) => api(`/holds/${place.hold}`)(place),
    answers: keys("plain"),
  },

  "GET /api/v1/organizations/[organization]": { url: api(""), answers: keys("admin") },
  "PUT /api/v1/organizations/[organization]": {
    url: api(""),
    body: () => ({ name: "Renamed by its owner" }),
    answers: keys("admin"),
  },
  "POST /api/v1/organizations/[organization]/adjustments": {
    url: api("/adjustments"),
    body: () => ({ account: "additional", amount: "1.00", reason: "test" }),
    headers: idempotent,
    answers: keys("admin", 201),
  },
  "POST /api/v1/organizations/[organization]/clock": {
    url: api("/clock"),
    body: () => ({ now: "2026-11-02T05:00:00Z" }),
    answers: keys("admin"),
  },
  "POST /api/v1/organizations/[organization]/numbers": {
    url: api("/numbers"),
    body: (place) => ({ phone_number_id: place.unique(), display_phone_number: "62211234567" }),
    answers: keys("admin", 201),
  },
  "PUT /api/v1/organizations/[organization]/packages/[from]": {
    url: api("/packages/2027-01"),
    body: (place) => ({ package: place.package }),
    answers: keys("admin"),
  },
  "PUT /api/v1/organizations/[organization]/price-books/[from]": {
    url: api("/price-books/2027-01-01"),
    body: () => ({ price_book: "standard-idr" }),
    answers: keys("admin"),
  },
  "PUT /api/v1/organizations/[organization]/suspension": {
    url: api("/suspension"),
    body: () => ({ suspended: false }),
    answers: keys("admin"),
  },
  "PUT /api/v1/packages/[package]": {
    url: (place) => `/api/v1/packages/${place.unique()}`,
    body: () => ({
      name: "Growth",
      seats: 5,
      unique_visitors: 100,
      conversations: null,
      initial_balance: "0.00",
      currency: "IDR",
    }),
    answers: platform(201),
  },
  "PUT /api/v1/price-books/[book]/versions/[from]": {
    url: (place) => `/api/v1/price-books/${place.unique()}/versions/2026-01-01`,
    body: () => ({
      currency: "IDR",
      scheme: { marketing: { unit: "message" } },
      prices: [{ market: "Indonesia", category: "marketing", unit_price: "586.33" }],
    }),
    answers: platform(201),
  },
  // Every administering key sees what its own organizations wait for.
  "GET /api/v1/unpriced": {
    url: () => "/api/v1/unpriced",
    answers: { ...keys("admin"), strangersAdminKey: 200 },
  },
  "GET /api/v1/inbox": { url: () => "/api/v1/inbox", answers: platform() },
  "POST /api/v1/inbox/[body]/retry": {
    url: () => "/api/v1/inbox/9007199254740991/retry",
    answers: { ...platform(404) },
  },
};

function peopleSentOn(): Partial<Record<Actor, number>> {
  const answers = Object.entries(loggedIn(307)) as [Actor, number][];
  const machines: readonly string[] = ["nobody", ...KEYS];
  return Object.fromEntries(answers.filter(([actor]) => !machines.includes(actor)));
}

function messageEvent({ organization, unique }: Place) {
  return {
    specversion: "1.0",
    id: unique(),
    source: "access",
    type: "message.delivered",
    subject: organization,
    time: "2026-11-02T04:00:00Z",
    data: { channel: "whatsapp", message_id: unique(), contact: "6281234567890", category: "marketing" },
  };
}
