// Reads the vectors of the published app, kept in test/vectors/v1 with their source named.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '../../../../test/vectors/v1');

/** Cases of one section, e.g. `vtest-info`. */
export function v1Cases(section: string): any[] {
  const cases = JSON.parse(readFileSync(join(FOLDER, section + '.json'), 'utf8')).cases;
  if (cases.length === 0) throw new Error('no cases in ' + section);
  return cases;
}

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
