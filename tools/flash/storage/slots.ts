// Where an image lives in a board's Storage, so that the power may go at any instant of an upload.
//
// Two slots, the Storage files hsm.a and hsm.b, are laid out once with their data on page boundaries and are never
// moved or deleted. An upload goes into the slot that is not in use: its pages are erased and written through the Flash
// API, so no file header changes, nothing is left behind as trash, and Storage never has to compact. A slot counts only
// when its 128-byte header is whole and the CRC of what follows is right; the header is written last and is the switch.
// The loader (a .bootN file, the same text for every image) runs the good slot with the highest sequence number. Leaves
// to others: reading an image file (image.ts), talking to the board (upload.ts).
import { FILE_HEADER_BYTES } from '../../../firmware/hal';
import { fail } from '../../../protocol/errors';
import { crc32 } from './crc32';

export const SLOT_NAMES = ['hsm.a', 'hsm.b'] as const;
export type SlotName = (typeof SLOT_NAMES)[number];
export const PAD_NAME = 'hsm.pad';
export const SLOT_HEADER_BYTES = 128;
/** Bytes of the header that its own CRC covers; the CRC stands behind them, ten digits wide, then a line end. */
const COVERED_BYTES = 116;
const MAGIC = '//CC1';

/** What an image says of itself. */
export interface ImageInfo {
  board: string;
  role: 'cold' | 'hot';
  commit: string;
}

export interface SlotHeader extends ImageInfo {
  /** Grows by one with every upload; the highest good one runs. */
  sequence: number;
  lenBytes: number;
  crc32: number;
  /** A trial of the line that the board passed (lines/verdict.ts). */
  proof?: string;
}

/** The header as it stands at the start of a slot: one comment line, so that a slot is a script too. */
export function encodeSlotHeader(header: SlotHeader): Uint8Array {
  const text = [
    MAGIC,
    header.sequence,
    header.lenBytes,
    header.crc32,
    header.board,
    header.role,
    header.commit,
    ...(header.proof ? [header.proof] : []),
    '',
  ].join(' ');
  if (text.length > COVERED_BYTES || !/^[!-~ ]+$/.test(text))
    throw fail('bad-image', 'the image names a board or commit that is too long for its header');
  const covered = Buffer.from(text.padEnd(COVERED_BYTES), 'latin1');
  const tail = `${crc32(covered).toString().padStart(10)} \n`;
  return new Uint8Array(Buffer.concat([covered, Buffer.from(tail, 'latin1')]));
}

/** Reads a header; undefined when it is not whole. */
export function decodeSlotHeader(bytes: Uint8Array): SlotHeader | undefined {
  const covered = bytes.subarray(0, COVERED_BYTES);
  const text = Buffer.from(bytes).toString('latin1');
  if (bytes.length < SLOT_HEADER_BYTES || Number(text.slice(COVERED_BYTES, COVERED_BYTES + 10)) !== crc32(covered))
    return undefined;
  const [magic, sequence, lenBytes, crc, board, role, commit, proof] = text.slice(0, COVERED_BYTES).trim().split(' ');
  if (magic !== MAGIC || (role !== 'cold' && role !== 'hot')) return undefined;
  return {
    sequence: Number(sequence),
    lenBytes: Number(lenBytes),
    crc32: Number(crc),
    board: board,
    role,
    commit: commit ?? '',
    ...(proof ? { proof } : {}),
  };
}

/**
 * The loader's text. Runs at the top so that the image's names are global; sets CC_SLOT to the slot that it runs and
 * CC_IMAGE to the image's text, from which an image fetches its rare functions (tools/build/flash/overlay.ts). Once it
 * has a good image it takes away what an earlier way of flashing may have left to boot. Works from flash, needs no RAM
 * to speak of. On a chip it first ties the prompt to the USB socket: a board whose image is dead, and one at its
 * service prompt, would give it to whoever connects by radio. Any later text must keep the guard on CC_SLOT: while it
 * is replaced, two of them are there.
 */
