import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { UsageEvent } from "./message";
import { readCallbackData, readWebhook } from "./whatsapp";

const FOLDER = join(import.meta.dirname, "fixtures");
const receivedAt = new Date("2026-11-02T05:00:00Z");

function fixture(name: string): UsageEvent[] {
  const file = readdirSync(FOLDER).find((candidate) => candidate.startsWith(name));
  if (!file) throw new Error(`no fixture ${name}`);
  return events(JSON.parse(readFileSync(join(FOLDER, file), "utf8")));
}

function events(body: unknown): UsageEvent[] {
  return (readWebhook(body, receivedAt) ?? []).flatMap((report) => [...report.events]);
}

const body = (value: object) => ({
  object: "whatsapp_business_account",
  entry: [{ id: "1", changes: [{ field: "messages", value }] }],
});
const metadata = { display_phone_number: "622155501000", phone_number_id: "106540352242922" };

/** The one event of a status, or undefined. */
function ofStatus(status: object, contacts?: object[]): UsageEvent | undefined {
  const plain = {
    id: "wamid.A",
    status: "delivered",
    timestamp: "1749416383",
    recipient_id: "6281234567890",
  };
  return events(body({ metadata, contacts, statuses: [{ ...plain, ...status }] }))[0];
}

function ofMessage(message: object, contacts?: object[]): UsageEvent | undefined {
  const plain = { from: "6281234567890", id: "wamid.B", timestamp: "1749416383", type: "text" };
  return events(body({ metadata, contacts, messages: [{ ...plain, ...message }] }))[0];
}

describe("the bodies that Meta publishes", () => {
  test("every one of them is read, for the number that its metadata names", () => {
    for (const file of readdirSync(FOLDER)) {
      const reports = readWebhook(JSON.parse(readFileSync(join(FOLDER, file), "utf8")), receivedAt);
      expect([file, reports?.length]).toEqual([file, 1]);
      expect(reports?.[0]?.events[0]?.businessNumber).toBe(reports?.[0]?.phoneNumberId);
    }
  });

  test("an inbound text", () => {
    expect(fixture("01")).toMatchObject([
      {
        kind: "received",
        channel: "whatsapp",
        contact: "16505551234",
        businessNumber: "106540352242922",
        at: 1_749_416_383_000,
        fromAd: false,
        groupId: null,
        source: "whatsapp:106540352242922",
        id: "message:wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=",
      },
    ]);
  });

  test("an inbound text from an ad, and from a group", () => {
    expect(fixture("02")).toMatchObject([{ kind: "received", fromAd: true }]);
    expect(fixture("05")).toMatchObject([
      {
        kind: "received",
        contact: "16505551234",
        groupId: "HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA",
      },
    ]);
  });

  test("a status with conversation and pricing beside it", () => {
    expect(fixture("10")).toMatchObject([
      {
        kind: "sent",
        messageId: "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA=",
        pricing: { type: "regular", category: "marketing" },
        conversation: {
          id: "72b14d6bd5407799e66f64d1b338e567",
          expiresAt: 1_750_116_480_000,
          origin: "marketing",
        },
      },
    ]);
  });

  test("a failure with its reason and without pricing", () => {
    expect(fixture("12")).toMatchObject([
      {
        kind: "failed",
        pricing: null,
        error: {
          code: "131049",
          title: "This message was not delivered to maintain healthy ecosystem engagement.",
        },
      },
    ]);
  });

  test("an observed sequence of sent, delivered and read of one message: three events", () => {
    const sequence = ["15", "16", "17"].flatMap(fixture);
    expect(sequence.map(({ kind }) => kind)).toEqual(["sent", "delivered", "read"]);
    expect(new Set(sequence.map(({ messageId, contact }) => `${messageId} ${contact}`)).size).toBe(1);
    expect(new Set(sequence.map(({ id }) => id)).size).toBe(3);
    expect(sequence[2]).toMatchObject({
      pricing: { type: "free_customer_service", category: "service" },
      conversation: { expiresAt: null },
    });
  });

  test("a group's statuses: placeholders for times stand for when it was received, pricing inside conversation", () => {
    expect(fixture("30")).toMatchObject([
      {
        kind: "delivered",
        groupId: "GROUP_ID",
        contact: "GROUP_PARTICIPANT_PHONE_NUMBER",
        at: receivedAt.getTime(),
        pricing: { type: null, category: "conversation_category" },
      },
      { kind: "delivered" },
    ]);
  });
});

