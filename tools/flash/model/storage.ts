// Espruino's Storage on a simulated flash, with the writes in the order of Espruino's src/jsflash.c, so that a power
// cut inside any of them leaves what it would leave on a board. Never compacts: an upload that would need it fails
// here.
import type { SimFlash } from '../../../host/sim/board/flash';
import { FILE_HEADER_BYTES, type StorageArea, type StorageFile } from '../storage/slots';
import { fileAt, listFiles, NAME_BYTES } from '../storage/storage-image';

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

export function createStorageModel(flash: SimFlash, area: StorageArea): StorageModel {
  const files = (): StorageFile[] => listFiles(flash.content(), area).files;
  const find = (name: string): StorageFile | undefined =>
    files().find((file) => file.name === name.slice(0, NAME_BYTES));
  const offsetOf = (file: StorageFile): number => file.address - area.address;
  const isErased = (offset: number, lenBytes: number): boolean =>
    flash.read(offset, lenBytes).every((cell) => cell === 0xff);

  function eraseFile(file: StorageFile): void {
    flash.program(offsetOf(file) - NAME_BYTES, new Uint8Array(4));
  }

  function create(name: string, sizeBytes: number): StorageFile {
    const tail = listFiles(flash.content(), area).tail - area.address;
    if (tail + FILE_HEADER_BYTES + sizeBytes > flash.sizeBytes) throw new Error('Unable to find or create file');
    const header = Buffer.alloc(FILE_HEADER_BYTES);
    header.writeUInt32LE(sizeBytes, 0);
    header.write(name, 4, NAME_BYTES, 'latin1');
    flash.program(tail, new Uint8Array(header));
    return { name, address: area.address + tail + FILE_HEADER_BYTES, sizeBytes };
  }

  return {
    read(name, offset = 0, lenBytes = 0) {
      const file = find(name);
      if (!file) return undefined;
      const from = Math.min(Math.max(0, offset), file.sizeBytes);
      const length = lenBytes > 0 ? Math.min(lenBytes, file.sizeBytes - from) : file.sizeBytes - from;
      return Buffer.from(flash.read(offsetOf(file) + from, length)).toString('latin1');
    },
    write(name, data, offset = 0, sizeBytes = 0) {
      const bytes = new Uint8Array(Buffer.from(data, 'latin1'));
      const size = sizeBytes || bytes.length;
      if (!size) throw new Error("Can't create zero length file");
      let file = find(name);
      if (offset === 0 && (!file || file.sizeBytes !== size || !isErased(offsetOf(file), size))) {
        if (
          file &&
          file.sizeBytes === size &&
          bytes.length === size &&
          Buffer.compare(Buffer.from(flash.read(offsetOf(file), size)), Buffer.from(bytes)) === 0
        )
          return true;
        if (file) eraseFile(file);
        file = create(name, size);
      }
      if (!file) throw new Error('Unable to find or create file');
      if (offset + bytes.length > file.sizeBytes) throw new Error('Too much data for file size');
      if (!isErased(offsetOf(file) + offset, bytes.length)) throw new Error('File already written with different data');
      flash.program(offsetOf(file) + offset, bytes);
      return true;
    },
    erase(name) {
      const file = find(name);
      if (file) eraseFile(file);
    },
    eraseAll() {
      for (let page = 0; page < area.pageCount; page++) flash.erase(page);
    },
    list: () => files().map((file) => file.name),
    freeBytes: () => area.address + flash.sizeBytes - listFiles(flash.content(), area).tail,
    isValid() {
      const cells = flash.content();
      const { tail } = listFiles(cells, area);
      const isBlank = (from: number, lenBytes: number): boolean =>
        cells.subarray(from, from + lenBytes).every((cell) => cell === 0xff);
      let offset = tail - area.address;
      if (offset === 0) return isBlank(0, cells.length);
      if (offset + FILE_HEADER_BYTES > cells.length) return true;
      if (fileAt(cells, offset) === undefined && !isBlank(offset, FILE_HEADER_BYTES)) return false;
      offset = (Math.floor(offset / area.pageBytes) + 1) * area.pageBytes;
      return offset + FILE_HEADER_BYTES > cells.length || isBlank(offset, FILE_HEADER_BYTES);
    },
  };
}
