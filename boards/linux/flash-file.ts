// Flash semantics on a file: erased bytes read 0xFF, a write can only clear bits. Each write is flushed to the
// operating system before it returns, so what a killed process had written stays written.
import { fail } from '../../protocol/errors';
import type { Flash } from '../../firmware/hal';
import { FLASH_FILE, FLASH_PAGE_BYTES, FLASH_PAGE_COUNT } from './board';

/** Erasing and writing go in pieces of this size, to need little memory. */
const PIECE_BYTES = 128;

let file: EspruinoFile;

function writeErased(lenBytes: number): void {
  const erased = new Uint8Array(PIECE_BYTES);
  for (let i = 0; i < PIECE_BYTES; i++) erased[i] = 0xff;
  for (let n = 0; n < lenBytes; n += PIECE_BYTES) file.write(erased);
}

/** The file as it is; undefined where there is none. */
function openExisting(): EspruinoFile | undefined {
  try {
    return E.openFile(FLASH_FILE, 'r+');
  } catch (error) {
    return undefined;
  }
}

/** Opens the file, or makes it, erased, where there is none. */
export function openFlashFile(): void {
  const existing = openExisting();
  if (existing) {
    file = existing;
    return;
  }
  file = E.openFile(FLASH_FILE, 'w');
  writeErased(FLASH_PAGE_BYTES * FLASH_PAGE_COUNT);
  file.close();
  file = E.openFile(FLASH_FILE, 'r+');
}

function aRange(offset: number, lenBytes: number): void {
  if (!(offset >= 0 && lenBytes >= 0 && offset + lenBytes <= FLASH_PAGE_BYTES * FLASH_PAGE_COUNT))
    throw fail('flash-range', 'outside of the area');
}

function read(offset: number, lenBytes: number): Uint8Array {
  aRange(offset, lenBytes);
  if (!lenBytes) return new Uint8Array(0);
  file.seek(offset);
  return E.toUint8Array(file.read(lenBytes));
}

export const flashFile: Flash = {
  pageBytes: FLASH_PAGE_BYTES,
  pageCount: FLASH_PAGE_COUNT,
  readBytes: read,
  writeBytes: function (offset, bytes) {
    aRange(offset, bytes.length);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const left = bytes.length - at;
      const now = read(offset + at, left < PIECE_BYTES ? left : PIECE_BYTES);
      for (let i = 0; i < now.length; i++) now[i] &= bytes[at + i];
      file.seek(offset + at);
      file.write(now);
    }
  },
  clearPage: function (page) {
    aRange(page * FLASH_PAGE_BYTES, FLASH_PAGE_BYTES);
    file.seek(page * FLASH_PAGE_BYTES);
    writeErased(FLASH_PAGE_BYTES);
  },
};
