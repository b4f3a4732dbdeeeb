/**
 * Runs protocol code in the genuine Espruino interpreter named by ESPRUINO: bundled as the images are, then a script.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ROOT } from '../../../host/kit/package';
import { bundleEs5, compileDevice } from '../../../tools/build/es5';

let isCompiled = false;

/**
 * Bundles `modules` (path below the root without extension → names it gives) and answers the ES5 text that defines
 * those names as globals.
 */
export async function bundled(modules: { [file: string]: string[] }): Promise<string> {
  if (!isCompiled) compileDevice();
  isCompiled = true;
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'protocol-'));
  const lines = Object.entries(modules).map(
    ([file, names]) => `import { ${names.join(', ')} } from '${path.join(ROOT, 'dist/.device', file)}.js';`,
  );
  const names = Object.values(modules).flat();
  fs.writeFileSync(
    path.join(dir, 'entry.js'),
    `${lines.join('\n')}\n${names.map((name) => `global.${name} = ${name};`).join('\n')}\n`,
  );
  await bundleEs5(path.join(dir, 'entry.js'), {
    format: 'iife',
    minify: true,
    keepProperties: true,
    out: path.join(dir, 'out.js'),
  });
  const code = fs.readFileSync(path.join(dir, 'out.js'), 'utf8');
  fs.rmSync(dir, { recursive: true });
  return code;
}

/**
 * The bundle's own names are one and two letters at the top level: a script uses longer ones.
 * Runs `code` and answers what it gave to `out(value)`, in order; throws with the interpreter's words when it
 * complains.
 */
export function runInInterpreter(code: string, timeoutMs = 60_000): any[] {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'protocol-'));
  const file = path.join(dir, 'script.js');
  fs.writeFileSync(file, `function out(v){print("OUT"+"PUT "+JSON.stringify(v));}\n${code}\n`);
  // In a folder of its own: there the interpreter keeps its Storage.
  const done = spawnSync(process.env.ESPRUINO as string, [file], { cwd: dir, timeout: timeoutMs, encoding: 'latin1' });
  fs.rmSync(dir, { recursive: true });
  if (/Uncaught|ERROR|Out of Memory/i.test(done.stdout)) throw new Error(done.stdout.slice(-800));
  return done.stdout
    .split('\n')
    .flatMap((text) => (text.includes('OUTPUT ') ? [JSON.parse(text.slice(text.indexOf('OUTPUT ') + 7))] : []));
}

/**
 * ProtocolCrypto's hashes and cipher from the interpreter's own native calls, as script text defining `nativeCrypto`.
 * Counter blocks are made here: the interpreter's CTR mode takes no notice of its iv.
 */
export const NATIVE_CRYPTO = `
var native_=require("crypto");
function join(a,b){var o=new Uint8Array(a.length+b.length);o.set(a,0);o.set(b,a.length);return o}
function sha(b){return new Uint8Array(native_.SHA256(b))}
function hmac(k,b){
  var i=new Uint8Array(64),o=new Uint8Array(64),n,x;
  if(k.length>64)k=sha(k);
  for(n=0;n<64;n++){x=n<k.length?k[n]:0;i[n]=x^54;o[n]=x^92}
  return sha(join(o,sha(join(i,b))));
}
function hkdf(ikm,salt,info,n){
  var p=hmac(salt.length?salt:new Uint8Array(32),ikm),t=new Uint8Array(0),o=new Uint8Array(n),c=1,at;
  for(at=0;at<n;at+=32){
    t=hmac(p,join(join(t,info),new Uint8Array([c++])));
    o.set(t.subarray(0,n-at<32?n-at:32),at);
  }
  return o;
}
function ctr(k,iv,b){
  var c=new Uint8Array(16),w=new Uint8Array(Math.ceil(b.length/16)*16),o=new Uint8Array(b.length),n,j;
  c.set(iv,0);
  for(n=0;n<w.length;n+=16){
    w.set(c,n);
    for(j=15;j>=0;j--){c[j]++;if(c[j])break}
  }
  w=new Uint8Array(native_.AES.encrypt(w,k,{mode:"ECB"}));
  for(n=0;n<o.length;n++)o[n]=b[n]^w[n];
  return o;
}
var seed=1;
function rnd(n){
  var o=new Uint8Array(n),i;
  for(i=0;i<n;i++){seed=(seed*1103515245+12345)&2147483647;o[i]=seed>>16}
  return o;
}
var nativeCrypto={sha256:sha,hmacSha256:hmac,hkdfSha256:hkdf,aes256Ctr:ctr,random:rnd};
`;
