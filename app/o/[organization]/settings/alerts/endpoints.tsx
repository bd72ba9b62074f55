import { Webhook } from "lucide-react";
import { getLocale, getTranslations } from "next-intl/server";
import { ActionForm, CheckboxGroup, TextField } from "@/components/forms/action-form";
import { ConfirmAction } from "@/components/forms/confirm-action";
import { InlineAction } from "@/components/forms/inline-action";
import { Badge } from "@/components/ui/badge";
import { Card, Section } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { EVERY_ALERT_TYPE } from "@/lib/alerts/rules";
import type { Endpoint } from "@/lib/alerts/webhooks/webhooks";
import { formatInstant } from "@/lib/i18n/format";
import { systemNow } from "@/lib/time/clock";
import {
  addEndpointAction,
  chooseTypesAction,
  removeEndpointAction,
  rotateSecretAction,
  sendTestAction,
  switchEndpointAction,
} from "./actions";

/** The organization's endpoints, and what can be done with each. */
export async function Endpoints(props: {
  readonly slug: string;
  readonly endpoints: readonly Endpoint[];
  readonly timeZone: string;
}) {
  const t = await getTranslations("alerts.endpoints");
  return (
    <Section id="endpoints" title={t("title")} description={t("text")}>
      {props.endpoints.length === 0 ? (
        <Card>
          <EmptyState icon={<Webhook />} title={t("none")}>
            {t("noneText")}
          </EmptyState>
        </Card>
      ) : (
        <ul className="grid grid-cols-1 gap-4">
          {props.endpoints.map((endpoint) => (
            <li key={endpoint.id}>
              <EndpointCard slug={props.slug} endpoint={endpoint} timeZone={props.timeZone} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

async function EndpointCard(props: {
  readonly slug: string;
  readonly endpoint: Endpoint;
  readonly timeZone: string;
}) {
  const [t, locale] = await Promise.all([getTranslations("alerts.endpoints"), getLocale()]);
  const { id, url, types, isEnabled, disabledBecause, formerSecretUntil } = props.endpoint;
  const hidden = <input type="hidden" name="endpoint" value={id} />;
  const isFormerValid = formerSecretUntil !== null && formerSecretUntil > systemNow();
  return (
    <Card className="grid grid-cols-1 gap-4 p-5">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <h3 className="min-w-0 flex-[1_1_16rem] font-mono text-[0.8125rem] leading-6 font-medium break-all">
          {url}
        </h3>
        <Badge tone={isEnabled ? "good" : disabledBecause === "gone" ? "bad" : "neutral"}>
          {isEnabled ? t("on") : disabledBecause === "gone" ? t("gone") : t("off")}
        </Badge>
      </div>
      <ul aria-label={t("events")} className="flex flex-wrap gap-1">
        {types.map((type) => (
          <li key={type}>
            <code className="rounded border border-line bg-sunken px-1.5 text-xs leading-5">{type}</code>
          </li>
        ))}
      </ul>
      {isFormerValid && (
        <p className="text-xs text-ink-faint">
          {t("former", { time: formatInstant(formerSecretUntil, props.timeZone, locale) })}
        </p>
      )}
      <details>
        <summary className="cursor-pointer text-[0.8125rem] font-medium text-link hover:underline">
          {t("change")}
        </summary>
        <ActionForm
          action={chooseTypesAction.bind(null, props.slug)}
          submit={t("save")}
          look="outline"
          className="mt-3"
        >
          {hidden}
          <Types legend={t("events")} chosen={types} />
        </ActionForm>
      </details>
      <Actions {...props} />
    </Card>
  );
}

async function Actions({ slug, endpoint }: { readonly slug: string; readonly endpoint: Endpoint }) {
  const t = await getTranslations("alerts.endpoints");
  const { id, url, isEnabled } = endpoint;
  const hidden = <input type="hidden" name="endpoint" value={id} />;
  const address = new URL(url).host;
  return (
    <div className="flex flex-wrap items-start gap-2 border-t border-line pt-4">
      {isEnabled && (
        <InlineAction action={sendTestAction.bind(null, slug)} submit={t("test")}>
          {hidden}
        </InlineAction>
      )}
      <InlineAction
        action={rotateSecretAction.bind(null, slug)}
        submit={t("rotate")}
        secretWords={await secretWords()}
      >
        {hidden}
      </InlineAction>
      {isEnabled ? (
        <ConfirmAction
          action={switchEndpointAction.bind(null, slug)}
          label={t("switchOffWhich", { address })}
          words={{
            ask: t("switchOff"),
            title: t("switchOffTitle"),
            text: t("switchOffText"),
            confirm: t("switchOff"),
            cancel: t("cancel"),
          }}
        >
          {hidden}
          <input type="hidden" name="to" value="off" />
        </ConfirmAction>
      ) : (
        <InlineAction action={switchEndpointAction.bind(null, slug)} submit={t("switchOn")}>
          {hidden}
          <input type="hidden" name="to" value="on" />
        </InlineAction>
      )}
      <ConfirmAction
        action={removeEndpointAction.bind(null, slug)}
        look="danger"
        label={t("removeWhich", { address })}
        words={{
          ask: t("remove"),
          title: t("removeTitle"),
          text: t("removeText"),
          confirm: t("remove"),
          cancel: t("cancel"),
        }}
      >
        {hidden}
      </ConfirmAction>
    </div>
  );
}

/** The form that adds an endpoint, and how its receiver verifies what comes. */
export async function NewEndpoint({ slug }: { readonly slug: string }) {
  const t = await getTranslations("alerts.add");
  return (
    <Section id="add" title={t("title")} description={t("text")}>
      <Card className="p-5">
        <ActionForm
          action={addEndpointAction.bind(null, slug)}
          submit={t("submit")}
          secretWords={await secretWords()}
        >
          <TextField
            name="url"
            type="url"
            label={t("url")}
            hint={t("urlHint")}
            placeholder="https://"
            className="max-w-xl"
            required
          />
          <Types legend={t("types")} chosen={EVERY_ALERT_TYPE} />
          <p className="text-[0.8125rem] text-ink-faint">
            {t.rich("verify", {
              link: (words) => (
                <a
                  href="https://www.standardwebhooks.com/"
                  className="text-link underline underline-offset-2"
                  rel="noreferrer"
                >
                  {words}
                </a>
              ),
            })}
          </p>
        </ActionForm>
      </Card>
    </Section>
  );
}

async function Types({ legend, chosen }: { readonly legend: string; readonly chosen: readonly string[] }) {
  const t = await getTranslations("alerts.types");
  return (
    <CheckboxGroup
      name="types"
      legend={legend}
      options={EVERY_ALERT_TYPE.map((type) => ({
        value: type,
        label: t(type.replace(".", "_") as "balance_low"),
        text: type,
      }))}
      chosen={chosen}
    />
  );
}

async function secretWords() {
  const t = await getTranslations("alerts.secret");
  return {
    title: t("title"),
    text: t("text"),
    label: t("label"),
    copy: t("copy"),
    copied: t("copied"),
  };
}
