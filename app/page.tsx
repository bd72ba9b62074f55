import type { Route } from "next";
import { redirect } from "next/navigation";
import { requireUser } from "@/lib/auth/authorize";

/** The front door: on to the choice of organization, which needs no choosing where there is one only. */
export default async function HomePage() {
  await requireUser();
  redirect("/o" as Route);
}
