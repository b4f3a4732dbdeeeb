/** The emitted module in Node beside @noble/curves, for information: the same calls, milliseconds each. */
import { secp256k1 } from '@noble/curves/secp256k1';
import * as path from 'node:path';
import type { BenchRow } from '../row';
import { ROOT } from '../../build/es5';

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

export function nodeRows(): BenchRow[] {
  const crypto = require(path.join(ROOT, 'dist', 'firmware', 'crypto.js')) as typeof import('../../../firmware/crypto');
  const key = Uint8Array.from({ length: 32 }, (_, i) => i * 7 + 1);
  const hash = Uint8Array.from({ length: 32 }, (_, i) => i * 13 + 5);
  const pub = crypto.pubkeyCreate(key);
  const sig = crypto.ecdsaSign(hash, key);
  const job = crypto.batchStart(pub, hash, 0, 1000000);
  const row = (name: string, own: number, other: number, limit?: number): BenchRow => {
    const made: BenchRow = {
      name: `Node: ${name}`,
      value: own,
      unit: 'ms',
      baseline: '@noble/curves',
      ratio: other / own,
    };
    if (limit !== undefined) {
      made.goal = `< ${limit} ms`;
      made.ok = own < limit;
    }
    return made;
  };
  const point = secp256k1.ProjectivePoint.fromHex(pub);
  return [
    row(
      'signature',
      milliseconds(() => crypto.ecdsaSign(hash, key), 20),
      milliseconds(() => void secp256k1.sign(hash, key), 20),
      10,
    ),
    row(
      'verification',
      milliseconds(() => void crypto.ecdsaVerify(sig, hash, pub), 10),
      milliseconds(() => void secp256k1.verify(sig, hash, pub), 10),
    ),
    row(
      'ECDH',
      milliseconds(() => void crypto.ecdh(pub, key), 10),
      milliseconds(() => void secp256k1.getSharedSecret(key, pub), 10),
    ),
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
