/** Tables and marked regions of Markdown. */
import { fail } from '../../protocol/errors';

/** A table: headings, then rows. A cell is Markdown. */
export function markdownTable(headings: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headings), `|${headings.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/**
 * Puts `body` into the region `name`: what stands between `<!-- generated: name -->` and `<!-- end -->`. Throws code
 * `no-region` where the text has no such region.
 */
export function putRegion(text: string, name: string, body: string): string {
  const begin = `<!-- generated: ${name} -->\n`;
  const from = text.indexOf(begin);
  const to = text.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) throw fail('no-region', `there is no region "${name}"`);
  return `${text.slice(0, from + begin.length)}\n${body}\n\n${text.slice(to)}`;
}
