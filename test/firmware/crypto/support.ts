// What the crypto tests share: the emitted module (the same ES5 file that a board loads), seeded randomness, BigInt
// oracles with values at the edges, and a runner for other engines.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';

export const ROOT = path.resolve(__dirname, '..', '..', '..', '..');
export const MODULE = path.join(ROOT, 'dist', 'firmware', 'crypto.js');
export const COMB = path.join(ROOT, 'dist', 'firmware', 'comb.bin');
export const WORDS = path.join(ROOT, 'dist', 'firmware', 'words.bin');

export type Crypto = typeof import('../../../firmware/crypto');
export const crypto = require(MODULE) as Crypto;

export const P = 2n ** 256n - 2n ** 32n - 977n;
export const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** Cases of a property: CRYPTO_CASES when set, else `quick`. */
export function cases(quick: number): number {
  return process.env.CRYPTO_CASES ? Number(process.env.CRYPTO_CASES) : quick;
}

export function hex(bytes: ArrayLike<number>): string {
  return Buffer.from(bytes as Uint8Array).toString('hex');
}

export function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** Random bytes that are the same in every run: SHA-256 of a name and a counter. */
export function seeded(name: string): (lenBytes: number) => Uint8Array {
  let counter = 0;
  return (lenBytes) => {
    const parts: Buffer[] = [];
    for (let have = 0; have < lenBytes; have += 32)
      parts.push(createHash('sha256').update(`${name}/${counter++}`).digest());
    return new Uint8Array(Buffer.concat(parts).subarray(0, lenBytes));
  };
}

export function big(value: ArrayLike<number>): bigint {
  return BigInt(`0x${hex(value)}`);
}

export function be32(value: bigint): Uint8Array {
  return bytes(value.toString(16).padStart(64, '0'));
}

/** Little endian words of a number, as the field keeps it, and back. */
export function words(value: bigint): Uint32Array {
  return Uint32Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(32 * i)) & 0xffffffffn));
}

export function number(value: Uint32Array): bigint {
  return value.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

export function mod(value: bigint, m: bigint): bigint {
  return ((value % m) + m) % m;
}

/** Values at which carries, folds and comparisons turn. */
export const EDGES: bigint[] = [
  0n,
  1n,
  2n,
  976n,
  977n,
  978n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 32n + 977n,
  2n ** 64n - 1n,
  2n ** 128n - 1n,
  2n ** 128n,
  2n ** 255n,
  (N - 1n) / 2n,
  (N + 1n) / 2n,
  N - 1n,
  N,
  N + 1n,
  P - N,
  P - N - 1n,
  P - 1n,
  P,
  P + 1n,
  P - 2n,
  2n ** 256n - 2n ** 64n,
  2n ** 256n - 2n ** 32n,
  2n ** 256n - 1n,
  BigInt(`0x${'00000000ffffffff'.repeat(4)}`),
  BigInt(`0x${'ffffffff00000000'.repeat(4)}`),
  BigInt(`0x${'0000ffff'.repeat(8)}`),
  BigInt(`0x${'ffff0000'.repeat(8)}`),
  BigInt(`0x${'80000000'.repeat(8)}`),
];

/** A number below 2^256: an edge, a run of ones, or anything. */
export function someNumber(random: (lenBytes: number) => Uint8Array): bigint {
  const choice = random(3);
  if (choice[0] < 40) return EDGES[choice[1] % EDGES.length];
  const value = big(random(32));
  if (choice[0] < 80) return (value | ((1n << BigInt(choice[1])) - 1n)) & (2n ** 256n - 1n);
  if (choice[0] < 100) return value >> BigInt(choice[1]);
  return value;
}

/** A scalar of 1..n-1, edges among them. */
export function someScalar(random: (lenBytes: number) => Uint8Array): bigint {
  return mod(someNumber(random) - 1n, N - 1n) + 1n;
}

export function vectors<T>(name: string): T {
  return JSON.parse(fs.readFileSync(path.join(ROOT, 'test', 'vectors', 'crypto', name), 'utf8')) as T;
}

/** The code of what `run` throws; '' when it does not throw, 'none' when it throws without a code. */
export function codeOf(run: () => unknown): string {
  try {
    run();
    return '';
  } catch (error) {
    return (error as { code?: string }).code || 'none';
  }
}

/**
 * Runs the module and then `body` in a fresh genuine interpreter, with the table in Storage unless `hasTable` is false.
 * Returns the lines printed with a leading '@'. body: ES5, its names its own; the module is `crypto`.
 */
export function runEspruino(espruino: string, body: string, { hasTable = true, timeoutMs = 1800000 } = {}): string[] {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'crypto-'));
  try {
    const comb = fs.readFileSync(COMB);
    let store = '';
    for (let at = 0; at < comb.length; at += 2048) {
      const piece = comb.subarray(at, at + 2048).toString('base64');
      store += `require("Storage").write("comb",atob("${piece}"),${at}${at ? '' : `,${comb.length}`});\n`;
    }
    fs.writeFileSync(path.join(dir, 'store.js'), store);
    fs.writeFileSync(
      path.join(dir, 'run.js'),
      `var exports={};\n${fs.readFileSync(MODULE, 'utf8')}\n(function(crypto){${body}\n})(exports);\n`,
    );
    const lines: string[] = [];
    for (const name of hasTable ? ['store.js', 'run.js'] : ['run.js']) {
      const done = spawnSync(espruino, [path.join(dir, name)], {
        cwd: dir,
        timeout: timeoutMs,
        encoding: 'latin1',
        maxBuffer: 1 << 28,
      });
      if (done.status !== 0) throw new Error(`the interpreter ended with ${done.status}: ${done.stdout.slice(-400)}`);
      if (name === 'run.js')
        for (const line of done.stdout.split('\n')) if (/^>?@/.test(line)) lines.push(line.replace(/^>?@/, '').trim());
    }
    return lines;
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

/** The same in Duktape (Debian's `duk`), undefined when there is none. */
export function runDuktape(body: string, timeoutMs = 1800000): string[] | undefined {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'crypto-'));
  try {
    fs.writeFileSync(
      path.join(dir, 'run.js'),
      `var exports={};\n${fs.readFileSync(MODULE, 'utf8')}\n(function(crypto){${body}\n})(exports);\n`,
    );
    const done = spawnSync('duk', [path.join(dir, 'run.js')], {
      timeout: timeoutMs,
      encoding: 'latin1',
      maxBuffer: 1 << 28,
    });
    if (done.error && (done.error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (done.status !== 0)
      throw new Error(`duk ended with ${done.status}: ${done.stdout.slice(-400)}${done.stderr.slice(-400)}`);
    return done.stdout
      .split('\n')
      .filter((line) => line[0] === '@')
      .map((line) => line.slice(1));
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}
