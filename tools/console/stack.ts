// Positions in an image as positions in TypeScript: Espruino's stack traces name file, line and column of what runs,
// the source map that the build keeps beside the image leads back. An image in a slot begins in the slot's second line
// (storage/slots.ts); a function that the image fetched from its own text (flash/overlay.ts) is told by its place in
// that text, as any other.
import * as fs from 'node:fs';
import { SourceMap } from 'node:module';
import * as path from 'node:path';
import { fail } from '../../protocol/errors';

/** Answers a line of a stack trace with the TypeScript position in it, or the line as it is. */
export type StackMapper = (line: string) => string;

/**
 * `    at name (hsm.a:2:14)`, `    at function (a) {...} (.bootcde:1:5)` and `    at :3:14`, as Espruino prints them.
 */
const POSITION = /^(\s*at\s+)(?:(.*?)\s+)?\(?([\w.]*):(\d+):(\d+)\)?\s*$/;
const SLOT = /^hsm\.[ab]$/;

/**
 * imageFile: .../hsm-cold.js with its .map. root: the project's folder, which the map's sources are relative to. Throws
 * code `no-map`.
 */
export function createStackMapper(imageFile: string, root: string): StackMapper {
  const file = `${imageFile}.map`;
  if (!fs.existsSync(file))
    throw fail('no-map', `${file} is missing: build it with "chaincloud build", at the commit that the board runs`);
  const map = new SourceMap(JSON.parse(fs.readFileSync(file, 'utf8')));
  return (line) => {
    const match = POSITION.exec(line);
    if (!match) return line;
    const [, lead, name, place, row, column] = match;
    const entry = map.findEntry(Number(row) - (SLOT.test(place) ? 2 : 1), Number(column) - 1) as {
      originalSource?: string;
      originalLine?: number;
      originalColumn?: number;
      name?: string;
    };
    if (entry.originalSource === undefined) return line;
    const source = path.relative(root, path.resolve(root, entry.originalSource)).replace(/\\/g, '/');
    const shown = name === undefined || name.startsWith('function ') ? '' : `${name} `;
    return `${lead}${shown}(${source}:${entry.originalLine! + 1}:${entry.originalColumn! + 1})`;
  };
}

/**
 * A mapper that learns from the board's own lines which image it runs (`board X commit Y`, `chaincloud hsm-cold`), and
 * maps by the built one of that board. Another commit than the built one's maps nothing, since its lines would be wrong
 * ones.
 */
export function createLearningMapper(firmwareDir: string, root: string): StackMapper {
  const sizes = path.join(firmwareDir, 'sizes.json');
  const built = fs.existsSync(sizes)
    ? (JSON.parse(fs.readFileSync(sizes, 'utf8')) as { commit?: string }).commit
    : undefined;
  let role = 'cold';
  let mapper: StackMapper | undefined;
  return (line) => {
    role = /^chaincloud hsm-(cold|hot)\b/.exec(line)?.[1] ?? role;
    const about = /^board (\S+) commit (\S+) /.exec(line);
    const image = about ? path.join(firmwareDir, about[1], `hsm-${role}.js`) : '';
    if (about)
      mapper = about[2] === built && fs.existsSync(`${image}.map`) ? createStackMapper(image, root) : undefined;
    return mapper ? mapper(line) : line;
  };
}
