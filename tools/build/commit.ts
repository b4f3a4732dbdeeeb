// Which commit an image was built from: twelve characters, so that it can take the place of the text of the same length
// in boards/espruino/image.ts without moving anything.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

export const COMMIT_PLACE = '@@commit-id@';
/** What an image is made from; a change in here that is not committed marks the commit with a `+`. */
const IMAGE_SOURCES = ['protocol', 'firmware', 'boards', 'tools/build', 'package-lock.json'];

function git(root: string, args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

/** The commit of the tree at `root`, or `v` and the package's version where there is no git; always 12 characters. */
export function commitOf(root: string): string {
  try {
    if (path.resolve(git(root, ['rev-parse', '--show-toplevel'])) !== path.resolve(root))
      throw new Error('another repository');
    const id = git(root, ['rev-parse', 'HEAD']);
    const isChanged = git(root, ['status', '--porcelain', '--', ...IMAGE_SOURCES]) !== '';
    return isChanged ? `${id.slice(0, COMMIT_PLACE.length - 1)}+` : id.slice(0, COMMIT_PLACE.length);
  } catch {
    const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    return `v${version}`.padEnd(COMMIT_PLACE.length, '-').slice(0, COMMIT_PLACE.length);
  }
}
