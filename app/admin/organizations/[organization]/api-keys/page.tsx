import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { KeyLists } from "@/components/access-lists/api-keys";
import { EVERY_KEY_SCOPE } from "@/lib/auth/permissions";
import { readAccess, readOrganizationFile } from "@/lib/back-office/organizations";
import { lookAsStaff } from "../../../place";
import { FileFrame } from "../file-frame";
import { createKeyAction, revokeKeyAction } from "../people-actions";

type Props = { readonly params: Promise<{ organization: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).organization };
}

/** The keys of a client's machines (A1). */
export default async function KeysPage({ params }: Props) {
  const { organization: slug } = await params;
  const { scope, mayWrite } = await lookAsStaff();
  const [file, access] = await Promise.all([readOrganizationFile(scope, slug), readAccess(scope, slug)]);
  if (!file || !access) notFound();
  return (
    <FileFrame organization={file.organization} tab="api-keys">
      <KeyLists
        keys={access.keys}
        timeZone={file.organization.timeZone}
        scopes={EVERY_KEY_SCOPE}
        actions={
          mayWrite
            ? { create: createKeyAction.bind(null, slug), revoke: revokeKeyAction.bind(null, slug) }
            : null
        }
      />
    </FileFrame>
  );
}
