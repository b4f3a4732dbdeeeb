// Numbers that blind secrets: a hash chain of its own, seeded from outside and stirred with each secret that is used.
// Blinding only has to be unknown to whoever measures; no key or nonce ever comes from here, and a poor seed makes the
// results no less right. On stock Espruino nothing better is at hand before the firmware calls blindSeed (see blindSeed).
import { isZero, setBytes } from './bytes';
import { element, load, mul } from './field';
import { invertP } from './point';
import { reduceN } from './scalar';
import { sha512 } from './sha512';

const STATE = new Uint8Array(64);
let isSeeded = false;
let generation = 0;

/** Counts the seedings, so that whoever keeps blinding values knows when to make them anew. */
export function blindGeneration(): number {
  return generation;
}

function stir(bytes: ArrayLike<number>): void {
  const all = new Uint8Array(64 + bytes.length);
  all.set(STATE);
  all.set(bytes, 64);
  STATE.set(sha512(all));
  all.fill(0);
}

/** Seeds the blinding with secret random bytes (from the device's DRBG, at boot). May be called again at any time. */
export function blindSeed(bytes: Uint8Array): void {
  stir(bytes);
  isSeeded = true;
  generation++;
}

// Without a seed from outside: the engine's own generator where there is a real one, else time and noise.
function seedItself(): void {
  isSeeded = true;
  generation++;
  if (typeof E === 'undefined' && typeof require !== 'undefined') {
    try {
      stir(require('crypto').randomBytes(32));
      return;
    } catch (e) {
      stir([1]); // an engine whose require has no such module: the noise below has to do
    }
  }
  const noise = String(Math.random()) + (typeof getTime === 'undefined' ? '' : String(getTime()));
  const bytes = new Uint8Array(noise.length);
  for (let i = 0; i < noise.length; i++) bytes[i] = noise.charCodeAt(i);
  stir(bytes);
}

/** Mixes a secret that is about to be used into the chain: who does not know it cannot foretell its blinding. */
export function blindStir(secret: ArrayLike<number>): void {
  if (!isSeeded) seedItself();
  stir(secret);
}

/** r = the next blinding number, 1..n-1. */
export function blindNext(r: Uint32Array): void {
  if (!isSeeded) seedItself();
  do {
    STATE[0] ^= 1;
    STATE.set(sha512(STATE));
    setBytes(r, STATE.subarray(32));
    reduceN(r, r);
  } while (isZero(r));
}

const FACTOR = element();

/** r = a^-1 mod p for a not 0 mod p, a secret. */
export function invertBlindedP(r: Uint32Array, a: Uint32Array): void {
  blindNext(FACTOR);
  load(FACTOR);
  mul(r, a);
  invertP(r, r);
  load(FACTOR);
  mul(r, r);
  FACTOR.fill(0);
}
