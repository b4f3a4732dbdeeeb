// Noise for mixing: the jitter of the interpreter's own clock, its (fixed-seed) generator, and a source of the board's.
// Nothing here is trusted alone: on a stock ESP32 build Math.random repeats at every boot, and the hardware register is
// noise only while the radio or the converter runs. The entropy gate that all this feeds is the firmware's.

const SAMPLES_PER_BYTE = 8;

let state = 0;

function stir(value: number): void {
  state = (((state << 5) | (state >>> 27)) ^ value) + 0x5bd1e995;
  state = state | 0;
}

/** Answers `lenBytes` bytes, each stirred from several samples of clock, generator and `source` (32 bits a call). */
export function readNoise(lenBytes: number, source: () => number): Uint8Array {
  const out = new Uint8Array(lenBytes);
  for (let i = 0; i < lenBytes; i++) {
    for (let n = 0; n < SAMPLES_PER_BYTE; n++) {
      stir(((getTime() * 1000000) % 4294967296) | 0);
      stir(source());
    }
    stir((Math.random() * 4294967296) | 0);
    out[i] = state ^ (state >>> 8) ^ (state >>> 16) ^ (state >>> 24);
  }
  return out;
}