describe("statuses", () => {
  test.each([
    ["sent", "sent"],
    ["delivered", "delivered"],
    ["read", "read"],
    ["played", "read"],
    ["failed", "failed"],
    ["Delivered", "delivered"],
  ])("%s is %s", (status, kind) => {
    expect(ofStatus({ status })?.kind).toBe(kind);
  });

  test.each([["deleted"], ["warning"], [""], [7], [null]])("%s is passed by", (status) => {
    expect(ofStatus({ status })).toBeUndefined();
  });

  test("the same status again is the same event; another time or recipient is another", () => {
    const id = ofStatus({})?.id;
    expect(ofStatus({})?.id).toBe(id);
    expect(ofStatus({ timestamp: "1749416384" })?.id).not.toBe(id);
    expect(ofStatus({ recipient_id: "6281234567891" })?.id).not.toBe(id);
  });

  test.each([
    ["recipient_participant_id", "recipient_participant_id"],
    ["participant_recipient_id", "participant_recipient_id"],
  ])("a group's member in %s", (_, field) => {
    const event = ofStatus({ recipient_type: "group", recipient_id: "g1", [field]: "6281200000001" });
    expect(event).toMatchObject({ groupId: "g1", contact: "6281200000001" });
    // Whoever names a member means a group.
    const bare = ofStatus({ recipient_id: "g1", [field]: "6281200000001" });
    expect(bare).toMatchObject({ groupId: "g1", contact: "6281200000001" });
    expect(ofStatus({ [field]: "" })).toMatchObject({ groupId: null, contact: "6281234567890" });
  });

  test("a group's status as a whole names no member", () => {
    expect(ofStatus({ recipient_type: "group", recipient_id: "g1" })).toMatchObject({
      groupId: "g1",
      contact: "",
    });
  });

  test.each([["user_id"], ["recipient_user_id"]])("a recipient known only by %s", (field) => {
    expect(ofStatus({ recipient_id: "", [field]: "ID.1A2b" })).toMatchObject({ contact: "ID.1A2b" });
    const contacts = [{ wa_id: "", user_id: "ID.2" }];
    expect(ofStatus({ recipient_id: "", [field]: "ID.1A2b" }, contacts)?.contact).toBe("ID.1A2b");
    expect(ofStatus({ recipient_id: "" }, contacts)?.contact).toBe("ID.2");
    expect(ofStatus({}, contacts)?.contact).toBe("6281234567890");
  });

  test.each([
    ["beside conversation", { pricing: { type: "regular", category: "utility" } }],
    ["inside it", { conversation: { id: "c", pricing: { type: "regular", category: "utility" } } }],
  ])("pricing %s", (_, status) => {
    expect(ofStatus(status)?.pricing).toEqual({ type: "regular", category: "utility" });
  });

  test.each([
    ["as text", "1750116480", 1_750_116_480_000],
    ["as number", 1_750_116_480, 1_750_116_480_000],
    ["as nonsense", "soon", null],
    ["as null", null, null],
  ])("the conversation's expiry %s", (_, expiration_timestamp, expiresAt) => {
    expect(ofStatus({ conversation: { id: "c", expiration_timestamp } })?.conversation?.expiresAt).toBe(
      expiresAt,
    );
  });

  test.each([
    ["text", "1749416383", 1_749_416_383_000],
    ["number", 1_749_416_383, 1_749_416_383_000],
    ["a placeholder", "TIMESTAMP", receivedAt.getTime()],
    ["nothing", undefined, receivedAt.getTime()],
    ["a fraction", "1749416383.5", receivedAt.getTime()],
    ["far too large", "999999999999", receivedAt.getTime()],
  ])("a time as %s", (_, timestamp, at) => {
    expect(ofStatus({ timestamp })?.at).toBe(at);
  });

  test("category spellings: authentication-international and authentication_international are the same", () => {
    for (const category of ["authentication-international", "AUTHENTICATION_INTERNATIONAL"]) {
      expect(ofStatus({ pricing: { category } })?.pricing?.category).toBe("authentication-international");
    }
  });

  test("a number is its digits, however it is written", () => {
    expect(ofStatus({ recipient_id: "+62 812-3456-7890" })?.contact).toBe("6281234567890");
  });
});

