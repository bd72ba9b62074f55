type Sentence = { readonly key: string; readonly values: Readonly<Record<string, string>> };

/** The message that says this, and what stands in its places; null when there is none. */
export function findSentence(text: string, messages: Readonly<Record<string, string>>): Sentence | null {
  for (const [key, message] of Object.entries(messages)) {
    const found = patternOf(message).exec(text);
    if (found) return { key, values: { ...found.groups } };
  }
  return null;
}

/** Matches what a message says, whatever fills its places. */
function patternOf(message: string): RegExp {
  const parts = message
    .split(/\{(\w+)\}/)
    .map((part, index) => (index % 2 === 0 ? escaped(part) : `(?<${part}>.+)`));
  return new RegExp(`^${parts.join("")}$`, "s");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
