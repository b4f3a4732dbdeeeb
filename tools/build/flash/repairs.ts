// Two things that the minifier writes and Espruino misreads, put right in the emitted text with its source map:
// a bare `return` that ends a function gets its semicolon (the interpreter reads a body without its closing brace and
// would meet the end of the text), and a variable whose only `var` stands in a part that may be skipped, because the
// minifier took the second `var` away, gets a declaration where the function begins.
import { parse } from 'acorn';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { lateVars } from '../dialect/dialect-scope';
import { isFunction, walk } from '../dialect/dialect-walk';

interface Insertion {
  at: number;
  text: string;
}

/** What to put into `code`, in order. */
export function insertionsFor(code: string): Insertion[] {
  const found: Insertion[] = [];
  walk(parse(code, { ecmaVersion: 5 }), (node) => {
    if (node.type === 'ReturnStatement' && !node.argument && code[node.end - 1] !== ';')
      found.push({ at: node.end, text: ';' });
    if (!isFunction(node)) return;
    const names = [...new Set(lateVars(node).map((one) => one.name))];
    if (names.length) found.push({ at: node.body.start + 1, text: `var ${names.join(',')};` });
  });
  return found.sort((a, b) => a.at - b.at);
}

/** Repairs `code`; mapText is its source map as JSON, or undefined. */
export function repair(code: string, mapText: string | undefined): { code: string; map: string | undefined } {
  const insertions = insertionsFor(code);
  if (insertions.length === 0) return { code, map: mapText };
  let out = '';
  let from = 0;
  for (const { at, text } of insertions) {
    out += code.slice(from, at) + text;
    from = at;
  }
  out += code.slice(from);
  if (mapText === undefined) return { code: out, map: undefined };
  const map = JSON.parse(mapText) as { mappings: string };
  const lengths = code.split('\n').map((line) => line.length + 1);
  let lineStart = 0;
  const lines = decode(map.mappings).map((segments, i) => {
    const here = insertions
      .filter(({ at }) => at >= lineStart && at < lineStart + lengths[i])
      .map(({ at, text }) => ({ column: at - lineStart, width: text.length }));
    lineStart += lengths[i] ?? 0;
    let shift = 0;
    let next = 0;
    for (const segment of segments) {
      while (next < here.length && here[next].column <= segment[0]) shift += here[next++].width;
      segment[0] += shift;
    }
    return segments;
  });
  map.mappings = encode(lines);
  return { code: out, map: JSON.stringify(map) };
}