describe("the string that the sender gave and Meta echoes · biz_opaque_callback_data", () => {
  const nothing = { broadcast: null, hold: null, template: null };
  test.each([
    ["nothing", undefined, nothing],
    ["the bare id of a hold", "hold_Ab1", { ...nothing, hold: "hold_Ab1" }],
    [
      "JSON",
      '{"broadcast":{"id":"bc_7","name":"11.11"},"hold":"hold_1","template":"promo"}',
      { broadcast: { id: "bc_7", name: "11.11" }, hold: "hold_1", template: "promo" },
    ],
    [
      "a broadcast by its id",
      '{"broadcast":"bc_7"}',
      { ...nothing, broadcast: { id: "bc_7", name: "bc_7" } },
    ],
    ["one bad part of several", '{"broadcast":7,"hold":"hold_1"}', { ...nothing, hold: "hold_1" }],
    ["the sender's own", "campaign=7", nothing],
    ["JSON of its own", "[1,2]", nothing],
  ])("%s", (_, text, said) => {
    expect(readCallbackData(text)).toEqual(said);
  });

  test("is read from a status", () => {
    expect(ofStatus({ biz_opaque_callback_data: "hold_9" })?.hold).toBe("hold_9");
  });
});

describe("messages from customers", () => {
  test("a user known only by a user id, with empty phone fields", () => {
    expect(ofMessage({ from: "", user_id: "ID.77" })?.contact).toBe("ID.77");
    expect(ofMessage({ from: "", from_user_id: "ID.78" })?.contact).toBe("ID.78");
    expect(ofMessage({ from: "" }, [{ wa_id: "", user_id: "ID.79" }])?.contact).toBe("ID.79");
    expect(ofMessage({ from: "" })).toBeUndefined();
  });

  test("a boosted post is no ad", () => {
    expect(ofMessage({ referral: { source_type: "post" } })?.fromAd).toBe(false);
    expect(ofMessage({ referral: { source_type: "ad" } })?.fromAd).toBe(true);
  });

  test.each([["wa_id"], ["new_wa_id"]])("user_changed_number gives the new number in %s", (field) => {
    const system = { type: "user_changed_number", [field]: "6281200000009" };
    expect(ofMessage({ type: "system", system })).toMatchObject({
      kind: "received",
      contact: "6281200000009",
      formerContact: "6281234567890",
    });
  });

  test("another notice of the system is no message of the customer", () => {
    expect(ofMessage({ type: "system", system: { type: "user_identity_changed" } })).toBeUndefined();
  });

  test("a customer's call opens the window; the business's own does not", () => {
    const call = { id: "call.1", from: "6281234567890", timestamp: "1749416383", event: "connect" };
    expect(events(body({ metadata, calls: [call] }))).toMatchObject([
      { kind: "called", id: "call:call.1:connect", contact: "6281234567890" },
    ]);
    expect(events(body({ metadata, calls: [{ ...call, direction: "BUSINESS_INITIATED" }] }))).toEqual([]);
  });
});

describe("other bodies", () => {
  test.each([
    ["an account update", body({ phone_number: "1", event: "VERIFIED_ACCOUNT" })],
    ["a template update", body({ message_template_id: 1, event: "APPROVED" })],
    ["without entries", { object: "whatsapp_business_account" }],
    ["entries of nothing", { entry: [null, {}, { changes: [null, {}, { value: null }] }] }],
    ["no number", body({ statuses: [{ id: "a", status: "read" }] })],
  ])("%s carry nothing to meter", (_, json) => {
    expect(readWebhook(json, receivedAt)).toEqual([]);
  });

  test.each([["text"], [7], [null], [[]]])("%j is no webhook body", (json) => {
    expect(readWebhook(json, receivedAt)).toBeNull();
  });

  test("one bad item never hides the good ones beside it", () => {
    const good = { id: "wamid.A", status: "read", recipient_id: "62812" };
    const value = { metadata, statuses: [null, 7, { status: {} }, good], messages: "none" };
    expect(events(body(value))).toMatchObject([{ kind: "read", messageId: "wamid.A" }]);
  });

  test("a body tells of several numbers, each by itself", () => {
    const change = (phone_number_id: string) => ({
      value: { metadata: { phone_number_id }, statuses: [{ id: "a", status: "read", recipient_id: "62" }] },
    });
    const reports = readWebhook({ entry: [{ changes: [change("1"), change("2")] }] }, receivedAt);
    expect(reports?.map(({ phoneNumberId }) => phoneNumberId)).toEqual(["1", "2"]);
  });
});
