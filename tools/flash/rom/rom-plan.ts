// What the ROM loader is to write and where, checked before anything is sent: Espruino's three files with their own
// checksums and the sums given beside them, or a whole Storage with an image in it.
// Spec: Espressif, "Application Image Format" (magic, XOR checksum, appended SHA-256) and "Partition Tables".
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { faultsOf } from '../../../boards/espruino/builds';
import { fail } from '../../../protocol/errors';
import type { BoardData } from '../../../boards/board';
import { boardNamed } from '../boards';
import { readImage, readTables } from '../storage/image';
import { NVS_PAGE_BYTES, radiosOff } from './nvs';
import { buildStorage } from '../storage/storage-image';

export interface RomPart {
  name: string;
  address: number;
  data: Uint8Array;
}

const BASE_FILES = [
  { name: 'bootloader', pattern: /^bootloader.*\.bin$/, address: 0x1000, isApp: true },
  { name: 'partition table', pattern: /^partition.*\.bin$/, address: 0x8000, isApp: false },
  { name: 'espruino', pattern: /^espruino.*\.bin$/, address: 0x10000, isApp: true },
];
const IMAGE_MAGIC = 0xe9;
const ESP32_CHIP_ID = 0;
const HEADER_BYTES = 24;
const PARTITION_MAGIC = 0x50aa;
const PARTITION_BYTES = 32;
const TYPE_DATA = 1;
const SUBTYPE_NVS = 2;
/** More than any base has; a spoilt table must not make the tool erase what lies behind. */
const SETTINGS_MAX = 65536;

/** Throws `bad-image` unless the file is a whole ESP32 application image: magic, chip, segments, checksum, digest. */
export function anAppImage(name: string, data: Uint8Array): void {
  const view = Buffer.from(data);
  const bad = (why: string): Error => fail('bad-image', `${name}: ${why}; download it again`);
  if (data.length < HEADER_BYTES || data[0] !== IMAGE_MAGIC) throw bad('it is no ESP32 image');
  if (view.readUInt16LE(12) !== ESP32_CHIP_ID)
    throw fail('wrong-board', `${name} is for another chip of the ESP32 family: take the build for the classic ESP32`);
  let at = HEADER_BYTES;
  let sum = 0xef;
  for (let i = 0; i < data[1]; i++) {
    if (at + 8 > data.length) throw bad('it is cut short');
    const lenBytes = view.readUInt32LE(at + 4);
    at += 8;
    if (at + lenBytes > data.length) throw bad('it is cut short');
    for (let end = at + lenBytes; at < end; at++) sum ^= data[at];
  }
  at = (at + 16) & ~15;
  if (at > data.length) throw bad('it is cut short');
  if (data[at - 1] !== sum) throw bad('its checksum is wrong');
  if (data[23] !== 1) return;
  if (at + 32 > data.length) throw bad('it is cut short');
  const digest = createHash('sha256').update(data.subarray(0, at)).digest();
  if (!digest.equals(view.subarray(at, at + 32))) throw bad('its SHA-256 is wrong');
}

/** Where the chip's settings lie. */
interface Settings {
  address: number;
  lenBytes: number;
}

/**
 * Throws `bad-image` unless the table is whole, has Storage where the boards' data say, and settings (NVS). Returns
 * where the settings lie.
 */
export function aPartitionTable(name: string, data: Uint8Array): Settings {
  const view = Buffer.from(data);
  const { storage } = boardNamed('esp32-sim800l');
  let hasStorage = false;
  let settings: Settings | undefined;
  for (let at = 0; at + PARTITION_BYTES <= data.length; at += PARTITION_BYTES) {
    const magic = view.readUInt16LE(at);
    if (magic === 0xebeb) {
      const sum = createHash('md5').update(data.subarray(0, at)).digest();
      if (!sum.equals(view.subarray(at + 16, at + 32)))
        throw fail('bad-image', `${name}: its MD5 is wrong; download it again`);
      continue;
    }
    if (magic !== PARTITION_MAGIC) break;
    const [address, lenBytes] = [view.readUInt32LE(at + 4), view.readUInt32LE(at + 8)];
    if (address === storage.address && lenBytes >= storage.pageBytes * storage.pageCount) hasStorage = true;
    if (data[at + 2] === TYPE_DATA && data[at + 3] === SUBTYPE_NVS) settings = { address, lenBytes };
  }
  if (!hasStorage)
    throw fail(
      'bad-image',
      `${name} has no Storage at 0x${storage.address.toString(16)}: take the files of Espruino 2v26 or later`,
    );
  if (!settings || settings.lenBytes % NVS_PAGE_BYTES !== 0 || settings.lenBytes > SETTINGS_MAX)
    throw fail('bad-image', `${name} has no settings (NVS), in which the radios are switched off; download it again`);
  return settings;
}

