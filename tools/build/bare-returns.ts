// Espruino reads a function's body without its closing brace, so a bare `return` that ends it meets the end of the text:
// "Unexpected end of Input". The minifier leaves just that. This puts the semicolon in, and moves the source map along.
import { parse } from 'acorn';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { walk, type AnyNode } from './dialect-walk';

/** Offsets behind every `return` that stands alone without its semicolon. */
export function bareReturns(code: string): number[] {
  const found: number[] = [];
  walk(parse(code, { ecmaVersion: 5 }) as AnyNode, (node) => {
    if (node.type === 'ReturnStatement' && !node.argument && code[node.end - 1] !== ';') found.push(node.end);
  });
  return found.sort((a, b) => a - b);
}

/** Closes bare returns in `code`; mapText is its source map as JSON, or undefined. */
export function closeBareReturns(code: string, mapText: string | undefined): { code: string; map: string | undefined } {
  const offsets = bareReturns(code);
  if (offsets.length === 0) return { code, map: mapText };
  const pieces = [0, ...offsets].map((from, i) => code.slice(from, offsets[i]));
  if (mapText === undefined) return { code: pieces.join(';'), map: undefined };
  const map = JSON.parse(mapText) as { mappings: string };
  let lineStart = 0;
  const lengths = code.split('\n').map((line) => line.length + 1);
  const lines = decode(map.mappings).map((segments, i) => {
    const columns = offsets.map((offset) => offset - lineStart).filter((column) => column >= 0 && column < lengths[i]);
    lineStart += lengths[i] ?? 0;
    for (const segment of segments) segment[0] += columns.filter((column) => column <= segment[0]).length;
    return segments;
  });
  map.mappings = encode(lines);
  return { code: pieces.join(';'), map: JSON.stringify(map) };
}
