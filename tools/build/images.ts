// Builds images: one ES5 file for each board and role, checked against Espruino's dialect, the commit in its place.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fail } from '../../protocol/errors';
import { COMMIT_PLACE } from './commit';
import { checkDialect, type DialectProblem } from './dialect';
import { bundleEs5, ROOT } from './es5';

export const ROLES = ['cold', 'hot'] as const;

export interface ImageSize {
  board: string;
  role: string;
  bytes: number;
}

/** The boards there are: the folders of boards/ with a board.ts. */
export function boardNames(): string[] {
  const dir = path.join(ROOT, 'boards');
  return fs.readdirSync(dir).filter((name) => fs.existsSync(path.join(dir, name, 'board.ts'))).sort();
}

/** Puts the commit into the emitted text. Throws code `no-commit-place` when the text has no place for it. */
export function stampCommit(code: string, commit: string): string {
  if (commit.length !== COMMIT_PLACE.length) throw fail('bad-commit', `expected ${COMMIT_PLACE.length} characters, got ${commit}`);
  const parts = code.split(COMMIT_PLACE);
  if (parts.length < 2) throw fail('no-commit-place', 'the image names no commit');
  return parts.join(commit);
}

/** A refusal of the build that lists every problem, one a line, as `file:line:column rule: text`. */
export function dialectError(problems: readonly DialectProblem[]): Error {
  return fail('dialect', `Espruino would not run this as it is meant:\n${problems.map((one) => `${one.where} ${one.rule}: ${one.text}`).join('\n')}`);
}

/**
 * Bundles `entry` into `out` and `out`.map, checks it, stamps it. Throws code `dialect` with the TypeScript lines.
 * Answers the size in bytes.
 */
export async function buildImage(entry: string, out: string, commit: string): Promise<number> {
  const map = `${out}.map`;
  await bundleEs5(entry, { format: 'iife', minify: true, out, sourceMap: map });
  const code = fs.readFileSync(out, 'utf8');
  const sourceMap = fs.readFileSync(map, 'utf8');
  const problems = checkDialect(code, { name: path.relative(ROOT, out), sourceMap, mapDir: process.cwd(), root: ROOT });
  if (problems.length) throw dialectError(problems);
  const stamped = stampCommit(code, commit);
  fs.writeFileSync(out, stamped);
  return Buffer.byteLength(stamped);
}

/** Builds every board's images under `outDir`. */
export async function buildImages(outDir: string, commit: string): Promise<ImageSize[]> {
  const sizes: ImageSize[] = [];
  for (const board of boardNames()) {
    for (const role of ROLES) {
      const bytes = await buildImage(`boards/${board}/hsm-${role}.ts`, path.join(outDir, board, `hsm-${role}.js`), commit);
      sizes.push({ board, role, bytes });
    }
  }
  return sizes;
}
