import { afterAll, describe, expect, test } from "vitest";
import { acrossOrganizations, closeDatabases } from "@/db/client";
import { auditOf } from "@/lib/audit/audit";
import { systemScope, systemStaffScope } from "../scope";
import { newMember, newOrganization, newUser } from "../testing";
import {
  actFor,
  addMember,
  changeRole,
  leaveOrganization,
  lookInto,
  members,
  namesInCharge,
  removeMember,
  seatsTaken,
} from "./members";

afterAll(closeDatabases);

const managerOf = (organizationId: number) => systemScope("test", organizationId, "members:manage");

test("seats are taken by agents and supervisors, not by owners and admins · U3", async () => {
  const { id } = await newOrganization();
  const seats = () => acrossOrganizations((tx) => seatsTaken(tx, id));
  expect(await seats()).toBe(0);
  await newMember(id, "owner");
  await newMember(id, "admin");
  expect(await seats()).toBe(0);
  const supervisor = await newMember(id, "supervisor");
  await newMember(id, "agent");
  expect(await seats()).toBe(2);
  await changeRole(managerOf(id), supervisor.id, "admin");
  expect(await seats()).toBe(1);
});

test("a person is a member once", async () => {
  const [{ id }, user] = await Promise.all([newOrganization(), newUser()]);
  const additions = await Promise.allSettled([1, 2, 3].map(() => addMember(managerOf(id), user.id, "agent")));
  expect(additions.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await members(managerOf(id))).toMatchObject([{ userId: user.id, role: "agent" }]);
});

describe("the last owner", () => {
  test("is neither removed nor made something else, and does not leave", async () => {
    const { id } = await newOrganization();
    const owner = await newMember(id, "owner");
    const asOwner = {
      ...systemScope("test", id, "organization:read"),
      actor: { kind: "user", userId: owner.id } as const,
    };
    await expect(removeMember(managerOf(id), owner.id)).rejects.toMatchObject({ code: "conflict" });
    await expect(changeRole(managerOf(id), owner.id, "admin")).rejects.toMatchObject({ code: "conflict" });
    await expect(leaveOrganization(asOwner)).rejects.toMatchObject({ code: "conflict" });
    await newMember(id, "owner");
    await leaveOrganization(asOwner);
    expect(await members(managerOf(id))).toHaveLength(1);
  });

  test("remains when two owners remove each other at once", async () => {
    const { id } = await newOrganization();
    const owners = [await newMember(id, "owner"), await newMember(id, "owner")];
    const removals = await Promise.allSettled(owners.map((owner) => removeMember(managerOf(id), owner.id)));
    expect(removals.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await members(managerOf(id))).toHaveLength(1);
  });
});

test("another organization's member is not known here", async () => {
  const [mine, other] = await Promise.all([newOrganization(), newOrganization()]);
  const stranger = await newMember(other.id, "agent");
  await expect(removeMember(managerOf(mine.id), stranger.id)).rejects.toMatchObject({ code: "not_found" });
  await expect(changeRole(managerOf(mine.id), stranger.id, "owner")).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await members(managerOf(mine.id))).toEqual([]);
});

test("who may let others in is named: owners and admins", async () => {
  const { id } = await newOrganization();
  await newMember(id, "owner");
  await newMember(id, "agent");
  expect(await namesInCharge(systemScope("test", id, "organization:read"))).toEqual(["Rina Putri"]);
});

test("every change is in the organization's audit log, newest first · A4", async () => {
  const { id } = await newOrganization();
  const member = await newMember(id, "agent");
  await changeRole(managerOf(id), member.id, "supervisor");
  await changeRole(managerOf(id), member.id, "supervisor");
  await removeMember(managerOf(id), member.id);
  const { entries, next } = await auditOf(
    systemScope("test", id, "audit:read"),
    { action: "member." },
    null,
    10,
  );
  expect(next).toBeNull();
  expect(entries).toMatchObject([
    { action: "member.removed", subject: `user:${member.id}`, before: { role: "supervisor" } },
    { action: "member.role_changed", before: { role: "agent" }, after: { role: "supervisor" } },
    { action: "member.added", actor: "system:test", after: { role: "agent" } },
  ]);
});

test("staff enter an organization by its slug; one that does not exist is refused", async () => {
  const { id, slug } = await newOrganization();
  const staff = systemStaffScope("test", "back_office:read", "back_office:write");
  expect(await lookInto(staff, slug, "purchases:read")).toMatchObject({ organizationId: id });
  expect(await actFor(staff, slug, "members:manage")).toMatchObject({ organizationId: id });
  await expect(lookInto(staff, `${slug}-x`, "usage:read")).rejects.toMatchObject({
    code: "organization_not_found",
  });
});
