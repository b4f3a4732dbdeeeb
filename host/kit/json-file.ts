// A file of JSON that a person names: settings, accounts, a policy, a backup.

import { readFileSync } from 'node:fs';
import { fail, type ErrorCode } from '../../protocol/errors';

/** What `path` holds. Throws `code` with the path and what is wrong with it, never a part of what it holds. */
export function readJson(path: string, code: ErrorCode): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code !== 'ENOENT';
    throw fail(code, `${path}: ${isThere ? 'expected JSON' : 'there is no such file'}`);
  }
}
