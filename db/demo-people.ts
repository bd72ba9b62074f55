import { acrossOrganizations } from "@/db/client";
import type { Role } from "@/db/schema/access";
import { addMember, members } from "@/lib/auth/members/members";
import { systemScope, systemStaffScope } from "@/lib/auth/scope";
import { createStaff, createUser, findUser } from "@/lib/auth/users";
import { DEMO_CLIENTS } from "./demo-clients";
import type { Loading } from "./demo-load";

/** The password of everybody who can log in to the demo. */
const PASSWORD = "kebun-bunga-demo";

const NAMES_BY_ROLE: Readonly<Record<Role, string>> = {
  owner: "Ayu",
  admin: "Bima",
  supervisor: "Citra",
  agent: "Dimas",
};

type Person = {
  readonly email: string;
  readonly name: string;
  /** Role by the organization's slug. */
  readonly roles: Readonly<Record<string, Role>>;
  /** False for those who only take a seat: they have no password. */
  readonly logsIn: boolean;
};

/** Each role in each client, more agents who take seats, and somebody who works for two clients. */
const PEOPLE: readonly Person[] = [
  ...DEMO_CLIENTS.flatMap(({ slug, name }): Person[] => [
    ...(["owner", "admin", "supervisor", "agent"] as const).map((role) => ({
      email: `${role}@${slug}.example`,
      name: `${NAMES_BY_ROLE[role]} (${name})`,
      roles: { [slug]: role },
      logsIn: true,
    })),
    ...[2, 3].map((number) => ({
      email: `agent${number}@${slug}.example`,
      name: `Agen ${number} (${name})`,
      roles: { [slug]: "agent" as const },
      logsIn: false,
    })),
  ]),
  {
    email: "finance@grup-kebun.example",
    name: "Laras (Grup Kebun Demo)",
    roles: { "toko-melati": "admin", "rasa-cempaka": "supervisor" },
    logsIn: true,
  },
];

const STAFF = [
  { email: "operator@kuota.example", name: "Bayu (vendor)", role: "operator" },
  { email: "viewer@kuota.example", name: "Sekar (vendor)", role: "viewer" },
] as const;

/** A way into the demo. `organization` is a slug, or several; the vendor's staff have none. */
export type DemoLogin = {
  readonly email: string;
  readonly password: string;
  readonly role: string;
  readonly organization: string;
};

/** Everybody who can log in, with the password. */
export function demoLogins(): DemoLogin[] {
  const clients = PEOPLE.filter(({ logsIn }) => logsIn).map(({ email, roles }) => ({
    email,
    password: PASSWORD,
    role: Object.values(roles).join(" / "),
    organization: Object.keys(roles).join(" / "),
  }));
  const staff = STAFF.map(({ email, role }) => ({
    email,
    password: PASSWORD,
    role: `staff ${role}`,
    organization: "/admin",
  }));
  return [...clients, ...staff];
}

/** Writes everybody down and makes them members. Those who are there already stay as they are. */
export async function bringPeople(loaded: readonly Loading[]): Promise<void> {
  for (const person of PEOPLE) {
    const userId = await userOf(person);
    for (const { client, organizationId } of loaded) {
      const role = person.roles[client.slug];
      if (role) await makeMember(organizationId, userId, role);
    }
  }
  const operator = systemStaffScope("demo", "back_office:write");
  for (const { role, ...user } of STAFF) {
    if ((await knownUser(user.email)) === null) {
      await createStaff(operator, { ...user, password: PASSWORD }, role);
    }
  }
}

async function userOf({ email, name, logsIn }: Person): Promise<number> {
  const password = logsIn ? PASSWORD : null;
  const known = await knownUser(email);
  return known ?? acrossOrganizations((tx) => createUser(tx, { email, name, password }));
}

function knownUser(email: string): Promise<number | null> {
  return acrossOrganizations((tx) => findUser(tx, email));
}

async function makeMember(organizationId: number, userId: number, role: Role): Promise<void> {
  const scope = systemScope("demo", organizationId, "members:manage");
  const isMember = (await members(scope)).some((member) => member.userId === userId);
  if (!isMember) await addMember(scope, userId, role);
}
