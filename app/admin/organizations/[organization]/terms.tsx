import type { Route } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { ActionForm, SelectField, TextField } from "@/components/forms/action-form";
import { ConfirmAction } from "@/components/forms/confirm-action";
import { Badge } from "@/components/ui/badge";
import { Card, Section } from "@/components/ui/card";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import type { OrganizationFile } from "@/lib/back-office/organizations";
import { packagesOffered } from "@/lib/back-office/packages";
import { listBooks } from "@/lib/back-office/price-books";
import { formatDay, formatMoney, formatMonth, formatUnits } from "@/lib/i18n/format";
import { type Terms, termsIn } from "@/lib/packages/packages";
import { nextMonth } from "@/lib/time/period";
import { lookAsStaff } from "../../place";
import { addNumberAction, assignBookAction, assignPackageAction, removeNumberAction } from "./actions";

type Props = { readonly file: OrganizationFile; readonly mayWrite: boolean };

/** Which package the client has from which month on, and what was agreed with it alone (A2). */
export async function PackageTerms({ file, mayWrite }: Props) {
  const t = await getTranslations("admin.file.packages");
  const inForce = termsIn(file.terms, file.month);
  return (
    <Section id="packages" title={t("title")} description={t("text")}>
      <Card>
        {file.terms.length === 0 ? (
          <p className="px-4 py-5 text-ink-faint">{t("none")}</p>
        ) : (
          <Table caption={t("title")} minWidth="44rem">
            <thead>
              <tr>
                <HeadCell>{t("from")}</HeadCell>
                <HeadCell>{t("package")}</HeadCell>
                <HeadCell numeric>{t("seats")}</HeadCell>
                <HeadCell numeric>{t("visitors")}</HeadCell>
                <HeadCell numeric>{t("conversations")}</HeadCell>
                <HeadCell numeric>{t("balance")}</HeadCell>
              </tr>
            </thead>
            <tbody>
              {file.terms.toReversed().map((terms) => (
                <TermsLine
                  key={terms.fromMonth}
                  terms={terms}
                  inForce={terms === inForce}
                  currency={file.organization.currency}
                />
              ))}
            </tbody>
          </Table>
        )}
        {mayWrite && <AssignPackage file={file} />}
      </Card>
    </Section>
  );
}

async function TermsLine(props: {
  readonly terms: Terms;
  readonly inForce: boolean;
  readonly currency: string;
}) {
  const [t, locale] = await Promise.all([getTranslations("admin.file.packages"), getLocale()]);
  const { terms } = props;
  const agreed = (isAgreed: boolean) => (isAgreed ? <span className="text-info"> *</span> : null);
  return (
    <Row>
      <RowHead className="whitespace-nowrap">
        {formatMonth(terms.fromMonth, locale)}
        {props.inForce && (
          <span className="ml-2 inline-block">
            <Badge tone="good">{t("inForce")}</Badge>
          </span>
        )}
      </RowHead>
      <Cell>
        <Link href={`/admin/packages/${terms.packageSlug}` as Route} className="rounded hover:underline">
          {terms.packageName}
        </Link>
      </Cell>
      <Cell numeric>
        {formatUnits(terms.seats, locale)}
        {agreed(terms.overrides.seats !== null)}
      </Cell>
      <Cell numeric>
        {formatUnits(terms.uniqueVisitors, locale)}
        {agreed(terms.overrides.uniqueVisitors !== null)}
      </Cell>
      <Cell numeric>
        {terms.conversations === null ? "–" : formatUnits(terms.conversations, locale)}
        {agreed(terms.overrides.conversations !== null)}
      </Cell>
      <Cell numeric>
        {formatMoney(terms.initialBalance, props.currency, locale, { round: true })}
        {agreed(terms.overrides.initialBalance !== null)}
      </Cell>
    </Row>
  );
}

