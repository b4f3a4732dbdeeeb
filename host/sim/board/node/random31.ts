// Espruino's one generator of random numbers (jsutils.c, rand): a fixed seed that no stock ESP32 build ever changes, so
// every power-on gives the same sequence. Firmware that trusts it is to fail here as it would in the field.

const RAND_MAX = 0x7fffffff;

/** Makes the generator as it is at power-on: the first values are 2002641757, 1519824769. */
export function createRandom31(): { next(): number; seed(seed: number): void } {
  let w = 0xdeadbeef;
  let z = 0xcafebabe;
  return {
    next() {
      z = (Math.imul(36969, z & 65535) + (z >>> 16)) >>> 0;
      w = (Math.imul(18000, w & 65535) + (w >>> 16)) >>> 0;
      return ((z << 16) + w) & RAND_MAX;
    },
    seed(seed) {
      w = ((seed & 0xffff) | (seed << 16)) >>> 0;
      z = ((seed & 0xffff0000) | (seed >>> 16)) >>> 0;
    },
  };
}
