import { type Micros, micros } from "@/lib/money/money";
import type { PackageFacts } from "@/lib/packages/packages";

/** How a client's balance stands at the end of the demo's months. */
export type Ending = "healthy" | "low" | "debt";

/** A fictional client company: what it bought, who works there, and how it uses WhatsApp. */
export type DemoClient = {
  readonly slug: string;
  readonly name: string;
  readonly timeZone: string;
  /** Declared eligible by Meta for authentication-international prices. */
  readonly authenticationInternational: boolean;
  readonly package: PackageFacts;
  readonly numbers: readonly { readonly phoneNumberId: string; readonly displayPhoneNumber: string }[];
  /** Digit that tells its customers' numbers from those of the other clients. */
  readonly digit: number;
  readonly customers: number;
  readonly ending: Ending;
  /** The last broadcast, as large as the ending needs it. */
  readonly lastCampaign: Pick<Campaign, "name" | "template">;
  /** A transfer is made whenever less than this is left. */
  readonly topUpBelow: Micros;
  readonly topUp: Micros;
  /** No transfer was made in so many of the last days. */
  readonly daysWithoutTopUp: number;
  readonly habits: Habits;
};

/** An average day; see demo-traffic.ts. Weekdays begin with Sunday. */
export type Habits = {
  readonly weekdays: readonly number[];
  readonly threads: number;
  readonly utility: readonly (readonly [template: string, perDay: number])[];
  readonly codes: number;
  readonly groups: readonly (readonly [group: string, members: number])[];
  readonly channels: readonly (readonly [channel: string, weight: number])[];
  /** Share of threads that begin with a click on an ad. */
  readonly ads: number;
  readonly campaigns: readonly Campaign[];
};

/** A broadcast that comes again and again. `{month}` and `{week}` in its name are filled in. */
export type Campaign = {
  readonly name: string;
  readonly template: string;
  readonly category: "marketing" | "utility";
  readonly recipients: number;
  /** On a weekday (0 = Sunday), a day of the month, or the day that has the month's number (11 November). */
  readonly on: { readonly weekday: number } | { readonly day: number } | "twin_date";
};

const MOSTLY_WHATSAPP = [
  ["whatsapp", 74],
  ["instagram", 11],
  ["webchat", 6],
  ["facebook", 4],
  ["telegram", 3],
  ["line", 1],
  ["email", 1],
] as const;

const NO_EXTRAS = { currency: "IDR", initialCarriesOver: false } as const;

/** An online shop for flowers and gifts: big sales, many orders, well topped up. */
const melati: DemoClient = {
  slug: "toko-melati",
  name: "Toko Melati Demo",
  timeZone: "Asia/Jakarta",
  authenticationInternational: false,
  package: {
    slug: "growth",
    name: "Growth",
    seats: 12,
    uniqueVisitors: 4_500,
    conversations: 3_500,
    initialBalance: micros("1000000"),
    ...NO_EXTRAS,
  },
  numbers: [
    { phoneNumberId: "200000000000001", displayPhoneNumber: "+62 840 0000 0001" },
    { phoneNumberId: "200000000000002", displayPhoneNumber: "+62 840 0000 0002" },
  ],
  digit: 1,
  customers: 6_000,
  ending: "healthy",
  lastCampaign: { name: "Hadiah akhir tahun", template: "year_end_gift" },
  topUpBelow: micros("800000"),
  topUp: micros("1500000"),
  daysWithoutTopUp: 0,
  habits: {
    weekdays: [1.25, 0.95, 0.9, 0.95, 1, 1.1, 1.3],
    threads: 88,
    utility: [
      ["order_confirmation", 18],
      ["shipping_update", 16],
    ],
    codes: 12,
    groups: [
      ["kurir-bunga@g.us", 6],
      ["mitra-florist@g.us", 8],
    ],
    channels: MOSTLY_WHATSAPP,
    ads: 0.05,
    campaigns: [
      {
        name: "Kabar Melati pekan {week}",
        template: "weekly_news",
        category: "marketing",
        recipients: 240,
        on: { weekday: 2 },
      },
      {
        name: "Ide akhir pekan {week}",
        template: "weekend_ideas",
        category: "marketing",
        recipients: 190,
        on: { weekday: 5 },
      },
      {
        name: "Promo gajian {month}",
        template: "payday_promo",
        category: "marketing",
        recipients: 480,
        on: { day: 25 },
      },
      {
        name: "Pesta diskon {month}",
        template: "twin_date_sale",
        category: "marketing",
        recipients: 640,
        on: "twin_date",
      },
    ],
  },
};

