"use client";

import { Minus, Plus, Users } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Input } from "@/components/ui/field";
import { formatUnits } from "@/lib/i18n/format";
import type { Locale } from "@/lib/i18n/locale";
import type { Micros } from "@/lib/money/money";
import type { Products } from "@/lib/top-ups/pricing";
import { topUpAddress } from "./address";
import { Preset } from "./preset";
import type { TopUpWords } from "./words";

type Props = {
  readonly path: string;
  readonly products: Products;
  readonly locale: Locale;
  readonly balance: Micros;
  readonly blocks: number;
  readonly onChoose: (blocks: number) => void;
  readonly words: TopUpWords;
  /** Until when they are valid. */
  readonly children: ReactNode;
};

/** How many blocks of unique visitors (T1), and until when they are valid (T3). */
export function VisitorsField({ products, words, blocks, onChoose, ...props }: Props) {
  const { visitorsPerBlock, mostBlocks } = products;
  const choose = (wanted: number) => onChoose(Math.min(mostBlocks, Math.max(0, wanted)));
  return (
    <Card className="p-5 sm:p-6">
      <fieldset>
        <legend className="flex items-center gap-2 text-base font-semibold">
          <Users aria-hidden className="size-5 text-ink-faint" />
          {words.visitors.title}
        </legend>
        <p className="mt-1 text-[0.8125rem] text-ink-faint">
          {words.visitors.text} {words.visitors.price}.
        </p>
        <nav aria-label={words.visitors.presets} className="mt-4 flex flex-wrap gap-2">
          {[0, ...products.blockPresets].map((preset) => (
            <Preset
              key={preset}
              href={topUpAddress(props.path, { balance: props.balance, blocks: preset })}
              isChosen={blocks === preset}
              onChoose={() => choose(preset)}
            >
              {formatUnits(preset * visitorsPerBlock, props.locale)}
            </Preset>
          ))}
        </nav>
        <label htmlFor="blocks" className="mt-5 mb-1 block text-xs font-medium text-ink-soft">
          {words.visitors.label}
        </label>
        <div className="flex items-center gap-2">
          <Button aria-label={words.visitors.fewer} disabled={blocks <= 0} onClick={() => choose(blocks - 1)}>
            <Minus aria-hidden />
          </Button>
          <span className="block w-20">
            <Input
              id="blocks"
              name="blocks"
              inputMode="numeric"
              autoComplete="off"
              maxLength={6}
              value={blocks === 0 ? "" : String(blocks)}
              placeholder="0"
              onChange={(event) => choose(Number(event.target.value.replace(/\D/g, "")))}
              className="figures text-center"
            />
          </span>
          <Button
            aria-label={words.visitors.more}
            disabled={blocks >= mostBlocks}
            onClick={() => choose(blocks + 1)}
          >
            <Plus aria-hidden />
          </Button>
        </div>
        <div className="mt-4">{props.children}</div>
      </fieldset>
    </Card>
  );
}
