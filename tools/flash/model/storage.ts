// Espruino's Storage on a simulated flash, with the writes in the order of Espruino's src/jsflash.c, so that a power
// cut inside any of them leaves what it would leave on a board. Never compacts: an upload that would need it fails
// here.
import { FILE_HEADER_BYTES, FILE_NAME_MAX } from '../../../firmware/hal';
import type { SimFlash } from '../../../host/sim/board/flash';
import type { StorageArea, StorageFile } from '../storage/slots';
import { fileAt, listFiles } from '../storage/storage-image';

export interface StorageModel {
  read(name: string, offset?: number, lenBytes?: number): string | undefined;
  /** As Storage.write: throws where Espruino does. */
  write(name: string, data: string, offset?: number, sizeBytes?: number): boolean;
  erase(name: string): void;
  eraseAll(): void;
  list(): string[];
  freeBytes(): number;
  /** What Espruino checks at power-on; where it does not hold it erases all of Storage. */
  isValid(): boolean;
}

class FlashStorageModel implements StorageModel {
  constructor(
    private readonly flash: SimFlash,
    private readonly area: StorageArea,
  ) {}

  private files(): StorageFile[] {
    return listFiles(this.flash.content(), this.area).files;
  }

  private find(name: string): StorageFile | undefined {
    return this.files().find((file) => file.name === name.slice(0, FILE_NAME_MAX));
  }

  private offsetOf(file: StorageFile): number {
    return file.address - this.area.address;
  }

  private isErased(offset: number, lenBytes: number): boolean {
    return this.flash.read(offset, lenBytes).every((cell) => cell === 0xff);
  }

  private eraseFile(file: StorageFile): void {
    this.flash.program(this.offsetOf(file) - FILE_NAME_MAX, new Uint8Array(4));
  }

  private create(name: string, sizeBytes: number): StorageFile {
    const tail = listFiles(this.flash.content(), this.area).tail - this.area.address;
    if (tail + FILE_HEADER_BYTES + sizeBytes > this.flash.sizeBytes) throw new Error('Unable to find or create file');
    const header = Buffer.alloc(FILE_HEADER_BYTES);
    header.writeUInt32LE(sizeBytes, 0);
    header.write(name, 4, FILE_NAME_MAX, 'latin1');
    this.flash.program(tail, new Uint8Array(header));
    return { name, address: this.area.address + tail + FILE_HEADER_BYTES, sizeBytes };
  }

  read(name: string, offset = 0, lenBytes = 0) {
    const file = this.find(name);
    if (!file) return undefined;
    const from = Math.min(Math.max(0, offset), file.sizeBytes);
    const length = lenBytes > 0 ? Math.min(lenBytes, file.sizeBytes - from) : file.sizeBytes - from;
    return Buffer.from(this.flash.read(this.offsetOf(file) + from, length)).toString('latin1');
  }

  /** Is the file's whole content `bytes`? */
  private holds(file: StorageFile, bytes: Uint8Array): boolean {
    return (
      file.sizeBytes === bytes.length &&
      Buffer.from(this.flash.read(this.offsetOf(file), bytes.length)).equals(Buffer.from(bytes))
    );
  }

  /** Programs a part of a file that is still erased. */
  private fill(file: StorageFile, offset: number, bytes: Uint8Array): void {
    if (offset + bytes.length > file.sizeBytes) throw new Error('Too much data for file size');
    if (!this.isErased(this.offsetOf(file) + offset, bytes.length))
      throw new Error('File already written with different data');
    this.flash.program(this.offsetOf(file) + offset, bytes);
  }

  write(name: string, data: string, offset = 0, sizeBytes = 0) {
    const bytes = new Uint8Array(Buffer.from(data, 'latin1'));
    const size = sizeBytes || bytes.length;
    if (!size) throw new Error("Can't create zero length file");
    let file = this.find(name);
    if (offset === 0 && (!file || file.sizeBytes !== size || !this.isErased(this.offsetOf(file), size))) {
      if (file && bytes.length === size && this.holds(file, bytes)) return true;
      if (file) this.eraseFile(file);
      file = this.create(name, size);
    }
    if (!file) throw new Error('Unable to find or create file');
    this.fill(file, offset, bytes);
    return true;
  }

  erase(name: string) {
    const file = this.find(name);
    if (file) this.eraseFile(file);
  }

  eraseAll() {
    for (let page = 0; page < this.area.pageCount; page++) this.flash.erase(page);
  }

  list() {
    return this.files().map((file) => file.name);
  }

  freeBytes() {
    return this.area.address + this.flash.sizeBytes - listFiles(this.flash.content(), this.area).tail;
  }

  isValid() {
    const cells = this.flash.content();
    const { tail } = listFiles(cells, this.area);
    const isBlank = (from: number, lenBytes: number): boolean =>
      cells.subarray(from, from + lenBytes).every((cell) => cell === 0xff);
    let offset = tail - this.area.address;
    if (offset === 0) return isBlank(0, cells.length);
    if (offset + FILE_HEADER_BYTES > cells.length) return true;
    if (fileAt(cells, offset) === undefined && !isBlank(offset, FILE_HEADER_BYTES)) return false;
    offset = (Math.floor(offset / this.area.pageBytes) + 1) * this.area.pageBytes;
    return offset + FILE_HEADER_BYTES > cells.length || isBlank(offset, FILE_HEADER_BYTES);
  }
}

export function createStorageModel(flash: SimFlash, area: StorageArea): StorageModel {
  return new FlashStorageModel(flash, area);
}
