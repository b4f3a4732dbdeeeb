// An image file of the build as flashing needs it: its bytes, and the board, role and commit it was made for.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fail } from '../../../protocol/errors';
import { boardNamed } from '../boards';
import type { ImageInfo } from './slots';

export interface DeviceImage {
  info: ImageInfo;
  /** `process.env.BOARD` that the image needs. */
  espruinoBoard: string;
  code: Uint8Array;
}

/** Makes an image of a text; for tests and for what the build hands over. Throws code `bad-image`, `wrong-board`. */
export function makeImage(info: ImageInfo, code: Uint8Array): DeviceImage {
  if (code.length === 0) throw fail('bad-image', 'the image is empty: build it with "chaincloud build"');
  return { info, espruinoBoard: boardNamed(info.board).espruinoBoard, code };
}

/** Reads dist/firmware/BOARD/hsm-ROLE.js. Throws `no-image`, `bad-image`, `wrong-board`. */
export function readImage(file: string): DeviceImage {
  const match = /(?:^|[/\\])([^/\\]+)[/\\]hsm-(cold|hot)\.js$/.exec(path.resolve(file));
  if (!match) throw fail('bad-image', `${file} is no image of the build: expected .../BOARD/hsm-cold.js or hsm-hot.js`);
  if (!fs.existsSync(file)) throw fail('no-image', `${file} does not exist: build it with "chaincloud build"`);
  const code = new Uint8Array(fs.readFileSync(file));
  const text = Buffer.from(code).toString('latin1');
  return makeImage({ board: match[1], role: match[2] as 'cold' | 'hot', commit: commitOf(file, text) }, code);
}

/** The commit that the build wrote into sizes.json beside the boards' folders, if the image names it. */
function commitOf(file: string, text: string): string {
  const report = path.join(path.dirname(file), '..', 'sizes.json');
  if (!fs.existsSync(report)) return 'unknown';
  const { commit } = JSON.parse(fs.readFileSync(report, 'utf8')) as { commit?: string };
  return commit && /^[\w.+-]{1,40}$/.test(commit) && text.includes(commit) ? commit : 'unknown';
}

/** The Storage files beside the image that its role needs: comb.bin as `comb`, words.bin as `words`. */
export function readTables(file: string, role: ImageInfo['role']): { [name: string]: Uint8Array } {
  if (role === 'hot') return {};
  const tables: { [name: string]: Uint8Array } = {};
  for (const name of ['comb', 'words']) {
    const table = path.join(path.dirname(file), '..', `${name}.bin`);
    if (!fs.existsSync(table)) throw fail('no-image', `${table} does not exist: build it with "chaincloud build"`);
    tables[name] = new Uint8Array(fs.readFileSync(table));
  }
  return tables;
}
