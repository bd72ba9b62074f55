"use client";

import { useRouter } from "next/navigation";
import { useEffect, useTransition } from "react";

const EVERY_MS = 2_000;
const AT_MOST = 60;

/** Looks again while a payment is being confirmed, for two minutes; without scripts the page loads itself anew. */
export function AwaitPayment() {
  const router = useRouter();
  const [, startTransition] = useTransition();
  useEffect(() => {
    let looks = 0;
    const timer = setInterval(() => {
      looks += 1;
      if (looks > AT_MOST) clearInterval(timer);
      else if (!document.hidden) startTransition(() => router.refresh());
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [router]);
  return (
    <noscript>
      <meta httpEquiv="refresh" content="3" />
    </noscript>
  );
}
