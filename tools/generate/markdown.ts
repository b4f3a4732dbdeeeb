/** Tables of Markdown, and the marked regions of files whose other parts people write. */
import { fail } from '../../protocol/errors';

/** A table: headings, then rows. A cell is Markdown. */
export function markdownTable(headings: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headings), `|${headings.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** Puts `body` between the line `begin` and the next `end`. Throws code `no-region` where there are none. */
function between(text: string, begin: string, end: string, body: string): string {
  const from = text.indexOf(`${begin}\n`);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw fail('no-region', `there is no region "${begin}"`);
  return `${text.slice(0, from + begin.length + 1)}${body}${text.slice(to)}`;
}

/** Puts `body` into a region of Markdown, from `<!-- generated: name -->` to `<!-- end -->`. Throws `no-region`. */
export function putRegion(text: string, name: string, body: string): string {
  return between(text, `<!-- generated: ${name} -->`, '<!-- end -->', `\n${body}\n\n`);
}

/** Puts `body` into a region of CDDL, from `; generated: name` to `; end`. Throws `no-region`. */
export function putCddlRegion(text: string, name: string, body: string): string {
  return between(text, `; generated: ${name}`, '; end', `${body}\n`);
}
