import { describe, expect, test } from "vitest";
import { HOUR, NOON, NUMBER } from "./testing";
import {
  addInbound,
  type Conversation,
  coveringConversation,
  type EntryPoint,
  entryAnswered,
  noteAnswer,
  windowFrom,
  withdrawAnswer,
} from "./windows";

const DAY = 24 * HOUR;

describe("customer service window · 24 h from the customer's last message, each restarts it", () => {
  test.each([
    ["at the same millisecond", 0, true],
    ["a millisecond before its end", DAY - 1, true],
    ["at its end", DAY, false],
    ["before the message", -1, false],
  ])("%s", (_, after, isOpen) => {
    expect(windowFrom([NOON], NOON + after)).toBe(isOpen ? NOON : null);
  });

  test("restarts with each message, and is found among several", () => {
    const times: number[] = [];
    for (const at of [NOON + 20 * HOUR, NOON, NOON + 60 * HOUR]) expect(addInbound(times, at)).toBe(true);
    expect(addInbound(times, NOON)).toBe(false);
    expect(times).toEqual([NOON, NOON + 20 * HOUR, NOON + 60 * HOUR]);
    expect(windowFrom(times, NOON + 43 * HOUR)).toBe(NOON + 20 * HOUR);
    expect(windowFrom(times, NOON + 44 * HOUR)).toBeNull();
    expect(windowFrom([], NOON)).toBeNull();
    expect(windowFrom(undefined, NOON)).toBeNull();
  });
});

function entered(at = NOON): EntryPoint {
  return {
    businessNumber: NUMBER,
    contact: "62",
    enteredAt: at,
    answers: [],
    saidExpiry: null,
    changed: false,
  };
}

describe("free entry point · answered within 24 h, then free for 72 h from the answer", () => {
  test.each([
    ["at once", 0, true],
    ["after exactly 24 h", DAY, true],
    ["a millisecond too late", DAY + 1, false],
    ["before the customer came", -1, false],
  ])("an answer %s", (_, after, counts) => {
    const entry = entered();
    noteAnswer([entry], NOON + after, null);
    expect(entryAnswered([entry], NOON + after)).toBe(counts ? NOON + after : null);
    expect(entry.changed).toBe(counts);
  });

  test.each([
    ["the answer itself", 0, true],
    ["a millisecond before the end", 3 * DAY - 1, true],
    ["at the end", 3 * DAY, false],
    ["before the answer", -1, false],
  ])("%s is free: %s", (_, after, isFree) => {
    const entry = entered();
    const answer = NOON + HOUR;
    noteAnswer([entry], answer, null);
    expect(entryAnswered([entry], answer + after)).toBe(isFree ? answer : null);
  });

  test("the earliest answer counts, in whatever order answers are told of", () => {
    const entry = entered();
    noteAnswer([entry], NOON + 5 * HOUR, null);
    noteAnswer([entry], NOON + HOUR, null);
    noteAnswer([entry], NOON + 3 * HOUR, null);
    expect(entry.answers).toEqual([NOON + HOUR, NOON + 3 * HOUR, NOON + 5 * HOUR]);
    withdrawAnswer([entry], NOON + HOUR);
    expect(entryAnswered([entry], NOON + 3 * HOUR)).toBe(NOON + 3 * HOUR);
    expect(entryAnswered([entry], NOON + HOUR)).toBeNull();
  });

  test("where a status carries the conversation's expiry, that decides", () => {
    const entry = entered();
    noteAnswer([entry], NOON, NOON + HOUR);
    expect(entryAnswered([entry], NOON + HOUR - 1)).toBe(NOON);
    expect(entryAnswered([entry], NOON + HOUR)).toBeNull();
  });

  test("nobody who came through no ad is free", () => {
    noteAnswer(undefined, NOON, null);
    withdrawAnswer(undefined, NOON);
    expect(entryAnswered(undefined, NOON)).toBeNull();
  });
});

function opened(category: string, openedAt: number): Conversation {
  return {
    businessNumber: NUMBER,
    contact: "62",
    category,
    openedAt,
    expiresAt: openedAt + DAY,
    openedBy: 1,
    storedAt: null,
    changed: false,
    closed: false,
  };
}

describe("conversation · 24 h, one of a category at a time", () => {
  test.each([
    ["at its opening", 0, true],
    ["a millisecond before its end", DAY - 1, true],
    ["at its end", DAY, false],
  ])("covers a message %s", (_, after, covers) => {
    const conversation = opened("marketing", NOON);
    expect(coveringConversation([conversation], "marketing", NOON + after, false)).toBe(
      covers ? conversation : null,
    );
  });

  test("covers its category only; a service reply is covered by any", () => {
    const conversation = opened("marketing", NOON);
    expect(coveringConversation([conversation], "utility", NOON, false)).toBeNull();
    expect(coveringConversation([conversation], "service", NOON, true)).toBe(conversation);
    conversation.closed = true;
    expect(coveringConversation([conversation], "service", NOON, true)).toBeNull();
    expect(coveringConversation(undefined, "service", NOON, true)).toBeNull();
  });

  test("told of in the wrong order is still one conversation, which begins with the earlier message", () => {
    const conversation = opened("marketing", NOON);
    expect(coveringConversation([conversation], "marketing", NOON - DAY, false)).toBeNull();
    expect(coveringConversation([conversation], "marketing", NOON - DAY + 1, false)).toBe(conversation);
    expect(conversation).toMatchObject({ openedAt: NOON - DAY + 1, expiresAt: NOON + 1, changed: true });
  });

  test("of two opened at the same instant, a late reply goes to the one of its own category, else the first by name", () => {
    const [service, marketing] = [opened("service", NOON), opened("marketing", NOON)];
    for (const both of [
      [service, marketing],
      [marketing, service],
    ]) {
      for (const one of both) one.openedAt = NOON;
      expect(coveringConversation(both, "service", NOON - HOUR, true)).toBe(service);
    }
    const utility = opened("utility", NOON);
    marketing.openedAt = NOON;
    expect(coveringConversation([utility, marketing], "service", NOON - HOUR, true)).toBe(marketing);
  });
});
