// Numbers that blind secrets: a hash chain of its own, seeded from outside and stirred with each secret that is used.
// Blinding only has to be unknown to whoever measures; no key or nonce ever comes from here, and a poor seed makes the
// results no less right. On stock Espruino nothing better is at hand before the firmware calls blindSeed (see
// blindSeed).
import { setBytes } from '../bytes';
import { N } from './modn';
import { sha512 } from '../hash/sha512';
import { isZero, reduce } from './words';

const STATE = new Uint8Array(64);

/** Counts the seedings, so that whoever keeps blinding values knows when to make them anew. 0: not seeded yet. */
export let blindGeneration = 0;

/** Mixes a secret that is about to be used into the chain: who does not know it cannot foretell its blinding. */
export function blindStir(secret: ArrayLike<number>): void {
  if (!blindGeneration) {
    // Without a seed from outside: the engine's own generator where there is a real one, and time and noise.
    blindGeneration = 1;
    if (typeof E === 'undefined' && typeof require !== 'undefined')
      try {
        blindStir((require('crypto') as { randomBytes(lenBytes: number): Uint8Array }).randomBytes(32));
      } catch (e) {
        blindStir([1]); // an engine whose require has no such module: the noise has to do
      }
    const noise = String(Math.random()) + (typeof getTime === 'undefined' ? '' : String(getTime()));
    const codes: number[] = [];
    for (let i = 0; i < noise.length; i++) codes.push(noise.charCodeAt(i));
    blindStir(codes);
  }
  const all = new Uint8Array(64 + secret.length);
  all.set(STATE);
  all.set(secret, 64);
  STATE.set(sha512(all));
  all.fill(0);
}

/** Seeds the blinding with secret random bytes (from the device's DRBG, at boot). May be called again at any time. */
export function blindSeed(bytes: Uint8Array): void {
  blindGeneration++;
  blindStir(bytes);
}

/** r = the next blinding number, 1..n-1. */
export function blindNext(r: Uint32Array): void {
  if (!blindGeneration) blindStir([]);
  do {
    STATE[0] ^= 1;
    STATE.set(sha512(STATE));
    setBytes(r, STATE.subarray(32));
    reduce(r, N);
  } while (isZero(r));
}
