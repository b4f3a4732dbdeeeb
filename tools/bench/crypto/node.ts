/**
 * The emitted module in Node beside @noble/curves, for information: the same calls, milliseconds each. Signatures,
 * verification and ECDH also beside @noble/secp256k1, which is another implementation of the curve.
 */
import { secp256k1 } from '@noble/curves/secp256k1';
import { createHmac } from 'node:crypto';
import * as path from 'node:path';
import { BUILT_FIRMWARE } from '../../../host/kit/package';
import type { BenchRow } from '../row';

function milliseconds(run: () => void, times: number): number {
  let best = Infinity;
  run();
  for (let round = 0; round < 5; round++) {
    const from = process.hrtime.bigint();
    for (let i = 0; i < times; i++) run();
    best = Math.min(best, Number(process.hrtime.bigint() - from) / 1e6 / times);
  }
  return best;
}

async function secondCurve() {
  const noble = await import('@noble/secp256k1');
  noble.etc.hmacSha256Sync = (key, ...parts) => {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(part);
    return new Uint8Array(hmac.digest());
  };
  return noble;
}

export async function nodeRows(): Promise<BenchRow[]> {
  const second = await secondCurve();
  const crypto = require(path.join(BUILT_FIRMWARE, 'crypto.js')) as typeof import('../../../firmware/crypto');
  const key = Uint8Array.from({ length: 32 }, (_, i) => i * 7 + 1);
  const hash = Uint8Array.from({ length: 32 }, (_, i) => i * 13 + 5);
  const pub = crypto.pubkeyCreate(key);
  const sig = crypto.ecdsaSign(hash, key);
  const job = crypto.batchStart(pub, hash, 0, 1000000);
  const beside = (name: string, own: number, baseline: string, other: number): BenchRow => ({
    name: `Node: ${name}`,
    value: own,
    unit: 'ms',
    baseline,
    ratio: other / own,
  });
  const row = (name: string, own: number, other: number, limit?: number): BenchRow => {
    const made = beside(name, own, '@noble/curves', other);
    if (limit !== undefined) {
      made.goal = `< ${limit} ms`;
      made.ok = own < limit;
    }
    return made;
  };
  const point = secp256k1.ProjectivePoint.fromHex(pub);
  const signMs = milliseconds(() => crypto.ecdsaSign(hash, key), 20);
  const verifyMs = milliseconds(() => void crypto.ecdsaVerify(sig, hash, pub), 10);
  const ecdhMs = milliseconds(() => void crypto.ecdh(pub, key), 10);
  const besideSecond = (name: string, own: number, run: () => void): BenchRow =>
    beside(`${name} beside @noble/secp256k1`, own, '@noble/secp256k1', milliseconds(run, 20));
  return [
    row(
      'signature',
      signMs,
      milliseconds(() => void secp256k1.sign(hash, key), 20),
      10,
    ),
    besideSecond('signature', signMs, () => void second.sign(hash, key)),
    row(
      'verification',
      verifyMs,
      milliseconds(() => void secp256k1.verify(sig, hash, pub), 10),
    ),
    besideSecond('verification', verifyMs, () => void second.verify(sig, hash, pub)),
    row(
      'ECDH',
      ecdhMs,
      milliseconds(() => void secp256k1.getSharedSecret(key, pub), 10),
    ),
    besideSecond('ECDH', ecdhMs, () => void second.getSharedSecret(key, pub)),
    row(
      'child address',
      milliseconds(() => void crypto.batchStep(job, 8), 5) / 8,
      milliseconds(
        () => void secp256k1.ProjectivePoint.BASE.multiply(12345678901234567890n).add(point).toRawBytes(),
        20,
      ),
      3,
    ),
  ];
}
