/**
 * The module with its inside: what the bench times beyond the exports. Bundled by the same build as an image, then
 * wrapped so that the bench's own names do not disturb it.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ROOT } from '../../../host/kit/package';
import { bundleEs5, compileDevice } from '../../build/es5';

const PARTS = [...['field', 'modn', 'inverse', 'blind', 'point', 'comb'].map((name) => `curve/${name}`), 'index'];

/** ES5 text that sets `exports` to the module's and its parts' functions. */
export async function innerModule(): Promise<string> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'crypto-bench-'));
  const entry = path.join(dir, 'entry.js');
  const out = path.join(dir, 'out.js');
  const folder = path.join(ROOT, 'dist', '.device', 'firmware', 'crypto');
  compileDevice();
  fs.writeFileSync(
    entry,
    PARTS.map((name) => `export * from ${JSON.stringify(path.join(folder, `${name}.js`))};`).join('\n'),
  );
  await bundleEs5(entry, { format: 'cjs', minify: true, out });
  const text = fs.readFileSync(out, 'utf8');
  fs.rmSync(dir, { recursive: true });
  return text;
}