/** Restaurants without a conversation quota, whose balance runs low. */
const cempaka: DemoClient = {
  slug: "rasa-cempaka",
  name: "Rasa Cempaka Demo",
  timeZone: "Asia/Jakarta",
  authenticationInternational: false,
  package: {
    slug: "starter",
    name: "Starter",
    seats: 6,
    uniqueVisitors: 1_400,
    conversations: null,
    initialBalance: micros("500000"),
    ...NO_EXTRAS,
  },
  numbers: [{ phoneNumberId: "200000000000003", displayPhoneNumber: "+62 840 0000 0003" }],
  digit: 2,
  customers: 2_800,
  ending: "low",
  lastCampaign: { name: "Pesta rasa {month}", template: "tasting_party" },
  topUpBelow: micros("250000"),
  topUp: micros("750000"),
  daysWithoutTopUp: 21,
  habits: {
    weekdays: [1.3, 0.7, 0.75, 0.85, 0.95, 1.25, 1.35],
    threads: 46,
    utility: [["reservation_reminder", 9]],
    codes: 0,
    groups: [],
    channels: MOSTLY_WHATSAPP,
    ads: 0.08,
    campaigns: [
      {
        name: "Jumat hemat pekan {week}",
        template: "friday_menu",
        category: "marketing",
        recipients: 190,
        on: { weekday: 5 },
      },
      {
        name: "Rabu berdua pekan {week}",
        template: "wednesday_for_two",
        category: "marketing",
        recipients: 120,
        on: { weekday: 3 },
      },
      {
        name: "Menu baru {month}",
        template: "new_menu",
        category: "marketing",
        recipients: 300,
        on: { day: 3 },
      },
    ],
  },
};

/** A clinic two islands further east: reminders and codes, and a campaign that it could not pay for. */
const kenanga: DemoClient = {
  slug: "klinik-kenanga",
  name: "Klinik Kenanga Demo",
  timeZone: "Asia/Makassar",
  authenticationInternational: true,
  package: {
    slug: "care",
    name: "Care",
    seats: 8,
    uniqueVisitors: 1_500,
    conversations: 600,
    initialBalance: micros("500000"),
    ...NO_EXTRAS,
  },
  numbers: [{ phoneNumberId: "200000000000004", displayPhoneNumber: "+62 840 0000 0004" }],
  digit: 3,
  customers: 2_400,
  ending: "debt",
  lastCampaign: { name: "Vaksin keluarga {month}", template: "family_vaccination" },
  topUpBelow: micros("200000"),
  topUp: micros("500000"),
  daysWithoutTopUp: 45,
  habits: {
    weekdays: [0.1, 1.3, 1.1, 1.05, 1.05, 1.1, 0.8],
    threads: 34,
    utility: [
      ["appointment_reminder", 26],
      ["lab_result_ready", 9],
    ],
    codes: 16,
    groups: [["tim-perawat@g.us", 7]],
    channels: [
      ["whatsapp", 85],
      ["webchat", 9],
      ["instagram", 4],
      ["email", 2],
    ],
    ads: 0.02,
    campaigns: [
      {
        name: "Paket skrining {month}",
        template: "screening_offer",
        category: "marketing",
        recipients: 260,
        on: { day: 12 },
      },
      {
        name: "Jadwal dokter {month}",
        template: "doctor_schedule",
        category: "utility",
        recipients: 280,
        on: { day: 27 },
      },
    ],
  },
};

/** The clients of the demo. Nobody and nothing in it exists. */
export const DEMO_CLIENTS: readonly DemoClient[] = [melati, cempaka, kenanga];
