import { inOrganization, rawSql } from "@/db/client";
import { systemScope } from "@/lib/auth/scope";
import { placeHold } from "@/lib/holds/holds";
import { micros } from "@/lib/money/money";
import { adjust } from "@/lib/provisioning/adjustments";
import { newTestOrganization, platform } from "@/lib/provisioning/testing";
import { tell } from "@/lib/reports/testing";

/** An organization in a state worth a picture. */
export type Subject = { readonly id: number; readonly slug: string };

const CLOCK = new Date("2026-11-18T05:00:00Z");

/** Nothing has happened yet. */
export async function newcomer(): Promise<Subject> {
  return newTestOrganization({ name: "Kedai Baru", clock: CLOCK }, { conversations: 500 });
}

/** Every quota used up and nothing left of the balance. */
export async function exhausted(): Promise<Subject> {
  const organization = await newTestOrganization(
    { name: "Warung Habis", clock: CLOCK },
    { seats: 0, uniqueVisitors: 12, conversations: 8, initialBalance: micros("14658.25") },
  );
  await tell(organization.slug, [
    ...Array.from({ length: 25 }, (_, index) => ({
      at: `2026-11-${day(1 + (index % 17))}T0${index % 5}:10:00Z`,
      contact: `6284011${1_000 + index}`,
    })),
    ...Array.from({ length: 14 }, (_, index) => ({
      at: `2026-11-${day(2 + index)}T03:00:00Z`,
      type: "received" as const,
      contact: `6284022${1_000 + index}`,
    })),
  ]);
  return organization;
}

/** More is reserved for messages on their way than the month began with leaves room for. */
export async function reserved(): Promise<Subject> {
  const organization = await newTestOrganization({ name: "Kirim Besar", clock: CLOCK });
  const sender = systemScope("screenshots", organization.id, "holds:write");
  const lines = [{ category: "marketing", market: "Indonesia", quantity: 560 }];
  await placeHold(sender, { lines, expires_in: 86_400 }, "broadcast");
  return organization;
}

/** Names, amounts and zones as long as they get. */
export async function longTexts(): Promise<Subject> {
  const organization = await newTestOrganization(
    {
      name: "Perkumpulan Koperasi Simpan Pinjam Serba Usaha Mandiri Sejahtera Bersama Seluruh Kepulauan Nusantara",
      clock: CLOCK,
      time_zone: "America/Argentina/ComodRivadavia",
    },
    { conversations: 2_000_000, uniqueVisitors: 1_500_000, seats: 25_000 },
  );
  const adjustment = { account: "additional", amount: micros("98765432198.76"), reason: "Opening" } as const;
  await adjust(platform, organization.slug, adjustment, "opening");
  const name =
    "Promo akhir tahun untuk seluruh pelanggan setia di Jabodetabek, Bandung Raya, Surabaya dan sekitarnya, gelombang ke-2";
  await tell(
    organization.slug,
    Array.from({ length: 40 }, (_, index) => ({
      at: `2026-11-${day(1 + (index % 17))}T1${index % 5}:10:00Z`,
      contact:
        index % 7 === 0 ? `US.${"abcdefghijklmnopqrstuvwxyz0123456789"}${index}` : `6284033${1_000 + index}`,
      category: index % 5 === 0 ? "an_unheard_of_category_with_a_very_long_name" : "marketing",
      data: {
        template: "promo_akhir_tahun_pelanggan_setia_jabodetabek_gelombang_kedua_v3",
        broadcast: { id: `bc_${index % 3}`, name },
      },
    })),
  );
  return organization;
}

function day(number: number): string {
  return String(number).padStart(2, "0");
}

/** Makes one section of one organization fail, and only that: reading its messages divides by zero. */
export async function breakReports(subject: Subject): Promise<() => Promise<void>> {
  await asOwner(
    subject,
    `create policy broken_for_the_picture on messages as restrictive
     using (organization_id <> ${subject.id} or 1 / (organization_id - ${subject.id}) = 0)`,
  );
  return () => asOwner(subject, "drop policy broken_for_the_picture on messages");
}

async function asOwner(subject: Subject, statement: string): Promise<void> {
  await inOrganization(subject.id, async (tx) => {
    await rawSql(tx)`reset role`;
    await rawSql(tx).unsafe(statement);
  });
}

/** Holds up the trend and the break-down of everybody until `work` is done. */
export async function whileLoading(subject: Subject, work: () => Promise<void>): Promise<void> {
  await inOrganization(subject.id, async (tx) => {
    await rawSql(tx)`reset role`;
    await rawSql(tx)`lock table daily_usage, daily_usage_details in access exclusive mode`;
    await work();
  });
}
