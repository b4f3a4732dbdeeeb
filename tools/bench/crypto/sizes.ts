/**
 * Flash: the module's text by group, from its source map, and the table. The curve's group is what a board runs to
 * sign, verify, agree and derive in batches, hash functions' calls included; stand-ins are what other engines run in
 * place of Espruino's native calls, and what makes the table (a board runs them in its self-test at most).
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { decode } from '@jridgewell/sourcemap-codec';
import { BUILT_FIRMWARE, ROOT } from '../../../host/kit/package';
import type { BenchRow } from '../row';
import { bundleEs5 } from '../../build/es5';

const STAND_INS = ['standin', 'sha256-running', 'sha512-es5', 'comb-table'];
const LIMIT_BYTES = 20480;

/** Octets of each source in the minified bundle of the named exports; '' for the bundler's own text. */
async function bundleBySource(exports: { [source: string]: string }): Promise<{ [source: string]: number }> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'crypto-bench-'));
  const [entry, out] = [path.join(dir, 'entry.js'), path.join(dir, 'out.js')];
  const folder = path.join(ROOT, 'dist', '.device', 'firmware', 'crypto');
  fs.writeFileSync(
    entry,
    Object.keys(exports)
      .map((source) => `export { ${exports[source]} } from ${JSON.stringify(path.join(folder, `${source}.js`))};`)
      .join('\n'),
  );
  await bundleEs5(entry, { format: 'cjs', minify: true, out, sourceMap: `${out}.map` });
  const map = JSON.parse(fs.readFileSync(`${out}.map`, 'utf8')) as { mappings: string; sources: string[] };
  const lines = fs.readFileSync(out, 'utf8').split('\n');
  fs.rmSync(dir, { recursive: true });
  const found: { [source: string]: number } = {};
  decode(map.mappings).forEach((segments, line) =>
    segments.forEach((segment, i) => {
      const end = segments[i + 1]?.[0] ?? lines[line].length + 1;
      const source = segment.length > 1 ? path.basename(map.sources[segment[1] as number], '.ts') : '';
      found[source] = (found[source] ?? 0) + end - segment[0];
    }),
  );
  return found;
}

const sum = (sizes: { [source: string]: number }, isIn: (source: string) => boolean): number =>
  Object.keys(sizes).reduce((total, source) => total + (isIn(source) ? sizes[source] : 0), 0);

export async function sizeRows(): Promise<BenchRow[]> {
  const sizes = await bundleBySource({
    'sign/ecdsa': 'ecdsaSign, ecdsaVerify, pubkeyCreate',
    'sign/ecdh': 'ecdh',
    'wallet/batch': 'batchStart, batchStep',
    'sign/nonce': 'prepareNonce, signPrepared',
    'cipher/drbg': 'drbgInit',
  });
  const curve = sum(sizes, (source) => !STAND_INS.includes(source));
  const standIns = sum(sizes, (source) => STAND_INS.includes(source));
  const size = (name: string): number => fs.statSync(path.join(BUILT_FIRMWARE, name)).size;
  return [
    {
      name: 'flash: sign, verify, ECDH, batch',
      value: curve,
      unit: 'B',
      baseline: 'goal',
      ratio: curve / LIMIT_BYTES,
      goal: `<= ${LIMIT_BYTES} B`,
      ok: curve <= LIMIT_BYTES,
    },
    { name: 'flash: stand-ins for natives', value: standIns, unit: 'B', baseline: 'curve', ratio: standIns / curve },
    {
      name: 'flash: the whole module',
      value: size('crypto.js'),
      unit: 'B',
      baseline: 'curve',
      ratio: size('crypto.js') / curve,
    },
    {
      name: 'flash: comb table',
      value: size('comb.bin'),
      unit: 'B',
      baseline: 'goal',
      ratio: size('comb.bin') / 65536,
      goal: '<= 65536 B',
      ok: size('comb.bin') <= 65536,
    },
  ];
}