export const LOADER =
  'if(!global.CC_SLOT){var CC_SLOT="-";eval(function(){var s=require("Storage"),b=-1,r="",i,n,h,q;' +
  'if(typeof ESP32!="undefined")E.setConsole(Serial1,{force:true});' +
  'for(i=0;i<2;i++){n="hsm."+"ab"[i];h=s.read(n,0,128);' +
  'if(h&&h.length==128&&E.CRC32(h.substr(0,116))==parseInt(h.substr(116,10).trim(),10)){q=h.split(" ");' +
  'if(+q[1]>b&&E.CRC32(s.read(n,128,+q[2]))==+q[3]){b=+q[1];CC_SLOT=n;r=s.read(n,128,+q[2]);}}}' +
  'if(r){CC_IMAGE=r;s.erase(".bootcde");s.erase(".bootrst");}return r;}());}\n';

/** True for a text that is this loader or another version of it. */
export function isLoader(text: string): boolean {
  return text.startsWith('if(!global.CC_SLOT)');
}

/** One file of Storage as its header tells; `address` is where its data begin. */
export interface StorageFile {
  name: string;
  address: number;
  sizeBytes: number;
}

/** Where Storage lies. */
export interface StorageArea {
  address: number;
  pageBytes: number;
  pageCount: number;
}

export interface Slot extends StorageFile {
  /** Whole pages from `address` that belong to this slot alone. */
  pageCount: number;
}

/** The slot in this file, or undefined where the file does not lie on whole pages. */
export function slotOf(file: StorageFile | undefined, area: StorageArea): Slot | undefined {
  if (!file || (file.address - area.address) % area.pageBytes !== 0) return undefined;
  const pageCount = Math.floor(file.sizeBytes / area.pageBytes);
  return pageCount > 0 ? { ...file, pageCount } : undefined;
}

/**
 * Size of the file that must stand at `tail` so that the data of the file after it begin on a page; 0 = none needed.
 */
export function padBytes(tail: number, area: StorageArea): number {
  const past = (tail + FILE_HEADER_BYTES - area.address) % area.pageBytes;
  if (past === 0) return 0;
  const room = area.pageBytes - past - FILE_HEADER_BYTES;
  return room >= 4 ? room : room + area.pageBytes;
}

/** File sizes of the two slots with `pageCount` pages each: behind a comes b's header, behind b a page begins. */
export function slotFileBytes(name: SlotName, pageCount: number, area: StorageArea): number {
  return name === 'hsm.a' ? (pageCount + 1) * area.pageBytes - FILE_HEADER_BYTES : pageCount * area.pageBytes;
}

/**
 * Pages a slot gets: the image and a third more to grow, less where Storage is small. freeBytes: from the tail to the
 * end. isSingle: one slot will do where two do not fit; only for an interpreter on a PC, whose Storage is small and
 * whose power does not go in the middle of a write. Throws code `no-space`.
 */
export function choosePageCount(
  imageBytes: number,
  freeBytes: number,
  area: StorageArea,
  isSingle = false,
): { pageCount: number; slotCount: 1 | 2 } {
  const needed = Math.ceil((imageBytes + SLOT_HEADER_BYTES) / area.pageBytes);
  const wished = Math.ceil((needed * 4) / 3);
  const spare = 3 * area.pageBytes + Math.min(65_536, Math.floor((area.pageBytes * area.pageCount) / 8));
  const most = Math.floor((freeBytes - spare) / area.pageBytes / 2);
  if (most >= needed) return { pageCount: Math.min(wished, most), slotCount: 2 };
  if (isSingle && freeBytes - 3 * area.pageBytes >= needed * area.pageBytes)
    return { pageCount: needed + 1, slotCount: 1 };
  throw fail(
    'no-space',
    `two slots for an image of ${imageBytes} bytes need ${2 * needed * area.pageBytes + spare} bytes ` +
      `of Storage and ${freeBytes} are free: delete other files or use --erase`,
  );
}
