/**
 * The crypto figures: in the genuine interpreter, in `u` (one turn of an empty loop around an empty function call,
 * timed in the same run), each beside the plain port of reference.ts and, for signatures, `elliptic`; flash sizes; and
 * the module in Node beside @noble/curves and @noble/secp256k1, for information. Every time is the least of several:
 * the machine's other work only adds.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { spawnSync } from 'node:child_process';
import { BUILT_FIRMWARE } from '../../../host/kit/package';
import type { BenchRow } from '../row';
import { ellipticBundle } from './elliptic';
import { innerModule } from './inner';
import { nodeRows } from './node';
import { peakRows } from './peaks';
import { REFERENCE, REFERENCE_ADDITIONS, REFERENCE_DOUBLINGS } from './reference';
import { sizeRows } from './sizes';
import { CHILDREN_A_STEP } from '../../../firmware/cold/batches/derive';

/**
 * Timing helpers, ES5. clock() prints "@name microseconds". Time is the process's own processor time where Linux tells
 * it (in steps of a few milliseconds, so a measurement takes at least a tenth of a second), else the clock's.
 */
const HELPERS = `
function empty() {}
var files = require("fs"), stat = "/proc/self/schedstat";
function now() { var text = files.readFileSync(stat); return text ? parseInt(text) / 1000 : getTime() * 1e6; }
function uOf() { var t = now(), i; for (i = 0; i < 30000; i++) empty(); return (now() - t) / 30000; }
function clock(name, run, times, rounds) {
  var best = 1e99, t, i, j, v;
  run();
  for (j = 0; j < rounds; j++) {
    t = now();
    for (i = 0; i < times; i++) run();
    v = (now() - t) / times;
    if (v < best) best = v;
    v = uOf();
    if (v < u) u = v;
  }
  print("@" + name + " " + best);
}
var u = 1e99;
`;

/** Times that an ECDH is done in steps, since the clock's own are coarse. */
const ECDH_ROUNDS = 12;

const OPERATIONS = `
var a = c.element(), b = c.element(), r = c.element(), i, key = new Uint8Array(32), hash = new Uint8Array(32);
for (i = 0; i < 8; i++) { a[i] = 777777777 * (i + 1); b[i] = 987654321 * (i + 2); }
for (i = 0; i < 32; i++) { key[i] = i * 7 + 1; hash[i] = i * 13 + 5; }
a[7] = 77;
c.load(b);
clock("mul", function () { c.mul(r, a); }, 600, 3);
clock("load", function () { c.load(b); }, 3000, 2);
clock("double", function () { c.double(); }, 60, 3);
clock("mulN", function () { c.mulN(r, a, b); }, 200, 3);
clock("invert", function () { c.blindNext(b); c.mulN(r, a, b); c.invert(r, r, c.N); c.mulN(r, r, b); }, 20, 3);
c.multiplyBase(a);
clock("kG", function () { c.multiplyBase(a); }, 2, 3);
var pub = c.pubkeyCreate(key, false), compressed = c.pubkeyCreate(key), sig = c.ecdsaSign(hash, key);
var drbg = c.drbgInit(key), nonces = [];
clock("sign", function () { c.ecdsaSign(hash, key); }, 2, 3);
clock("signVerified", function () { c.ecdsaSign(hash, key, true); }, 1, 1);
for (i = 0; i < 25; i++) nonces.push(c.prepareNonce(drbg));
clock("signPrepared", function () { c.signPrepared(nonces.pop(), hash, key); }, 12, 2);
clock("verify", function () { c.ecdsaVerify(sig, hash, pub); }, 1, 2);
clock("parse", function () { c.pubkeyParse(compressed); }, 2, 2);
clock("ecdh", function () { c.ecdh(pub, key); }, 1, 2);
var steps = [], step, work, point, from, longest = 0;
for (i = 0; i < ${ECDH_ROUNDS}; i++) {
  step = 0;
  from = now();
  work = c.ecdhStart(pub, key);
  do {
    point = step && c.ecdhStep(work);
    steps[step] = (steps[step] || 0) - from;
    from = now();
    steps[step++] += from;
  } while (!point);
}
for (i = 0; i < steps.length; i++) if (steps[i] > longest) longest = steps[i];
print("@ecdhTask " + longest / ${ECDH_ROUNDS});
print("@ecdhTasks " + steps.length);
var job = c.batchStart(compressed, hash, 0, 100000);
function addressOf(child) { c.addressOfHash(child.hash160, "p2wpkh", "main"); }
clock("child", function () { c.batchStep(job, ${CHILDREN_A_STEP}).forEach(addressOf); }, 1, 2);
clock("selfTest", function () { if (c.selfTest()) print("self-test failed"); }, 1, 1);
print("@u " + u);
`;

const REFERENCE_OPERATIONS = `
var x = refElement(), y = refElement(), j;
for (j = 0; j < 16; j++) {
  x[j] = 4111 * (j + 1);
  y[j] = 65535 - j;
  refX[j] = j + 1;
  refY[j] = 9 * j;
  refZ[j] = 3;
  refX2[j] = 5 * j;
  refY2[j] = 77;
}
clock("refMul", function () { refMul(x, x, y); }, 15, 2);
clock("refDouble", refDouble, 2, 2);
clock("refAdd", refAdd, 2, 2);
print("@u " + u);
`;

/**
 * Runs ES5 text in the interpreter with files in Storage, the comb table unless told; "@name value" lines as numbers.
 */
