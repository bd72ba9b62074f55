/** The words of a letter: what happened, the figures of it, and where to see it. */
export type LetterWords = {
  readonly heading: string;
  readonly intro: string;
  /** Short lines, each a point of its own. */
  readonly points?: readonly string[];
  /** Labels and values, as a table. */
  readonly facts?: readonly (readonly [label: string, value: string])[];
  /** The button, and where it leads. */
  readonly open: string;
  readonly href: string;
  readonly foot: string;
};

/** A letter as plain text and as HTML that says the same. */
export function writeLetter(words: LetterWords, locale: string): { plainText: string; html: string } {
  return { plainText: asText(words), html: asHtml(words, locale) };
}

function asText({ heading, intro, points = [], facts = [], open, href, foot }: LetterWords): string {
  const paragraphs = [
    [heading],
    [intro],
    points.map((point) => `- ${point}`),
    facts.map(([label, value]) => `${label}: ${value}`),
    [`${open}: ${href}`],
    [foot],
  ];
  const said = paragraphs.filter((lines) => lines.length > 0);
  return `${said.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function asHtml(words: LetterWords, locale: string): string {
  const { points = [], facts = [] } = words;
  const rows = facts.map(
    ([label, value]) =>
      `<tr><td style="padding:4px 24px 4px 0;color:#5d6778">${escapeHtml(label)}</td><td style="padding:4px 0;text-align:right">${escapeHtml(value)}</td></tr>`,
  );
  const list = points.map((point) => `<li>${escapeHtml(point)}</li>`).join("");
  const parts = [
    `<h1 style="margin:0 0 12px;font-size:20px">${escapeHtml(words.heading)}</h1>`,
    `<p style="margin:0 0 16px">${escapeHtml(words.intro)}</p>`,
    list && `<ul style="margin:0 0 16px;padding-left:20px">${list}</ul>`,
    rows.length > 0 &&
      `<table style="width:100%;border-collapse:collapse;border-top:1px solid #e3e6ec">${rows.join("")}</table>`,
    `<p style="margin:24px 0 0"><a href="${escapeHtml(words.href)}" style="display:inline-block;padding:10px 16px;border-radius:8px;background:#161b26;color:#fff;text-decoration:none">${escapeHtml(words.open)}</a></p>`,
    `<p style="margin:24px 0 0;font-size:13px;color:#5d6778">${escapeHtml(words.foot)}</p>`,
  ];
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><title>${escapeHtml(words.heading)}</title></head>
<body style="margin:0;padding:32px 16px;background:#f7f8fa;color:#10141c;font:15px/1.6 system-ui,sans-serif">
<div style="max-width:520px;margin:0 auto;padding:32px;background:#fff;border:1px solid #e3e6ec;border-radius:12px">
${parts.filter(Boolean).join("\n")}
</div></body></html>
`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
