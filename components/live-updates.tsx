"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, useState, useTransition } from "react";

/** Pages show a change at once, then at most this often. */
const AT_MOST_EVERY = 3_000;
/** How often to look for changes, and to ask for announcements again, where the server's do not come through. */
const WITHOUT_ANNOUNCEMENTS = 30_000;

/**
 * Keeps the page true while it is open: a change that the server announces appears without a reload, also one from
 * between the page's making and the first announcement or from a time without connection. Where announcements do not
 * come through, the page looks for itself from time to time. Hidden pages rest.
 */
export function LiveUpdates({
  source,
  since,
  announcement,
}: {
  readonly source: string;
  /** When the server began to make the page, by its own clock (ms since 1970). */
  readonly since: number;
  readonly announcement: string;
}) {
  const router = useRouter();
  const [, startTransition] = useTransition();
  const [count, setCount] = useState(0);
  // Each refresh makes the page anew, and need not connect anew.
  const firstMade = useRef(since);
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let last = 0;
    let missed = false;
    const refresh = () => {
      if (document.hidden) {
        missed = true;
        return;
      }
      if (waiting !== undefined) return;
      const wait = Math.max(0, last + AT_MOST_EVERY - performance.now());
      waiting = setTimeout(() => {
        waiting = undefined;
        last = performance.now();
        startTransition(() => router.refresh());
        setCount((known) => known + 1);
      }, wait);
    };
    const comeBack = () => {
      if (document.hidden || !missed) return;
      missed = false;
      refresh();
    };
    const listen = () => {
      const events = new EventSource(`${source}?since=${firstMade.current}`);
      events.addEventListener("change", refresh);
      return events;
    };
    let events = listen();
    const looking = setInterval(() => {
      if (events.readyState === EventSource.OPEN) return;
      refresh();
      // After a refusal the browser does not ask again by itself.
      if (events.readyState === EventSource.CLOSED && !document.hidden) events = listen();
    }, WITHOUT_ANNOUNCEMENTS);
    document.addEventListener("visibilitychange", comeBack);
    return () => {
      events.close();
      clearInterval(looking);
      clearTimeout(waiting);
      document.removeEventListener("visibilitychange", comeBack);
    };
  }, [router, source]);
  return (
    <p role="status" className="sr-only">
      {count > 0 && announcement}
    </p>
  );
}
