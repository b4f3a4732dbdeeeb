// Flash semantics on a file: erased bytes read 0xFF, a write can only clear bits. Each write is flushed to the
// operating system before it returns, so what a killed process had written stays written.
import type { Flash } from '../../firmware/hal';
import { archiveAddress, openArchive } from '../espruino/archive-pages';
import {
  FLASH_FILE,
  FLASH_PAGE_BYTES,
  FLASH_PAGE_COUNT,
  STORAGE_ADDRESS,
  STORAGE_PAGE_BYTES,
  STORAGE_PAGE_COUNT,
} from './board';

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

/** Checks a range. Returns its address where it is of the archives, which lie in Storage, else 0. */
function addressOf(offset: number, lenBytes: number): number {
  return archiveAddress(FLASH_PAGE_BYTES * FLASH_PAGE_COUNT, offset, lenBytes);
}

function read(offset: number, lenBytes: number): Uint8Array {
  const address = addressOf(offset, lenBytes);
  if (!lenBytes) return new Uint8Array(0);
  if (address) return require('Flash').read(lenBytes, address);
  file.seek(offset);
  return E.toUint8Array(file.read(lenBytes));
}

/** Writes into the file, a piece at a time. */
function writeFile(offset: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const left = bytes.length - at;
    const now = read(offset + at, left < PIECE_BYTES ? left : PIECE_BYTES);
    for (let i = 0; i < now.length; i++) now[i] &= bytes[at + i];
    file.seek(offset + at);
    file.write(now);
  }
}

export const flashFile: Flash = {
  pageBytes: FLASH_PAGE_BYTES,
  pageCount: FLASH_PAGE_COUNT,
  archivePages: 0,
  readBytes: read,
  writeBytes: function (offset, bytes) {
    const address = addressOf(offset, bytes.length);
    if (address && bytes.length) require('Flash').write(bytes, address);
    else writeFile(offset, bytes);
  },
  clearPage: function (page) {
    const address = addressOf(page * FLASH_PAGE_BYTES, FLASH_PAGE_BYTES);
    if (!address) {
      file.seek(page * FLASH_PAGE_BYTES);
      return writeErased(FLASH_PAGE_BYTES);
    }
    for (let at = 0; at < FLASH_PAGE_BYTES; at += STORAGE_PAGE_BYTES) require('Flash').erasePage(address + at);
  },
};

/** Opens the pages for archives: HSM-Cold's. */
export function openArchivePages(): void {
  openArchive(
    flashFile,
    STORAGE_ADDRESS,
    STORAGE_ADDRESS + STORAGE_PAGE_BYTES * STORAGE_PAGE_COUNT,
    STORAGE_PAGE_BYTES,
  );
}
