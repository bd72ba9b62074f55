import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { MemberLists } from "@/components/access-lists/members";
import { authorize } from "@/lib/auth/authorize";
import { openInvitations } from "@/lib/auth/members/invitations";
import { members } from "@/lib/auth/members/members";
import { organizationOf } from "@/lib/organizations/organizations";
import { changeRoleAction, inviteAction, removeMemberAction, revokeInvitationAction } from "../actions";
import { SettingsFrame } from "../settings-frame";

type Props = { readonly params: Promise<{ organization: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings.tabs"))("members") };
}

/** Who belongs to the organization, who is invited, and what each may do. */
export default async function MembersPage({ params }: Props) {
  const { organization: slug } = await params;
  const scope = await authorize(slug, "members:manage");
  const [t, people, invitations, { name, timeZone }] = await Promise.all([
    getTranslations("settings.members"),
    members(scope),
    openInvitations(scope),
    organizationOf(scope),
  ]);
  return (
    <SettingsFrame slug={slug} tab="members" lead={t("lead", { organization: name })}>
      <MemberLists
        members={people}
        invitations={invitations}
        timeZone={timeZone}
        self={scope.actor.kind === "user" ? scope.actor.userId : null}
        actions={{
          invite: inviteAction.bind(null, slug),
          changeRole: changeRoleAction.bind(null, slug),
          remove: removeMemberAction.bind(null, slug),
          revokeInvitation: revokeInvitationAction.bind(null, slug),
        }}
      />
    </SettingsFrame>
  );
}
