// What no console, capture or report may hold: words of a backup, PINs, link keys, rolls. Applied to every line that is
// shown or kept, whoever said it.

const RULES: [RegExp, string][] = [
  [/^(word \d+) [a-z]+$/i, '$1 (hidden)'],
  [/\b(link key) [0-9a-f]{8,}/i, '$1 (hidden)'],
  [/\b(x|t|y|z|u|v)prv[1-9A-HJ-NP-Za-km-z]{20,}/g, '$1prv(hidden)'],
  [/\b[1-6]{30,}\b/g, '(rolls hidden)'],
];

/** The line without secrets. */
export function redact(line: string): string {
  let text = line;
  for (const [pattern, instead] of RULES) text = text.replace(pattern, instead);
  return /^(\s*[a-z]{3,8}){12,}\s*$/.test(text) ? '(words hidden)' : text;
}
