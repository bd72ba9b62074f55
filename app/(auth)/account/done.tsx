import { Check } from "lucide-react";

/** Says that a form was carried out, also to those who do not see it. */
export function Done({ children }: { readonly children: string | null }) {
  return (
    <p role="status" className="flex items-center gap-1.5 text-[0.8125rem] text-good">
      {children && <Check aria-hidden className="size-4 shrink-0" />}
      {children}
    </p>
  );
}
