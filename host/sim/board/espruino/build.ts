// What a build of the interpreter is: the size and number of its variables, and how large a Storage it has. All three
// are fixed when it is compiled, so it is asked once.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { GROWING_BLOCK_BYTES } from '../../../../boards/linux/board';
import { fail } from '../../../../protocol/errors';

export interface EspruinoBuild {
  /** Bytes of a variable. */
  blockBytes: number;
  /** Variables at its start. */
  variables: number;
  storageBytes: number;
  /** Its variables grow in number, and its flash is not mapped: the stock Linux build. */
  isGrowing: boolean;
}

const ASK_LIMIT_MS = 60_000;
const ASK =
  'var m=process.memory();print("@build "+m.blocksize+" "+m.total+" "+require("Storage").getStats().totalBytes)';
const known = new Map<string, EspruinoBuild>();

/** Asks the interpreter at the path `espruino`. Throws `no-espruino` where it gives no answer. */
export function espruinoBuild(espruino: string): EspruinoBuild {
  const found = known.get(espruino);
  if (found) return found;
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'chaincloud-build-'));
  const file = path.join(dir, 'ask.js');
  fs.writeFileSync(file, ASK);
  const { stdout } = spawnSync(espruino, [file], { cwd: dir, encoding: 'latin1', timeout: ASK_LIMIT_MS });
  fs.rmSync(dir, { recursive: true });
  const match = /@build (\d+) (\d+) (\d+)/.exec(stdout ?? '');
  if (!match) throw fail('no-espruino', `${espruino} is no Linux build of Espruino`);
  const [blockBytes, variables, storageBytes] = match.slice(1).map(Number);
  const build = { blockBytes, variables, storageBytes, isGrowing: blockBytes >= GROWING_BLOCK_BYTES };
  known.set(espruino, build);
  return build;
}
