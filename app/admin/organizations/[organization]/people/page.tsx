import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { MemberLists } from "@/components/access-lists/members";
import { readAccess, readOrganizationFile } from "@/lib/back-office/organizations";
import { lookAsStaff } from "../../../place";
import { FileFrame } from "../file-frame";
import {
  changeRoleAction,
  inviteAction,
  removeMemberAction,
  resetSecondFactorAction,
  revokeInvitationAction,
} from "../people-actions";

type Props = { readonly params: Promise<{ organization: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).organization };
}

/** Who belongs to a client, and who is invited (A1). */
export default async function PeoplePage({ params }: Props) {
  const { organization: slug } = await params;
  const { scope, mayWrite } = await lookAsStaff();
  const [file, access] = await Promise.all([readOrganizationFile(scope, slug), readAccess(scope, slug)]);
  if (!file || !access) notFound();
  return (
    <FileFrame organization={file.organization} tab="people">
      <MemberLists
        members={access.members}
        invitations={access.invitations}
        timeZone={file.organization.timeZone}
        self={null}
        actions={
          mayWrite
            ? {
                invite: inviteAction.bind(null, slug),
                changeRole: changeRoleAction.bind(null, slug),
                remove: removeMemberAction.bind(null, slug),
                revokeInvitation: revokeInvitationAction.bind(null, slug),
                resetSecondFactor: resetSecondFactorAction.bind(null, slug),
              }
            : null
        }
      />
    </FileFrame>
  );
}
