/**
 * The curve as boards carry it: a flat image of signing, verifying, agreeing and deriving alone, built by the same
 * steps as theirs, functions that are not resident fetched from its own text. `$C(n, ...)` calls operation n of
 * OPERATIONS.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ROOT } from '../../../host/kit/package';
import { locator } from '../../build/dialect/dialect';
import { bundleEs5, compileDevice } from '../../build/es5';
import { isResident } from '../../build/images';
import { overlay } from '../../build/flash/overlay';

/** What the image can do: function, and the source it comes from. */
const OPERATIONS: { [name: string]: string } = {
  ecdsaSign: 'sign/ecdsa',
  ecdsaVerify: 'sign/ecdsa',
  pubkeyCreate: 'sign/ecdsa',
  ecdh: 'sign/ecdh',
  batchStart: 'wallet/batch',
  batchStep: 'wallet/batch',
  prepareNonce: 'sign/nonce',
  signPrepared: 'sign/nonce',
  drbgInit: 'cipher/drbg',
};

/** ES5 text that calls an operation of the image. */
export function call(name: string, args: string): string {
  return `$C(${Object.keys(OPERATIONS).indexOf(name)}${args ? `,${args}` : ''})`;
}

/** The image's text. Where it runs, global.CC_IMAGE has to hold it. */
export async function cryptoImage(): Promise<string> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'crypto-image-'));
  const [entry, out] = [path.join(dir, 'entry.js'), path.join(dir, 'image.js')];
  const folder = path.join(ROOT, 'dist', '.device', 'firmware', 'crypto');
  compileDevice();
  const names = Object.keys(OPERATIONS);
  const imports = names.map(
    (name) => `import { ${name} } from ${JSON.stringify(path.join(folder, `${OPERATIONS[name]}.js`))};`,
  );
  const cases = names.map((name, i) => `if (o === ${i}) return ${name}(a, b, c, d);`);
  fs.writeFileSync(entry, `${imports.join('\n')}\nglobal.$C = function (o, a, b, c, d) { ${cases.join(' ')} };\n`);
  try {
    await bundleEs5(entry, { format: 'iife', minify: true, out, sourceMap: `${out}.map`, keepProperties: true });
    const [code, map] = [fs.readFileSync(out, 'utf8'), fs.readFileSync(`${out}.map`, 'utf8')];
    const where = locator(code, { name: out, sourceMap: map, mapDir: process.cwd(), root: ROOT, extraGlobals: [] });
    return overlay(
      code,
      map,
      (offset, name) => where(offset).includes('.ts:') && !isResident(where(offset), name),
      () => false,
    ).code;
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}
