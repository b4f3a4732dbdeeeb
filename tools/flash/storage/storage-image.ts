// Espruino's Storage as bytes: reads what files an area holds and builds a whole area with a loader, tables and an
// image in it, to be written at once (by the ROM loader, or as the flash file of an interpreter on a PC).
// Spec: Espruino src/jsflash.c: files one behind the other, each a 32-byte header (size, flags in the top byte, then a
// name of 28 bytes) and data padded to 4 bytes; a name that starts with four zero bytes is deleted; after the last file
// in a page the next page may begin with a header again.
import { FILE_HEADER_BYTES, FILE_NAME_MAX } from '../../../firmware/hal';
import { fail } from '../../../protocol/errors';
import { crc32 } from './crc32';
import {
  encodeSlotHeader,
  LOADER,
  PAD_NAME,
  padBytes,
  SLOT_HEADER_BYTES,
  SLOT_NAMES,
  slotFileBytes,
  choosePageCount,
  type ImageInfo,
  type StorageArea,
  type StorageFile,
} from './slots';

/** The file at `offset` of the area, or undefined where no valid header stands. Deleted files have an empty name. */
export function fileAt(
  cells: Uint8Array,
  offset: number,
): { name: string; sizeBytes: number; flags: number } | undefined {
  if (offset + FILE_HEADER_BYTES > cells.length) return undefined;
  const view = new DataView(cells.buffer, cells.byteOffset + offset, FILE_HEADER_BYTES);
  const word = view.getUint32(0, true);
  const sizeBytes = word & 0xffffff;
  if (word === 0xffffffff || word === 0 || offset + FILE_HEADER_BYTES + sizeBytes > cells.length) return undefined;
  const isDeleted = view.getUint32(4, true) === 0;
  const raw = Buffer.from(cells.subarray(offset + 4, offset + FILE_HEADER_BYTES)).toString('latin1');
  return { name: isDeleted ? '' : raw.replace(/\0.*$/s, ''), sizeBytes, flags: word >>> 24 };
}

/**
 * Walks an area as Espruino does. Answers the files with absolute addresses and the tail, where the next file would go.
 * address: of the area's first byte.
 */
export function listFiles(
  cells: Uint8Array,
  area: StorageArea,
): { files: StorageFile[]; tail: number; trashBytes: number } {
  const files: StorageFile[] = [];
  let offset = 0;
  let tail = 0;
  let trashBytes = 0;
  for (;;) {
    let file = fileAt(cells, offset);
    if (!file) {
      offset = (Math.floor(offset / area.pageBytes) + 1) * area.pageBytes;
      file = fileAt(cells, offset);
      if (!file) break;
    }
    if (file.name && file.flags === 0)
      files.push({ name: file.name, address: area.address + offset + FILE_HEADER_BYTES, sizeBytes: file.sizeBytes });
    else trashBytes += file.sizeBytes + FILE_HEADER_BYTES;
    offset = (offset + FILE_HEADER_BYTES + file.sizeBytes + 3) & ~3;
    tail = offset;
  }
  return { files, tail: area.address + tail, trashBytes };
}

/**
 * Builds a whole area: loader, tables, slots, the image in slot a. image: the text of the image file as bytes.
 * isSingle: see choosePageCount.
 * Throws code `no-space`.
 */
export function buildStorage(
  area: StorageArea,
  image: { info: ImageInfo; code: Uint8Array },
  tables: { [name: string]: Uint8Array } = {},
  isSingle = false,
): Uint8Array {
  const cells = new Uint8Array(area.pageBytes * area.pageCount).fill(0xff);
  let tail = 0;
  const put = (name: string, sizeBytes: number, data: Uint8Array): void => {
    const end = tail + FILE_HEADER_BYTES + sizeBytes;
    if (end > cells.length)
      throw fail('no-space', `${name} of ${sizeBytes} bytes does not fit into the Storage of ${cells.length} bytes`);
    if (name.length > FILE_NAME_MAX)
      throw fail('bad-name', `"${name}" is longer than the ${FILE_NAME_MAX} characters of a Storage name`);
    const header = Buffer.alloc(FILE_HEADER_BYTES);
    header.writeUInt32LE(sizeBytes, 0);
    header.write(name, 4, 'latin1');
    cells.set(header, tail);
    cells.set(data, tail + FILE_HEADER_BYTES);
    tail = (end + 3) & ~3;
  };
  put('.boot0', LOADER.length, new Uint8Array(Buffer.from(LOADER, 'latin1')));
  for (const [name, data] of Object.entries(tables)) put(name, data.length, data);
  const { pageCount, slotCount } = choosePageCount(image.code.length, cells.length - tail, area, isSingle);
  const pad = padBytes(area.address + tail, area);
  if (pad) put(PAD_NAME, pad, new Uint8Array(0));
  const header = encodeSlotHeader({
    ...image.info,
    sequence: 1,
    lenBytes: image.code.length,
    crc32: crc32(image.code),
  });
  const content = new Uint8Array(SLOT_HEADER_BYTES + image.code.length);
  content.set(header);
  content.set(image.code, SLOT_HEADER_BYTES);
  put(SLOT_NAMES[0], slotFileBytes(SLOT_NAMES[0], pageCount, area), content);
  if (slotCount === 2) put(SLOT_NAMES[1], slotFileBytes(SLOT_NAMES[1], pageCount, area), new Uint8Array(0));
  return cells;
}
