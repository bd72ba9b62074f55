import { Banner } from "@/components/ui/banner";
import { Card, Section } from "@/components/ui/card";
import { Cell, HeadCell, Row, RowHead, Table } from "@/components/ui/table";
import type { ShownChange, ShownImpact, ShownPreview } from "./import-state";

export type PreviewWords = Readonly<
  Record<
    | "title"
    | "text"
    | "same"
    | "market"
    | "category"
    | "before"
    | "after"
    | "change"
    | "unknown"
    | "impact"
    | "impactText"
    | "nobody"
    | "leftOut"
    | "client"
    | "charged"
    | "wouldBe"
    | "difference"
    | "unpriced"
    | "approximate",
    string
  >
>;

const TONES = { up: "text-bad", down: "text-good", same: "text-ink-faint" } as const;

/** Every price that would be different, and what it would have meant for each client. */
export function Preview({
  preview,
  words,
}: {
  readonly preview: ShownPreview;
  readonly words: PreviewWords;
}) {
  const fill = (text: string) =>
    text
      .replace("[book]", preview.book)
      .replace("[from]", preview.from)
      .replace("[prices]", preview.prices)
      .replace("[clients]", preview.clients)
      .replace("[count]", String(preview.changes.length));
  return (
    <>
      {preview.unknownMarkets.length > 0 && (
        <Banner tone="warn" title={words.unknown}>
          {preview.unknownMarkets.join(", ")}
        </Banner>
      )}
      <Section id="impact" title={words.impact} description={fill(words.impactText)}>
        <Card>
          {preview.impact.length === 0 ? (
            <p className="px-4 py-5 text-ink-faint">{words.nobody}</p>
          ) : (
            <Impact impact={preview.impact} words={words} />
          )}
          {preview.leftOut !== null && (
            <p className="border-t border-line px-4 py-2.5 text-[0.8125rem] text-ink-faint">
              {words.leftOut.replace("[clients]", preview.leftOut)}
            </p>
          )}
        </Card>
      </Section>
      <Section id="changes" title={fill(words.title)} description={fill(words.text)}>
        <Card>
          {preview.changes.length === 0 ? (
            <p className="px-4 py-5 text-ink-faint">{words.same}</p>
          ) : (
            <Changes caption={fill(words.title)} changes={preview.changes} words={words} />
          )}
        </Card>
      </Section>
    </>
  );
}

function Impact({
  impact,
  words,
}: {
  readonly impact: readonly ShownImpact[];
  readonly words: PreviewWords;
}) {
  return (
    <Table caption={words.impact} minWidth="46rem">
      <thead>
        <tr>
          <HeadCell>{words.client}</HeadCell>
          <HeadCell numeric>{words.charged}</HeadCell>
          <HeadCell numeric>{words.wouldBe}</HeadCell>
          <HeadCell numeric>{words.difference}</HeadCell>
          <HeadCell numeric>{words.change}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {impact.map((one) => (
          <Row key={one.slug}>
            <RowHead>
              <span className="font-medium">{one.name}</span>
              {one.unpriced && (
                <span className="block text-xs text-bad">
                  {words.unpriced.replace("[units]", one.unpriced)}
                </span>
              )}
              {one.approximate && <span className="block text-xs text-ink-faint">{words.approximate}</span>}
            </RowHead>
            <Cell numeric>{one.before}</Cell>
            <Cell numeric>{one.after}</Cell>
            <Cell numeric className={TONES[one.direction]}>
              {one.difference}
            </Cell>
            <Cell numeric className={TONES[one.direction]}>
              {one.change}
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}

function Changes({
  caption,
  changes,
  words,
}: {
  readonly caption: string;
  readonly changes: readonly ShownChange[];
  readonly words: PreviewWords;
}) {
  return (
    <div className="max-h-[36rem] overflow-y-auto">
      <Table caption={caption} minWidth="40rem">
        <thead>
          <tr>
            <HeadCell>{words.market}</HeadCell>
            <HeadCell>{words.category}</HeadCell>
            <HeadCell numeric>{words.before}</HeadCell>
            <HeadCell numeric>{words.after}</HeadCell>
            <HeadCell numeric>{words.change}</HeadCell>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <Row key={`${change.market} ${change.category}`}>
              <RowHead className="font-medium">{change.market}</RowHead>
              <Cell>{change.category}</Cell>
              <Cell numeric className="text-ink-faint">
                {change.before}
              </Cell>
              <Cell numeric>{change.after}</Cell>
              <Cell numeric className={TONES[change.direction]}>
                {change.change}
              </Cell>
            </Row>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
