// Positions in an image as positions in TypeScript: Espruino's stack traces name line and column of the image, the source
// map that the build keeps beside it leads back.
import * as fs from 'node:fs';
import { SourceMap } from 'node:module';
import * as path from 'node:path';
import { fail } from '../../protocol/errors';

/** Answers a line of a stack trace with the TypeScript position in it, or the line as it is. */
export type StackMapper = (line: string) => string;

/** `    at name (file:3:14)` and `    at :3:14`, as Espruino prints them. */
const POSITION = /^(\s*at\s+)(?:(\S+) )?\(?([^\s()]*?):?(\d+):(\d+)\)?\s*$/;

/** imageFile: .../hsm-cold.js with its .map. root: what sources are told relative to. Throws code `no-map`. */
export function createStackMapper(imageFile: string, root: string): StackMapper {
  const file = `${imageFile}.map`;
  if (!fs.existsSync(file)) throw fail('no-map', `${file} is missing: build it with "chaincloud build", at the commit that the board runs`);
  const map = new SourceMap(JSON.parse(fs.readFileSync(file, 'utf8')));
  return (line) => {
    const match = POSITION.exec(line);
    if (!match) return line;
    const [, lead, name, , row, column] = match;
    const entry = map.findEntry(Number(row) - 1, Number(column) - 1) as { originalSource?: string; originalLine?: number; originalColumn?: number; name?: string };
    if (entry.originalSource === undefined) return line;
    const source = path.relative(root, path.resolve(path.dirname(file), entry.originalSource)).replace(/^(\.\.[/\\])+/, '');
    const place = `${source}:${entry.originalLine! + 1}:${entry.originalColumn! + 1}`;
    return `${lead}${entry.name ?? name ?? ''}${entry.name ?? name ? ' ' : ''}(${place})`;
  };
}
