import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { readNumberedSearch, type Search } from "@/app/search";
import { readAlertSettings } from "@/lib/alerts/alerts";
import { deliveriesOf } from "@/lib/alerts/webhooks/deliveries";
import { endpointsOf } from "@/lib/alerts/webhooks/webhooks";
import { authorize } from "@/lib/auth/authorize";
import { organizationOf } from "@/lib/organizations/organizations";
import { SettingsFrame } from "../settings-frame";
import { DeliveryLog } from "./delivery-log";
import { Endpoints, NewEndpoint } from "./endpoints";
import { SettingsForm } from "./settings-form";

type Props = {
  readonly params: Promise<{ organization: string }>;
  readonly searchParams: Promise<Search>;
};

const PER_PAGE = 25;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings.tabs"))("alerts") };
}

/** What is low, who gets mails, where webhooks go to, and what became of each. */
export default async function AlertsPage({ params, searchParams }: Props) {
  const [{ organization: slug }, search] = await Promise.all([params, searchParams]);
  const scope = await authorize(slug, "alerts:manage");
  const after = readNumberedSearch(search);
  const [t, settings, endpoints, log, { timeZone, currency }] = await Promise.all([
    getTranslations("alerts"),
    readAlertSettings(scope),
    endpointsOf(scope),
    deliveriesOf(scope, after, PER_PAGE),
    organizationOf(scope),
  ]);
  return (
    <SettingsFrame slug={slug} tab="alerts" lead={t("lead")}>
      <div className="grid grid-cols-1 gap-10">
        <SettingsForm slug={slug} settings={settings} currency={currency} />
        <Endpoints slug={slug} endpoints={endpoints} timeZone={timeZone} />
        <NewEndpoint slug={slug} />
        <DeliveryLog slug={slug} log={log} isFirst={after === null} timeZone={timeZone} />
      </div>
    </SettingsFrame>
  );
}
