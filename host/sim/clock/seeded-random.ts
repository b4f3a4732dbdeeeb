// Chance for the simulator: an endless stream of bytes from a seed and a label, the same on every machine. SHA-256 in
// counter mode; fit for repeatable tests, never for keys that hold real coins.
import { sha256 } from '@noble/hashes/sha2';
import { utf8ToBytes } from '@noble/hashes/utils';

/** Answers a function that gives the next `lenBytes` bytes of the stream named by `seed` and `label`. */
export function seededRandom(seed: string, label: string): (lenBytes: number) => Uint8Array {
  const key = sha256(utf8ToBytes(`chaincloud simulator\n${seed}\n${label}`));
  const block = new Uint8Array(40);
  block.set(key);
  const counter = new DataView(block.buffer);
  let count = 0;
  let pool: Uint8Array = new Uint8Array(0);
  return (lenBytes) => {
    const out = new Uint8Array(lenBytes);
    for (let filled = 0; filled < lenBytes;) {
      if (pool.length === 0) {
        counter.setBigUint64(32, BigInt(count++));
        pool = sha256(block);
      }
      const part = pool.subarray(0, lenBytes - filled);
      out.set(part, filled);
      filled += part.length;
      pool = pool.subarray(part.length);
    }
    return out;
  };
}
