// Makes images for tests: a firmware written in the test (or the contract firmware) on the real HAL of a board.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ROOT } from '../../host/kit/package';
import { bundleEs5, compileDevice } from '../../tools/build/es5';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'chaincloud-image-'));
process.once('exit', () => fs.rmSync(dir, { recursive: true, force: true }));

let isCompiled = false;
let count = 0;

/** Bundles an entry of ES5 text; `@root` in it stands for the repository, `@hal` for the board's compiled HAL. */
export async function imageOf(board: string, entry: string): Promise<string> {
  if (!isCompiled) compileDevice();
  isCompiled = true;
  const source = path.join(dir, `entry${++count}.js`);
  const out = path.join(dir, `image${count}.js`);
  const hal = path.join(ROOT, 'dist', '.device', 'boards', board, 'hal.js');
  fs.writeFileSync(source, entry.replace(/@hal/g, hal).replace(/@root/g, ROOT));
  await bundleEs5(source, { format: 'iife', minify: true, out });
  return fs.readFileSync(out, 'latin1');
}

/** The contract firmware on this board, as HSM-Cold. */
export function contractImage(board: string): Promise<string> {
  return imageOf(
    board,
    "import { coldHal } from '@hal'; import { runContract } from " +
      "'@root/test/boards/contract-firmware.js'; runContract(coldHal());",
  );
}
