// Simulated flash: erased bytes are 0xFF, programming only clears bits, erasing goes by whole pages, each page counts
// its wear. With a file behind it the content outlives the program. The power can be cut inside any write or erase.
// Leaves to others: what is in it (storage.ts knows Storage's format) and what a cut does to the board.
import * as fs from 'node:fs';
import { fail } from '../../../protocol/errors';

/** Thrown through the running handler of a board whose power was cut. Nothing in the board may catch it. */
export class PowerCut extends Error {
  constructor() {
    super('power cut');
  }
}

export interface FlashOptions {
  pageBytes: number;
  pageCount: number;
  /** Keeps the content: read at creation, rewritten by `save` (and every change reaches it at `save`). */
  file?: string;
}

export interface FlashStats {
  writes: number;
  erases: number;
  /** Erases of each page since creation. */
  wear: number[];
}

export interface SimFlash {
  readonly pageBytes: number;
  readonly pageCount: number;
  readonly sizeBytes: number;
  /** A copy of `lenBytes` bytes from `offset`. Out of range: code `flash-range`. */
  read(offset: number, lenBytes: number): Uint8Array;
  /** Programs: the result is old AND new. */
  program(offset: number, bytes: Uint8Array): void;
  /** Erases one page to 0xFF. */
  erase(page: number): void;
  /** Overwrites bytes as a file would, bits set or cleared; a cut leaves a prefix written. */
  overwrite(offset: number, bytes: Uint8Array): void;
  /**
   * Cuts the power inside the n-th change from now; undefined takes the order back. `torn` (0..1) says how far that
   * change gets.
   */
  cutAt(n: number | undefined, onCut?: () => void, torn?: number): void;
  stats(): FlashStats;
  /** The whole content: the live bytes, not a copy. */
  content(): Uint8Array;
  /** Writes the file behind it, where there is one. */
  save(): void;
}

/** Makes a flash, erased or as its file holds it. */
export function createFlash(options: FlashOptions): SimFlash {
  const { pageBytes, pageCount, file } = options;
  const sizeBytes = pageBytes * pageCount;
  const cells = new Uint8Array(sizeBytes).fill(0xff);
  if (file && fs.existsSync(file)) cells.set(fs.readFileSync(file).subarray(0, sizeBytes));
  const stats: FlashStats = { writes: 0, erases: 0, wear: new Array(pageCount).fill(0) };
  let cut: { left: number; torn: number; onCut?: () => void } | undefined;

  const aRange = (offset: number, lenBytes: number): void => {
    const isWhole = Number.isInteger(offset) && Number.isInteger(lenBytes);
    if (!isWhole || offset < 0 || lenBytes < 0 || offset + lenBytes > sizeBytes)
      throw fail('flash-range', `${offset}+${lenBytes} is outside of ${sizeBytes} bytes`);
  };

  /** True when the change about to be made is the one in which the power goes. */
  const isCutNow = (): boolean => cut !== undefined && --cut.left === 0;
  const cutNow = (): never => {
    const onCut = cut?.onCut;
    cut = undefined;
    onCut?.();
    throw new PowerCut();
  };

  return {
    pageBytes,
    pageCount,
    sizeBytes,
    read(offset, lenBytes) {
      aRange(offset, lenBytes);
      return cells.slice(offset, offset + lenBytes);
    },
    program(offset, bytes) {
      aRange(offset, bytes.length);
      stats.writes++;
      const torn = cut?.torn ?? 1;
      if (!isCutNow()) {
        for (let i = 0; i < bytes.length; i++) cells[offset + i] &= bytes[i];
        return;
      }
      const whole = Math.floor(bytes.length * torn);
      for (let i = 0; i < whole; i++) cells[offset + i] &= bytes[i];
      // The byte in work loses some of the bits it was to lose.
      if (whole < bytes.length) cells[offset + whole] &= bytes[whole] | 0xa5;
      cutNow();
    },
    erase(page) {
      aRange(page * pageBytes, pageBytes);
      stats.erases++;
      stats.wear[page]++;
      const torn = cut?.torn ?? 1;
      const start = page * pageBytes;
      if (!isCutNow()) {
        cells.fill(0xff, start, start + pageBytes);
        return;
      }
      const whole = Math.floor(pageBytes * torn);
      cells.fill(0xff, start, start + whole);
      for (let i = start + whole; i < start + pageBytes; i++) cells[i] |= 0x5a;
      cutNow();
    },
    overwrite(offset, bytes) {
      aRange(offset, bytes.length);
      stats.writes++;
      const torn = cut?.torn ?? 1;
      const isCut = isCutNow();
      cells.set(isCut ? bytes.subarray(0, Math.floor(bytes.length * torn)) : bytes, offset);
      if (isCut) cutNow();
    },
    cutAt(n, onCut, torn = 0.5) {
      if (n !== undefined && !(Number.isInteger(n) && n > 0)) throw fail('bad-count', 'expected a whole number from 1');
      cut = n === undefined ? undefined : { left: n, torn, onCut };
    },
    stats: () => ({ writes: stats.writes, erases: stats.erases, wear: stats.wear.slice() }),
    content: () => cells,
    save() {
      if (file) fs.writeFileSync(file, cells);
    },
  };
}
