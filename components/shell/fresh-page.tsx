"use client";

import { useEffect } from "react";

/**
 * A page that the browser kept and shows again (the way back from the payment page) is asked for anew: its figures are of
 * then, a form on it still waits for its answer, and who it was for may have logged out.
 */
export function FreshPage() {
  useEffect(() => {
    const refresh = ({ persisted }: PageTransitionEvent) => {
      if (persisted) window.location.reload();
    };
    window.addEventListener("pageshow", refresh);
    return () => window.removeEventListener("pageshow", refresh);
  }, []);
  return null;
}
