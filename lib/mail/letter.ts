/** The words of a short letter; `open` is the button, where there is something to open. */
export type LetterWords = {
  readonly heading: string;
  readonly intro: string;
  readonly open?: { readonly label: string; readonly href: string };
  readonly foot: string;
};

/** A short letter as plain text and as HTML that says the same. */
export function writeLetter({ heading, intro, open, foot }: LetterWords, locale: string) {
  const button = open
    ? `<p style="margin:0"><a href="${escapeHtml(open.href)}" style="display:inline-block;padding:10px 16px;border-radius:8px;background:#161b26;color:#fff;text-decoration:none">${escapeHtml(open.label)}</a></p>\n`
    : "";
  const lines = [heading, "", intro, "", ...(open ? [`${open.label}: ${open.href}`, ""] : []), foot, ""];
  return {
    plainText: lines.join("\n"),
    html: `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><title>${escapeHtml(heading)}</title></head>
<body style="margin:0;padding:32px 16px;background:#f7f8fa;color:#10141c;font:15px/1.6 system-ui,sans-serif">
<div style="max-width:520px;margin:0 auto;padding:32px;background:#fff;border:1px solid #e3e6ec;border-radius:12px">
<h1 style="margin:0 0 12px;font-size:20px">${escapeHtml(heading)}</h1>
<p style="margin:0 0 24px">${escapeHtml(intro)}</p>
${button}<p style="margin:24px 0 0;font-size:13px;color:#5d6778">${escapeHtml(foot)}</p>
</div></body></html>
`,
  };
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
