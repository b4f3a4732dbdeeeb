// The pages for archives of payments: one file of Storage, made once and never replaced. Its pages are erased and
// written in place, past Storage, so nothing is left behind and Storage never has a reason to compact. Storage looks at
// the headers of files only.
import { fail } from '../../protocol/errors';
import { FILE_HEADER_BYTES, FILE_SIZE_MASK, type Flash } from '../../firmware/hal';
import { ARCHIVE_PAGES, FLASH_PAGE_BYTES } from './esp32-chip';
import { files } from './files';

const ARCHIVE_FILE = 'archive';
/** Left for the digests of 1,000 batches of addresses. */
const RESERVED_BYTES = 80000;

function sizeAt(header: Uint8Array): number {
  return (header[0] | (header[1] << 8) | (header[2] << 16) | (header[3] << 24)) & FILE_SIZE_MASK;
}

function isNamed(header: Uint8Array, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (header[4 + i] !== name.charCodeAt(i)) return false;
  return header[4 + name.length] === 0;
}

/** Makes the file where there is none; what is free beyond RESERVED_BYTES bounds it. */
function makeFile(eraseBytes: number): void {
  const storage = require('Storage');
  if (storage.read(ARCHIVE_FILE, 0, 1) !== undefined) return;
  const room = Math.floor((files.freeBytes() - RESERVED_BYTES - eraseBytes) / FLASH_PAGE_BYTES);
  const pages = room < ARCHIVE_PAGES ? room : ARCHIVE_PAGES;
  if (pages < 2) return;
  storage.write(ARCHIVE_FILE, new Uint8Array([255, 255, 255, 255]), 0, pages * FLASH_PAGE_BYTES + eraseBytes);
}

/** Address of the first page, and the octets of all. */
let firstAddress = 0;
let pagesBytes = 0;

/**
 * Opens the pages: sets the flash's `archivePages`, which stay 0 where Storage has no room for them. address,
 * endAddress: of Storage; eraseBytes: what one erase clears.
 */
export function openArchive(flash: Flash, address: number, endAddress: number, eraseBytes: number): void {
  makeFile(eraseBytes);
  let at = address;
  while (at + FILE_HEADER_BYTES <= endAddress) {
    const header = require('Flash').read(FILE_HEADER_BYTES, at);
    const sizeBytes = sizeAt(header);
    if (sizeBytes === FILE_SIZE_MASK) return;
    const content = at + FILE_HEADER_BYTES;
    if (isNamed(header, ARCHIVE_FILE)) {
      firstAddress = Math.ceil(content / eraseBytes) * eraseBytes;
      flash.archivePages = Math.floor((content + sizeBytes - firstAddress) / FLASH_PAGE_BYTES);
      pagesBytes = FLASH_PAGE_BYTES * flash.archivePages;
      return;
    }
    at = content + ((sizeBytes + 3) & ~3);
  }
}

/**
 * Checks a range of a flash whose journal has so many octets. Returns its address where it is of the archives, an
 * integer as Espruino's erasePage wants it; 0 where it is of the journal. Throws `flash-range`.
 */
export function archiveAddress(journalBytes: number, offset: number, lenBytes: number): number {
  const behind = offset - journalBytes;
  if (offset >= 0 && lenBytes >= 0) {
    if (behind + lenBytes <= 0) return 0;
    if (behind >= 0 && behind + lenBytes <= pagesBytes) return (firstAddress + behind) | 0;
  }
  throw fail('flash-range', 'outside of the area');
}