/** Reads `sum  name` lines. Throws `bad-sums`. */
function readSums(file: string): Map<string, string> {
  const sums = new Map<string, string>();
  for (const line of fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((each) => each.trim() !== '')) {
    const match = /^([0-9a-f]{64}) [ *](.+)$/i.exec(line.trim());
    if (!match) throw fail('bad-sums', `${file}: expected lines of sha256sum, got "${line.slice(0, 40)}"`);
    sums.set(path.basename(match[2]), match[1].toLowerCase());
  }
  return sums;
}

/** The version that an Espruino names in its own bytes; undefined where it names none. */
function versionIn(data: Uint8Array): string | undefined {
  return /(?<![\w.])2v\d{2}(?:\.\d{1,4})?(?![\w.])/.exec(Buffer.from(data).toString('latin1'))?.[0];
}

/** Throws `bad-base` for an Espruino with which a board cannot work, unless it is asked for in so many words. */
function aGoodBuild(name: string, data: Uint8Array, isAnyBase: boolean): void {
  if (isAnyBase) return;
  const version = versionIn(data);
  if (version === undefined)
    throw fail('bad-base', `${name} names no version: take a build of Espruino, or give --any-base if you know it`);
  const faults = faultsOf(version);
  if (faults.length)
    throw fail(
      'bad-base',
      `${name} is Espruino ${version}. It ${faults.join('; it ')}. Take a later build, or give --any-base`,
    );
}

/**
 * Espruino's files in `dir`, checked, and settings in which both radios are off, so that not even the first start opens
 * one. sumsFile: lines of sha256sum that must name and match all three files. Throws `no-image`, `bad-image`,
 * `bad-sums`, `wrong-board`, `bad-base`.
 */
export function planBase(dir: string, sumsFile?: string, isAnyBase = false): RomPart[] {
  const names = fs.readdirSync(dir);
  const sums = sumsFile === undefined ? undefined : readSums(sumsFile);
  let settings: Settings | undefined;
  const parts = BASE_FILES.map(({ name, pattern, address, isApp }) => {
    const found = names.filter((each) => pattern.test(each));
    if (found.length !== 1)
      throw fail(
        'no-image',
        `${dir} holds ${found.length} files like ${pattern.source.slice(1, -1)}: it needs exactly one ` +
          "(unpack Espruino's ESP32 download there)",
      );
    const data = new Uint8Array(fs.readFileSync(path.join(dir, found[0])));
    const wanted = sums?.get(found[0]);
    if (sums && wanted === undefined) throw fail('bad-sums', `the sums do not name ${found[0]}`);
    if (wanted !== undefined && createHash('sha256').update(data).digest('hex') !== wanted)
      throw fail('bad-image', `${found[0]}: its SHA-256 is not the one given; download it again`);
    if (isApp) anAppImage(found[0], data);
    if (name === 'espruino') aGoodBuild(found[0], data, isAnyBase);
    if (!isApp) settings = aPartitionTable(found[0], data);
    return { name, address, data };
  });
  const { address, lenBytes } = settings!;
  return [...parts, { name: 'settings with both radios off', address, data: radiosOff(lenBytes) }];
}

/** A whole Storage with the image of `file` in it, for the board that the file's folder names. */
export function storageOf(file: string): { board: BoardData; data: Uint8Array } {
  const image = readImage(file);
  const board = boardNamed(image.info.board);
  const isSingle = board.espruinoBoard === 'LINUX';
  return { board, data: buildStorage(board.storage, image, readTables(file, image.info.role), isSingle) };
}

/** The same as a part for the ROM loader. Throws `wrong-board` for a board without one. */
export function planStorage(file: string): RomPart[] {
  const { board, data } = storageOf(file);
  if (board.espruinoBoard !== 'ESP32')
    throw fail('wrong-board', `${board.name} has no ROM loader: write its Storage to a file with --storage-out`);
  return [{ name: 'Storage', address: board.storage.address, data }];
}
