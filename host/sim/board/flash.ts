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

class NorFlash implements SimFlash {
  readonly pageBytes = this.options.pageBytes;
  readonly pageCount = this.options.pageCount;
  private readonly file = this.options.file;
  readonly sizeBytes = this.pageBytes * this.pageCount;
  private readonly cells = new Uint8Array(this.sizeBytes).fill(0xff);
  private readonly counters: FlashStats = { writes: 0, erases: 0, wear: new Array(this.pageCount).fill(0) };
  private cut: { left: number; torn: number; onCut?: () => void } | undefined;

  constructor(private readonly options: FlashOptions) {
    if (this.file && fs.existsSync(this.file)) this.cells.set(fs.readFileSync(this.file).subarray(0, this.sizeBytes));
  }

  private aRange(offset: number, lenBytes: number): void {
    const isWhole = Number.isInteger(offset) && Number.isInteger(lenBytes);
    if (!isWhole || offset < 0 || lenBytes < 0 || offset + lenBytes > this.sizeBytes)
      throw fail('flash-range', `${offset}+${lenBytes} is outside of ${this.sizeBytes} bytes`);
  }

  /** True when the change about to be made is the one in which the power goes. */
  private isCutNow(): boolean {
    return this.cut !== undefined && --this.cut.left === 0;
  }

  private cutNow(): never {
    const onCut = this.cut?.onCut;
    this.cut = undefined;
    onCut?.();
    throw new PowerCut();
  }

  read(offset: number, lenBytes: number) {
    this.aRange(offset, lenBytes);
    return this.cells.slice(offset, offset + lenBytes);
  }

  program(offset: number, bytes: Uint8Array) {
    this.aRange(offset, bytes.length);
    this.counters.writes++;
    const torn = this.cut?.torn ?? 1;
    if (!this.isCutNow()) {
      for (let i = 0; i < bytes.length; i++) this.cells[offset + i] &= bytes[i];
      return;
    }
    const whole = Math.floor(bytes.length * torn);
    for (let i = 0; i < whole; i++) this.cells[offset + i] &= bytes[i];
    // The byte in work loses some of the bits it was to lose.
    if (whole < bytes.length) this.cells[offset + whole] &= bytes[whole] | 0xa5;
    this.cutNow();
  }

  erase(page: number) {
    this.aRange(page * this.pageBytes, this.pageBytes);
    this.counters.erases++;
    this.counters.wear[page]++;
    const torn = this.cut?.torn ?? 1;
    const start = page * this.pageBytes;
    if (!this.isCutNow()) {
      this.cells.fill(0xff, start, start + this.pageBytes);
      return;
    }
    const whole = Math.floor(this.pageBytes * torn);
    this.cells.fill(0xff, start, start + whole);
    for (let i = start + whole; i < start + this.pageBytes; i++) this.cells[i] |= 0x5a;
    this.cutNow();
  }

  overwrite(offset: number, bytes: Uint8Array) {
    this.aRange(offset, bytes.length);
    this.counters.writes++;
    const torn = this.cut?.torn ?? 1;
    const isCut = this.isCutNow();
    this.cells.set(isCut ? bytes.subarray(0, Math.floor(bytes.length * torn)) : bytes, offset);
    if (isCut) this.cutNow();
  }

  cutAt(n: number | undefined, onCut: (() => void) | undefined, torn = 0.5) {
    if (n !== undefined && !(Number.isInteger(n) && n > 0)) throw fail('bad-count', 'expected a whole number from 1');
    this.cut = n === undefined ? undefined : { left: n, torn, onCut };
  }

  stats() {
    return { writes: this.counters.writes, erases: this.counters.erases, wear: this.counters.wear.slice() };
  }

  content() {
    return this.cells;
  }

  save() {
    if (this.file) fs.writeFileSync(this.file, this.cells);
  }
}

/** Makes a flash, erased or as its file holds it. */
export function createFlash(options: FlashOptions): SimFlash {
  return new NorFlash(options);
}
