import { Ban, CircleCheck, CircleDashed, Clock3, Eye, RotateCcw, TriangleAlert, X } from "lucide-react";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Badge, type Tone } from "@/components/ui/badge";
import type { PurchaseStatus } from "@/db/schema/purchases";

const LOOKS: Record<PurchaseStatus | "checking", { readonly tone: Tone; readonly icon: ReactNode }> = {
  open: { tone: "neutral", icon: <CircleDashed aria-hidden /> },
  pending: { tone: "info", icon: <Clock3 aria-hidden /> },
  paid: { tone: "good", icon: <CircleCheck aria-hidden /> },
  failed: { tone: "bad", icon: <X aria-hidden /> },
  expired: { tone: "neutral", icon: <Ban aria-hidden /> },
  partly_refunded: { tone: "warn", icon: <RotateCcw aria-hidden /> },
  refunded: { tone: "neutral", icon: <RotateCcw aria-hidden /> },
  disputed: { tone: "bad", icon: <TriangleAlert aria-hidden /> },
  checking: { tone: "warn", icon: <Eye aria-hidden /> },
};

/** How a purchase stands, in a word (T5). */
export async function PurchaseStatusBadge(props: {
  readonly status: PurchaseStatus;
  /** Its payment is not the one that was asked for. */
  readonly isQuarantined: boolean;
}) {
  const t = await getTranslations("purchases.status");
  const shown = props.isQuarantined ? "checking" : props.status;
  const { tone, icon } = LOOKS[shown];
  return (
    <Badge tone={tone} icon={icon}>
      {t(shown)}
    </Badge>
  );
}

/** How a purchase was paid: "Card · Visa 4242". */
export async function paymentMethodName(method: string | null, detail: string | null): Promise<string> {
  if (method === null) return "–";
  const t = await getTranslations("purchases.methods");
  const name =
    method === "card" || method === "bank_transfer"
      ? t(method)
      : t("other", { method: method.replaceAll("_", " ") });
  return detail ? `${name} · ${detail.replace(/^\w/, (letter) => letter.toUpperCase())}` : name;
}
