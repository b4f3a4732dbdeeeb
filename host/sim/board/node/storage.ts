// Espruino's Storage on simulated flash, in the format of its own jsflash.c, so that a simulated board's content can be
// flashed to a real one and a genuine interpreter boots from it. A file is a header of 32 bytes (length and flags, then
// a zero-padded name of 28 bytes) and its content, all aligned to 4; a replaced file keeps its place with an empty
// name. Leaves to others: files of Storage.open, compression and the table of file names, which the firmware does not
// use.
import { FILE_HEADER_BYTES, FILE_NAME_MAX, FILE_SIZE_MASK } from '../../../../firmware/hal';
import { fail } from '../../../../protocol/errors';
import type { SimFlash } from '../flash';

const ALIGN_BYTES = 4;
const UNSET = 0xffffffff;

interface Entry {
  /** Offset of the header. */
  at: number;
  sizeBytes: number;
  name: string;
}

export interface Storage {
  /** The content, or undefined where there is no such file. */
  read(name: string): Uint8Array | undefined;
  /**
   * Writes a file, or with `offset` a part of one of `sizeBytes` made before. Throws the interpreter's own texts:
   * code `storage` for no room, a zero length, or a part already written otherwise.
   */
  write(name: string, bytes: Uint8Array, offset?: number, sizeBytes?: number): void;
  erase(name: string): void;
  list(): string[];
  /** Bytes for new files, headers included. */
  freeBytes(): number;
  /** Takes the places of replaced files back. True when it freed something. */
  compact(): boolean;
  eraseAll(): void;
}

const align = (n: number): number => Math.ceil(n / ALIGN_BYTES) * ALIGN_BYTES;

function nameBytes(name: string): Uint8Array {
  return Uint8Array.from(Buffer.from(name.padEnd(FILE_NAME_MAX, '\0').slice(0, FILE_NAME_MAX), 'latin1'));
}

class SimulatedStorage implements Storage {
  constructor(
    private readonly flash: SimFlash,
    private readonly onMove: () => void,
  ) {}

  private header(at: number): Entry | undefined {
    if (at + FILE_HEADER_BYTES > this.flash.sizeBytes) return undefined;
    const bytes = Buffer.from(this.flash.read(at, FILE_HEADER_BYTES));
    const size = bytes.readUInt32LE(0);
    const sizeBytes = size & FILE_SIZE_MASK;
    if (size === UNSET || size === 0 || at + FILE_HEADER_BYTES + sizeBytes > this.flash.sizeBytes) return undefined;
    return { at, sizeBytes, name: bytes.toString('latin1', 4).replace(/\0.*$/s, '') };
  }

  /** Every entry, replaced ones with an empty name, and the offset of the free space. */
  private scan(): { entries: Entry[]; end: number } {
    const entries: Entry[] = [];
    let at = 0;
    for (let entry = this.header(at); entry; entry = this.header(at)) {
      entries.push(entry);
      at = align(at + FILE_HEADER_BYTES + entry.sizeBytes);
    }
    return { entries, end: at };
  }

  private find(name: string): Entry | undefined {
    return this.scan().entries.find((entry) => entry.name === name.slice(0, FILE_NAME_MAX) && entry.name !== '');
  }

  private content(entry: Entry): Uint8Array {
    return this.flash.read(entry.at + FILE_HEADER_BYTES, entry.sizeBytes);
  }

  private isErased(at: number, lenBytes: number): boolean {
    return this.flash.read(at, lenBytes).every((byte) => byte === 0xff);
  }

  private drop(entry: Entry): void {
    return this.flash.program(entry.at + 4, new Uint8Array(4));
  }

  eraseAll(): void {
    for (let page = 0; page < this.flash.pageCount; page++) {
      if (!this.isErased(page * this.flash.pageBytes, this.flash.pageBytes)) this.flash.erase(page);
    }
  }

  private writeHeader(at: number, name: string, sizeBytes: number): void {
    const bytes = new Uint8Array(FILE_HEADER_BYTES);
    new DataView(bytes.buffer).setUint32(0, sizeBytes, true);
    bytes.set(nameBytes(name), 4);
    this.flash.program(at, bytes);
  }

  compact(): boolean {
    const live = this.scan()
      .entries.filter((entry) => entry.name !== '')
      .map((entry) => ({ ...entry, bytes: this.content(entry) }));
    if (live.length === this.scan().entries.length) return false;
    this.eraseAll();
    let at = 0;
    for (const entry of live) {
      this.writeHeader(at, entry.name, entry.sizeBytes);
      this.flash.program(at + FILE_HEADER_BYTES, entry.bytes);
      at = align(at + FILE_HEADER_BYTES + entry.sizeBytes);
    }
    this.onMove();
    return true;
  }

  private create(name: string, sizeBytes: number): Entry {
    const needed = FILE_HEADER_BYTES + align(sizeBytes);
    if (this.scan().end + needed > this.flash.sizeBytes) this.compact();
    const at = this.scan().end;
    if (at + needed > this.flash.sizeBytes) throw fail('storage', 'Unable to find or create file');
    this.writeHeader(at, name, sizeBytes);
    return { at, sizeBytes, name };
  }

  read(name: string) {
    const entry = this.find(name);
    return entry && this.content(entry);
  }

  /** Programs a part of a file that is still erased. */
  private fill(entry: Entry, offset: number, bytes: Uint8Array): void {
    if (offset + bytes.length > entry.sizeBytes) throw fail('storage', 'Too much data for file size');
    const at = entry.at + FILE_HEADER_BYTES + offset;
    if (!this.isErased(at, bytes.length)) throw fail('storage', 'File already written with different data');
    this.flash.program(at, bytes);
  }

  write(name: string, bytes: Uint8Array, offset = 0, sizeBytes = 0) {
    const wanted = sizeBytes || bytes.length;
    if (wanted === 0) throw fail('storage', "Can't create zero length file");
    let entry = this.find(name);
    if (entry && offset === 0 && (entry.sizeBytes !== wanted || !this.isErased(entry.at + FILE_HEADER_BYTES, wanted))) {
      if (entry.sizeBytes === bytes.length && Buffer.from(this.content(entry)).equals(bytes)) return;
      this.drop(entry);
      entry = undefined;
    }
    if (!entry && offset === 0) entry = this.create(name, wanted);
    if (!entry) throw fail('storage', 'Unable to find or create file');
    this.fill(entry, offset, bytes);
  }

  erase(name: string) {
    const entry = this.find(name);
    if (entry) this.drop(entry);
  }

  list() {
    return this.scan()
      .entries.map((entry) => entry.name)
      .filter((name) => name !== '');
  }

  freeBytes() {
    return Math.max(0, this.flash.sizeBytes - this.scan().end);
  }
}

/** Opens the Storage that fills `flash`. It holds no state of its own. onMove: a compaction has moved files. */
export function openStorage(flash: SimFlash, onMove: () => void = () => undefined): Storage {
  return new SimulatedStorage(flash, onMove);
}
