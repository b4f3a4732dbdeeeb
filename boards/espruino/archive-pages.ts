// The pages for archives of payments: one file of Storage, made once and never replaced. Its pages are erased and
// written in place, past Storage, so nothing is left behind and Storage never has a reason to compact. Storage looks at
// the headers of files only.
import { FILE_HEADER_BYTES, FILE_SIZE_MASK } from '../../firmware/hal';
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

/**
 * Opens the pages: the address of the first one, and how many there are, 0 where Storage has no room for them. address,
 * endAddress: of Storage; eraseBytes: what one erase clears.
 */
export function openArchive(address: number, endAddress: number, eraseBytes: number): [address: number, pages: number] {
  makeFile(eraseBytes);
  let at = address;
  while (at + FILE_HEADER_BYTES <= endAddress) {
    const header = require('Flash').read(FILE_HEADER_BYTES, at);
    const sizeBytes = sizeAt(header);
    if (sizeBytes === FILE_SIZE_MASK) break;
    const content = at + FILE_HEADER_BYTES;
    if (isNamed(header, ARCHIVE_FILE)) {
      const first = (Math.ceil(content / eraseBytes) * eraseBytes) | 0;
      return [first, Math.floor((content + sizeBytes - first) / FLASH_PAGE_BYTES)];
    }
    at = content + ((sizeBytes + 3) & ~3);
  }
  return [address, 0];
}
