"use client";

import { Check, Copy, KeyRound } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/field";

export type SecretWords = Readonly<Record<"title" | "text" | "label" | "copy" | "copied", string>>;

/** Something that is shown this one time, with a button that copies it. Without scripts it can be marked and copied. */
export function SecretOnce({ secret, words }: { readonly secret: string; readonly words: SecretWords }) {
  const [isCopied, setCopied] = useState(false);
  const id = useId();
  return (
    <div role="status" className="col-span-full rounded-xl border border-good-line bg-good-tint px-4 py-3">
      <p className="flex items-center gap-2 font-medium">
        <KeyRound aria-hidden className="size-4 text-good" />
        {words.title}
      </p>
      <p className="text-[0.8125rem] text-ink-soft">{words.text}</p>
      <div className="mt-3 flex gap-2">
        <label htmlFor={id} className="sr-only">
          {words.label}
        </label>
        <Input
          id={id}
          readOnly
          value={secret}
          spellCheck={false}
          className="font-mono"
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button
          icon={isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
          onClick={() => {
            void navigator.clipboard.writeText(secret).then(() => setCopied(true));
          }}
        >
          {isCopied ? words.copied : words.copy}
        </Button>
      </div>
    </div>
  );
}
