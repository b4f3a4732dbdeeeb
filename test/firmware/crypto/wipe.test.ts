// Secrets are overwritten after use: all writable memory of the interpreter's process is read after a key was used for
// everything there is, and searched for pieces of it, in byte order and reversed (as the words of a number lie).
// The key is computed, so that the program text does not hold it. A second key that is left alone shows that the search
// finds. So are the nonces of the signatures made with it, each of which would give the key away.
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { MODULE, N, be32, big, crypto, mod } from './support';

const PIECE_BYTES = 8;

function key(factor: number): Buffer {
  return Buffer.from(Array.from({ length: 32 }, (_, i) => (i * factor + i * i * 7 + 11) & 255));
}

/** The nonce of a deterministic signature of the hash, and its negative, from the signature and the key. */
function nonces(hash: Uint8Array, secret: Buffer): Buffer[] {
  const sig = crypto.ecdsaSign(hash, new Uint8Array(secret));
  const [r, s] = [big(sig.subarray(0, 32)), big(sig.subarray(32))];
  let inverse = 1n;
  for (let e = N - 2n, base = s; e; e >>= 1n, base = (base * base) % N) if (e & 1n) inverse = (inverse * base) % N;
  const k = mod(inverse * (big(hash) + r * big(secret)), N);
  return [Buffer.from(be32(k)), Buffer.from(be32(N - k))];
}

const BODY = `
function key(a){var k=new Uint8Array(32),i;for(i=0;i<32;i++)k[i]=(i*a+i*i*7+11)&255;return k}
function use(){
  var k=key(37),h=crypto.sha256(new Uint8Array([1])),g=crypto.drbgInit(h),p=crypto.pubkeyCreate(k),c;
  crypto.ecdsaSign(h,k);
  crypto.ecdsaSignRecoverable(h,k);
  crypto.ecdh(p,k);
  crypto.signPrepared(crypto.prepareNonce(g),h,k);
  crypto.signMessage("x",k);
  c=crypto.ckdPriv({key:k,chain:h},1);
  c.key.fill(0);
  crypto.seal(k,h.subarray(0,12),h,h,16);
  crypto.hkdfSha256(k,h,h,32);
  try{crypto.ecdsaSign(p,k)}catch(e){}
  try{crypto.ecdh(h,k)}catch(e){}
  k.fill(0);
}
use();
var left=key(41);
print("@ready");
setTimeout(function(){print(left[0])},60000);`;

/** All writable private memory of a process. */
function memoryOf(pid: number): Buffer[] {
  const file = fs.openSync(`/proc/${pid}/mem`, 'r');
  try {
    return fs
      .readFileSync(`/proc/${pid}/maps`, 'latin1')
      .split('\n')
      .filter((line) => / rw/.test(line))
      .map((line) => {
        const [from, to] = line
          .split(' ')[0]
          .split('-')
          .map((text) => parseInt(text, 16));
        const region = Buffer.alloc(to - from);
        try {
          return region.subarray(0, fs.readSync(file, region, 0, region.length, from));
        } catch {
          return Buffer.alloc(0); // a region that the kernel does not show
        }
      });
  } finally {
    fs.closeSync(file);
  }
}

/** Which pieces of `secret` are in memory, as offsets; reversed ones as negative. */
function piecesIn(memory: Buffer[], secret: Buffer): number[] {
  const found: number[] = [];
  const reversed = Buffer.from(secret).reverse();
  for (let at = 0; at + PIECE_BYTES <= secret.length; at++) {
    if (memory.some((region) => region.includes(secret.subarray(at, at + PIECE_BYTES)))) found.push(at);
    if (memory.some((region) => region.includes(reversed.subarray(at, at + PIECE_BYTES)))) found.push(-1 - at);
  }
  return found;
}

describe('crypto wipes', function () {
  this.timeout(120000);

  it("no piece of a used key, nor of its nonces, is in the interpreter's memory", async function () {
    const espruino = process.env.ESPRUINO;
    if (!espruino) return this.skip(); // ESPRUINO names no interpreter
    if (process.platform !== 'linux') return this.skip(); // no /proc/PID/mem
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'crypto-'));
    fs.writeFileSync(
      path.join(dir, 'run.js'),
      `var exports={};\n${fs.readFileSync(MODULE, 'utf8')}\n(function(crypto){${BODY}\n})(exports);\n`,
    );
    const child = spawn(espruino, [path.join(dir, 'run.js')], { cwd: dir, stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await new Promise<void>((resolve, reject) => {
        let text = '';
        child.stdout.on('data', (chunk: Buffer) => {
          text += chunk.toString('latin1');
          if (text.includes('@ready')) resolve();
        });
        child.on('exit', () => reject(new Error(`the interpreter ended: ${text.slice(-300)}`)));
      });
      const memory = memoryOf(child.pid as number);
      expect(piecesIn(memory, key(41)).length, 'the search finds a key that was left').to.be.greaterThan(0);
      expect(piecesIn(memory, key(37)), 'pieces of the used key').to.deep.equal([]);
      for (const nonce of [
        ...nonces(crypto.sha256(new Uint8Array([1])), key(37)),
        ...nonces(crypto.messageHash('x'), key(37)),
      ])
        expect(piecesIn(memory, nonce), 'pieces of a nonce').to.deep.equal([]);
    } finally {
      child.removeAllListeners('exit');
      child.kill('SIGKILL');
      fs.rmSync(dir, { recursive: true });
    }
  });
});
