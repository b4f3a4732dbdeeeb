// The README's fenced blocks that tests hold it to.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const README = readFileSync(join(resolve(__dirname, '..', '..'), 'README.md'), 'utf8');

/** The fenced block of `text` after `<!-- name -->`. */
export function blockOf(text: string, name: string): string {
  const found = new RegExp(`<!-- ${name} -->\\n\`\`\`\\w*\\n([^]*?)\\n\`\`\``).exec(text);
  if (!found) throw new Error(`README.md has no block ${name}`);
  return found[1];
}
