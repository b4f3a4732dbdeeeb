// The check of an emitted image against the ES5 that Espruino speaks. It fails the build with the TypeScript line.
// What types alone can show (a typed array's slice) is dialect-types.ts's, on the TypeScript program.
import { SourceMap } from 'node:module';
import * as path from 'node:path';
import { parse } from 'acorn';
import { GLOBALS, PINS } from '../../../host/sim/board/node/builtins';
import { nodeFindings } from './dialect-names';
import { scopeFindings } from './dialect-scope';
import { walk, type Finding, type Program } from './dialect-walk';

export interface DialectProblem {
  /**
   * Short name of the rule: hoisting, label, with, case-after-default, return-newline, regex, es5, unknown-global ...
   */
  rule: string;
  text: string;
  /** `firmware/guard.ts:12:3`, or the emitted file's own position where no map leads back. */
  where: string;
}

export interface DialectOptions {
  /** Name to show where no source map leads further. */
  name: string;
  /** JSON of the source map. */
  sourceMap?: string;
  /** Folder that the sources in the map are relative to. */
  mapDir?: string;
  root?: string;
  /** Names that the file may use beside Espruino's own, such as `exports`. */
  extraGlobals?: readonly string[];
}

/** Maps an offset of the emitted text to where a person edits it. */
export function locator(code: string, options: DialectOptions): (offset: number) => string {
  const starts = [0];
  for (let i = code.indexOf('\n'); i >= 0; i = code.indexOf('\n', i + 1)) starts.push(i + 1);
  const map = options.sourceMap ? new SourceMap(JSON.parse(options.sourceMap)) : undefined;
  return (offset) => {
    let line = starts.length - 1;
    while (starts[line] > offset) line--;
    const column = offset - starts[line];
    const entry = map?.findEntry(line, column);
    // A piece that the bundler made has a mapping without a source.
    if (!entry || !('originalSource' in entry) || entry.originalSource === undefined)
      return `${options.name}:${line + 1}:${column + 1}`;
    const file = path.resolve(options.mapDir ?? '.', entry.originalSource);
    return `${path.relative(options.root ?? '.', file)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  };
}

/** Checks one emitted file; answers the problems in the order of the text, none when it is fit for Espruino. */
export function checkDialect(code: string, options: DialectOptions): DialectProblem[] {
  const where = locator(code, options);
  let program: Program;
  try {
    program = parse(code, { ecmaVersion: 5, sourceType: 'script' });
  } catch (error) {
    const { pos, message } = error as { pos?: number; message: string };
    return [{ rule: 'es5', text: `not ES5: ${message}`, where: where(pos ?? 0) }];
  }
  const findings: Finding[] = scopeFindings(program, new Set([...GLOBALS, ...PINS, ...(options.extraGlobals ?? [])]));
  walk(program, (node) => void findings.push(...nodeFindings(node, code)));
  return findings.sort((a, b) => a.at - b.at).map(({ rule, text, at }) => ({ rule, text, where: where(at) }));
}
