"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useEffect, useState } from "react";
import { classNames } from "@/components/ui/class-names";
import { isTheme, type ThemeChoiceName } from "./theme";

const ICONS = { system: Monitor, light: Sun, dark: Moon };

/** Light, dark, or as the system says. Takes effect at once and is remembered by this browser. */
export function ThemeChoice(props: {
  readonly label: string;
  readonly remember: (choice: ThemeChoiceName) => Promise<void>;
  readonly names: Readonly<Record<ThemeChoiceName, string>>;
}) {
  const [chosen, setChosen] = useState<ThemeChoiceName>("system");
  useEffect(() => {
    const { theme } = document.documentElement.dataset;
    setChosen(isTheme(theme) ? theme : "system");
  }, []);
  const choose = (choice: ThemeChoiceName) => {
    setChosen(choice);
    const root = document.documentElement;
    if (choice === "system") delete root.dataset.theme;
    else root.dataset.theme = choice;
    void props.remember(choice);
  };
  return (
    <fieldset className="px-2 py-1.5">
      <legend className="sr-only">{props.label}</legend>
      <div className="flex rounded-lg bg-track p-0.5">
        {(["system", "light", "dark"] as const).map((choice) => {
          const Icon = ICONS[choice];
          return (
            <button
              key={choice}
              type="button"
              aria-pressed={chosen === choice}
              onClick={() => choose(choice)}
              className={classNames(
                "flex h-8 flex-1 items-center justify-center gap-1.5 rounded-md px-2 text-xs font-medium",
                chosen === choice ? "bg-chosen text-ink shadow-lift" : "text-ink-faint hover:text-ink",
              )}
            >
              <Icon aria-hidden className="size-3.5" />
              {props.names[choice]}
            </button>
          );
        })}
      </div>
    </fieldset>
  );
}
