import type { Route } from "next";
import { redirect } from "next/navigation";
import { authorizeStaff } from "@/lib/auth/authorize";

/** The back office begins with its organizations. */
export default async function AdminPage() {
  await authorizeStaff("back_office:read");
  redirect("/admin/organizations" as Route);
}
