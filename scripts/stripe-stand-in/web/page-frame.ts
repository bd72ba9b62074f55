const style = `
:root { color-scheme: light dark; --ink: #1a1f36; --soft: #5d6780; --line: #e3e8ee; --paper: #ffffff; --back: #f6f8fa;
  --accent: #4f46e5; --on-accent: #ffffff; --bad: #b3093c; }
@media (prefers-color-scheme: dark) { :root { --ink: #eef1f6; --soft: #a3acc0; --line: #323a4d; --paper: #1b2130;
  --back: #11151f; --accent: #8b85ff; --on-accent: #10121c; --bad: #ff8fa8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 2rem 1rem 3rem; }
main.wide { max-width: 72rem; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; margin-bottom: 1rem;
  overflow-x: auto; }
h1 { font-size: 1.15rem; margin: 0 0 .25rem; } h2 { font-size: 1rem; margin: 0 0 .75rem; }
p { margin: 0 0 .75rem; } .soft { color: var(--soft); font-size: .875rem; } .bad { color: var(--bad); font-weight: 600; }
.total { font-size: 2rem; font-weight: 650; letter-spacing: -.02em; font-variant-numeric: tabular-nums; margin: .25rem 0 1rem; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .45rem .5rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-size: .8rem; color: var(--soft); font-weight: 600; } td.amount, th.amount { text-align: right; white-space: nowrap; }
:is(td, th):last-child { padding-right: 0; } a { color: var(--accent); }
tfoot td { border-bottom: 0; font-weight: 650; } code { font-size: .8rem; overflow-wrap: anywhere; }
form { display: grid; gap: .5rem; } form.row { display: inline-flex; margin: 0 .35rem .35rem 0; }
button, a.button { font: inherit; font-weight: 550; color: var(--ink); background: var(--paper); border: 1px solid var(--line);
  border-radius: 8px; padding: .6rem 1rem; cursor: pointer; text-align: center; text-decoration: none; display: block; }
form.row button { font-size: .85rem; padding: .25rem .6rem; }
button.main { background: var(--accent); color: var(--on-accent); border-color: transparent; }
button:hover, .button:hover { border-color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

/** Text made harmless inside HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A whole page. @param body HTML; what comes from outside must be escaped in it already */
export function pageFrame(title: string, body: string, width: "" | "wide" = ""): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main class="${width}">
${body}
</main>
</body>
</html>
`;
}