async function AssignPackage({ file }: { readonly file: OrganizationFile }) {
  const [t, { scope }] = await Promise.all([getTranslations("admin.file.packages"), lookAsStaff()]);
  const { slug, currency } = file.organization;
  const packages = (await packagesOffered(scope)).filter((one) => one.currency === currency);
  const current = termsIn(file.terms, file.month)?.packageSlug;
  return (
    <div className="border-t border-line p-4">
      <ActionForm
        action={assignPackageAction.bind(null, slug)}
        submit={t("assign")}
        look="outline"
        note={t("assignNote")}
        className="sm:grid-cols-2 xl:grid-cols-3"
      >
        <SelectField
          name="package"
          label={t("package")}
          options={packages.map((one) => ({ value: one.slug, label: `${one.name} · ${one.slug}` }))}
          {...(current && { defaultValue: current })}
        />
        <TextField name="from_month" type="month" label={t("from")} defaultValue={nextMonth(file.month)} />
        <TextField name="seats" label={t("seats")} placeholder={t("asPackage")} inputMode="numeric" />
        <TextField
          name="unique_visitors"
          label={t("visitors")}
          placeholder={t("asPackage")}
          inputMode="numeric"
        />
        <TextField
          name="conversations"
          label={t("conversations")}
          placeholder={t("asPackage")}
          inputMode="numeric"
        />
        <TextField
          name="initial_balance"
          label={t("balance")}
          placeholder={t("asPackage")}
          inputMode="decimal"
        />
      </ActionForm>
    </div>
  );
}

/** Which prices the client has from which day on (A1). */
export async function PriceBooks({ file, mayWrite }: Props) {
  const [t, locale, { scope }] = await Promise.all([
    getTranslations("admin.file.books"),
    getLocale(),
    lookAsStaff(),
  ]);
  const { slug, currency } = file.organization;
  const offered = mayWrite
    ? (await listBooks(scope, file.today)).filter((one) => one.currency === currency)
    : [];
  const current = file.books.find(({ inForce }) => inForce);
  return (
    <Section id="books" title={t("title")} description={t("text")}>
      <Card>
        {file.books.length === 0 ? (
          <p className="px-4 py-5 text-ink-faint">{t("none")}</p>
        ) : (
          <ul className="divide-y divide-line">
            {file.books.toReversed().map((book) => (
              <li key={book.fromDay} className="flex flex-wrap items-center gap-3 px-4 py-2.5">
                <span className="figures w-28">{formatDay(book.fromDay, locale)}</span>
                <Link href={`/admin/price-books/${book.slug}` as Route} className="rounded hover:underline">
                  {book.name}
                </Link>
                <span className="text-ink-faint">{book.slug}</span>
                {book.inForce && <Badge tone="good">{t("inForce")}</Badge>}
              </li>
            ))}
          </ul>
        )}
        {mayWrite && (
          <div className="border-t border-line p-4">
            <ActionForm
              action={assignBookAction.bind(null, slug)}
              submit={t("assign")}
              look="outline"
              className="sm:grid-cols-2"
            >
              <SelectField
                name="price_book"
                label={t("book")}
                options={offered.map((one) => ({ value: one.slug, label: `${one.name} · ${one.slug}` }))}
                {...(current && { defaultValue: current.slug })}
              />
              <TextField name="from_day" type="date" label={t("from")} defaultValue={file.today} />
            </ActionForm>
          </div>
        )}
      </Card>
    </Section>
  );
}

/** The client's WhatsApp business numbers, by Meta's ids of them. */
export async function Numbers({ file, mayWrite }: Props) {
  const t = await getTranslations("admin.file.numbers");
  return (
    <Section id="numbers" title={t("title")} description={t("text")}>
      <Card>
        {file.numbers.length === 0 ? (
          <p className="px-4 py-5 text-ink-faint">{t("none")}</p>
        ) : (
          <ul className="divide-y divide-line">
            {file.numbers.map((number) => (
              <li
                key={number.phoneNumberId}
                className="figures flex min-h-12 flex-wrap items-center gap-x-6 px-4 py-2"
              >
                <span className="font-medium">{number.displayPhoneNumber}</span>
                <span className="text-ink-faint">{t("id", { id: number.phoneNumberId })}</span>
                {mayWrite && (
                  <span className="ml-auto">
                    <ConfirmAction
                      action={removeNumberAction.bind(null, file.organization.slug, number.phoneNumberId)}
                      label={t("removeWhich", { number: number.displayPhoneNumber })}
                      look="ghost"
                      words={{
                        ask: t("remove"),
                        title: t("removeTitle", { number: number.displayPhoneNumber }),
                        text: t("removeText"),
                        confirm: t("remove"),
                        cancel: t("keep"),
                      }}
                    />
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
        {mayWrite && (
          <div className="border-t border-line p-4">
            <ActionForm
              action={addNumberAction.bind(null, file.organization.slug)}
              submit={t("add")}
              look="outline"
              className="sm:grid-cols-2"
            >
              <TextField
                name="phone_number_id"
                label={t("phoneNumberId")}
                hint={t("idHint")}
                inputMode="numeric"
              />
              <TextField name="display_phone_number" label={t("display")} placeholder="+62 21 1234 5678" />
            </ActionForm>
          </div>
        )}
      </Card>
    </Section>
  );
}