function runIn(
  espruino: string,
  text: string,
  files: { [name: string]: Buffer } = { comb: fs.readFileSync(path.join(BUILT_FIRMWARE, 'comb.bin')) },
): { [name: string]: number } {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'crypto-bench-'));
  const found: { [name: string]: number } = {};
  const programs = Object.keys(files).map((name) => {
    const bytes = files[name];
    let store = '';
    for (let at = 0; at < bytes.length; at += 1024) {
      const piece = bytes.subarray(at, at + 1024).toString('base64');
      store += `require("Storage").write("${name}",atob("${piece}"),${at}${at ? '' : `,${bytes.length}`});\n`;
    }
    return [`store-${name}.js`, store];
  });
  for (const [name, source] of [...programs, ['run.js', text]]) {
    fs.writeFileSync(path.join(dir, name), source);
    const done = spawnSync(espruino, [path.join(dir, name)], {
      cwd: dir,
      encoding: 'latin1',
      timeout: 900000,
      maxBuffer: 1 << 26,
    });
    if (done.status !== 0) throw new Error(`the interpreter ended with ${done.status}: ${done.stdout.slice(-300)}`);
    for (const line of done.stdout.split('\n')) {
      const match = /^>?@(\w+) ([-0-9.e+]+)/.exec(line);
      if (match) found[match[1]] = Number(match[2]);
    }
  }
  fs.rmSync(dir, { recursive: true });
  return found;
}

/** A figure in u beside its baseline's; with a limit, its goal. */
function row(name: string, value: number, limit: number | undefined, baseline: string, base: number): BenchRow {
  const made: BenchRow = { name, value, unit: 'u', baseline, ratio: base / value };
  return limit === undefined ? made : { ...made, goal: `<= ${limit} u`, ok: value <= limit };
}

/** A signature beside elliptic's, whose times are in ms as ours. */
function ellipticRows(signMs: number, signU: number, elliptic: { published: number; stripped: number }): BenchRow[] {
  const ratio = elliptic.published / signMs;
  return [
    {
      name: 'signature beside elliptic',
      value: signU,
      unit: 'u',
      baseline: 'elliptic as published',
      ratio,
      goal: '>= 50 x',
      ok: ratio >= 50,
    },
    {
      name: 'the same',
      value: signU,
      unit: 'u',
      baseline: 'elliptic without white space',
      ratio: elliptic.stripped / signMs,
    },
  ];
}

async function interpreterRows(espruino: string): Promise<BenchRow[]> {
  const code = await innerModule();
  const own = runIn(espruino, `var exports={};\n${code}\n(function(c){${HELPERS}${OPERATIONS}})(exports);\n`);
  const plain = runIn(espruino, `(function(){${HELPERS}${REFERENCE}${REFERENCE_OPERATIONS}})();\n`);
  const ellipticMs = async (isStripped: boolean): Promise<number> => {
    const program = await ellipticBundle(isStripped);
    return program ? runIn(espruino, program(HELPERS))['sign'] : 0;
  };
  const published = await ellipticMs(false);
  const stripped = await ellipticMs(true);
  const inU = (name: string): number => own[name] / own['u'];
  const plainU = (name: string): number => plain[name] / plain['u'];
  const multiplication = REFERENCE_DOUBLINGS * plainU('refDouble') + REFERENCE_ADDITIONS * plainU('refAdd');
  const PLAIN = '16x16-limb port';
  const rows: BenchRow[] = [
    { name: 'u (empty call)', value: own['u'], unit: 'us', baseline: 'itself', ratio: 1 },
    row('field multiplication', inU('mul'), 65, PLAIN, plainU('refMul')),
    row('windows of a factor', inU('load'), undefined, PLAIN, plainU('refMul')),
    row('point doubling', inU('double'), undefined, PLAIN, plainU('refDouble')),
    row('multiplication mod n', inU('mulN'), undefined, PLAIN, plainU('refMul')),
    row('inversion mod n, blinded', inU('invert'), 3800, `${PLAIN}, Fermat`, 384 * plainU('refMul')),
    row('k G, blinded', inU('kG'), 28000, PLAIN, multiplication),
    row('signature, RFC 6979, checked', inU('sign'), 40000, PLAIN, multiplication),
    row('signature, fully verified', inU('signVerified'), undefined, PLAIN, 4 * multiplication),
    row('signature, prepared nonce', inU('signPrepared'), 2500, PLAIN, multiplication),
    row('verification, key in full', inU('verify'), 140000, PLAIN, 2 * multiplication),
    row('a compressed key read, more', inU('parse'), undefined, PLAIN, 269 * plainU('refMul')),
    row('ECDH, key in full', inU('ecdh'), 120000, PLAIN, multiplication),
    row(`ECDH in ${own['ecdhTasks']} tasks, the longest`, inU('ecdhTask'), 20000, 'ECDH in one', inU('ecdh')),
    row(
      `child address of a batch, ${CHILDREN_A_STEP} at a time as the firmware`,
      inU('child') / CHILDREN_A_STEP,
      29000,
      PLAIN,
      multiplication,
    ),
    row('quick self-test', inU('selfTest'), undefined, 'signature', inU('sign')),
  ];
  if (published && stripped) rows.push(...ellipticRows(own['sign'], inU('sign'), { published, stripped }));
  return rows;
}

/** All crypto figures; those of the interpreter only when its path is given. */
export async function benchCrypto(options: { espruino?: string }): Promise<BenchRow[]> {
  const espruino = options.espruino;
  const rows = espruino
    ? (await interpreterRows(espruino)).concat(await peakRows((text, files) => runIn(espruino, text, files)))
    : [];
  return rows.concat(await sizeRows(), await nodeRows());
}
