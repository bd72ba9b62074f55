"use client";

import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { classNames } from "@/components/ui/class-names";
import { Input } from "@/components/ui/field";

const never = () => () => undefined;

/**
 * Where a password is typed. A button in it shows what is typed until the form is sent: browsers would keep what they saw
 * in a readable field. Without scripts it is a password field and no more.
 */
export function PasswordInput({
  show,
  className,
  ...rest
}: Omit<ComponentProps<"input">, "type"> & { readonly id: string; readonly show: string }) {
  const input = useRef<HTMLInputElement>(null);
  const [isShown, setShown] = useState(false);
  const hasScripts = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  useEffect(() => {
    const form = input.current?.form;
    const hide = () => setShown(false);
    form?.addEventListener("submit", hide);
    return () => form?.removeEventListener("submit", hide);
  }, []);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <span className="relative block">
      <Input
        ref={input}
        type={isShown ? "text" : "password"}
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        className={classNames("pr-10 [&::-ms-reveal]:hidden", className)}
        {...rest}
      />
      {hasScripts && (
        <button
          type="button"
          aria-label={show}
          aria-pressed={isShown}
          aria-controls={rest.id}
          title={show}
          onClick={() => setShown(!isShown)}
          className="absolute inset-y-0 right-0 flex w-10 items-center justify-center rounded-lg text-ink-faint hover:text-ink"
        >
          <Icon aria-hidden className="size-4" />
        </button>
      )}
    </span>
  );
}
