/**
 * The device page, page 0 of the flash area: the secret that this one board was given at its ceremony.
 *   magic "CCD1" | device secret 32 | first 4 bytes of SHA256 of these 36 | ... | at 64: ready word | wipe word
 * The ready word is cleared (bits can only be cleared) once the journal holds the provisioned state; until then the
 * board counts as factory-new. The device secret keys the journal's MACs and enters the PIN derivation: a copy of the
 * journal alone gives no PIN to guess at, a copy of this page too does, because the board has no secure element. A wipe
 * writes its word, then zeros over the secret (no erase is needed for that), erases the other pages, and this one last:
 * a power cut leaves a board that was not touched, or one that sees the word at its start and ends what it began.
 */
import { cutBytes } from '../../protocol/bytes';
import { sha256 } from '../crypto/index';
import { fail } from '../../protocol/errors';
import type { Flash } from '../hal';
import {
  DEVICE_BYTES,
  DEVICE_CHECK,
  DEVICE_CHECK_BYTES,
  DEVICE_MAGIC,
  DEVICE_READY,
  DEVICE_READY_BYTES,
  DEVICE_SECRET,
  DEVICE_SECRET_BYTES,
  DEVICE_WIPE,
  DEVICE_WIPE_BYTES,
  readU32,
  writeU32,
} from './records';

export { DEVICE_SECRET_BYTES } from './layout';
const MAGIC = 0x43434431;
const WIPE_WORD = 0x57495045;

export interface Device {
  /** Secret; wiped with the page. */
  secret: Uint8Array;
  isReady: boolean;
}

function checkOf(page: Uint8Array): Uint8Array {
  return sha256(cutBytes(page, 0, DEVICE_CHECK));
}

/** Is there nothing on the device page? Else the board holds, or may hold, a device secret. */
export function isDeviceBlank(flash: Flash): boolean {
  const page = flash.readBytes(0, DEVICE_BYTES);
  for (let i = 0; i < DEVICE_BYTES; i++) if (page[i] !== 255) return false;
  return true;
}

/**
 * Was the board ever declared ready? A page that does not hold and was not is what a power cut left of a ceremony: the
 * board is new.
 */
export function isMarked(flash: Flash): boolean {
  return readU32(flash.readBytes(DEVICE_READY, DEVICE_READY_BYTES), 0) !== 0xffffffff;
}

/** A wipe was begun and not ended. */
export function isWiping(flash: Flash): boolean {
  return readU32(flash.readBytes(DEVICE_WIPE, DEVICE_WIPE_BYTES), 0) === WIPE_WORD;
}

/** The device page, or undefined when the board is factory-new, being wiped, or its page does not hold. */
export function readDevice(flash: Flash): Device | undefined {
  const page = flash.readBytes(0, DEVICE_BYTES);
  if (
    readU32(page, DEVICE_MAGIC) !== MAGIC ||
    readU32(page, DEVICE_WIPE) === WIPE_WORD ||
    readU32(page, DEVICE_CHECK) !== readU32(checkOf(page), 0)
  )
    return undefined;
  const secret = cutBytes(page, DEVICE_SECRET, DEVICE_SECRET + DEVICE_SECRET_BYTES);
  return { secret: secret, isReady: page[DEVICE_READY] === 0 };
}

/** Erases the page and writes a new secret, not yet ready. */
export function writeDevice(flash: Flash, secret: Uint8Array): void {
  const page = new Uint8Array(DEVICE_CHECK + DEVICE_CHECK_BYTES);
  writeU32(page, DEVICE_MAGIC, MAGIC);
  page.set(secret, DEVICE_SECRET);
  writeU32(page, DEVICE_CHECK, readU32(checkOf(page), 0));
  flash.clearPage(0);
  flash.writeBytes(0, page);
}

/** Declares the journal to hold the provisioned state. */
export function markReady(flash: Flash): void {
  flash.writeBytes(DEVICE_READY, new Uint8Array(DEVICE_READY_BYTES));
}

/**
 * Begins a wipe, or begins it anew: zeros over the device secret, from where on nothing sealed can be opened, then all
 * other pages.
 */
export function startWipe(flash: Flash): void {
  if (!isDeviceBlank(flash)) {
    const word = new Uint8Array(DEVICE_WIPE_BYTES);
    writeU32(word, 0, WIPE_WORD);
    flash.writeBytes(DEVICE_WIPE, word);
    flash.writeBytes(DEVICE_SECRET, new Uint8Array(DEVICE_SECRET_BYTES));
  }
  for (let page = 1; page < flash.pageCount; page++) flash.clearPage(page);
}

/** Ends a wipe: the board is new. Throws `flash-failed` when the device page was not erased. */
export function endWipe(flash: Flash): void {
  flash.clearPage(0);
  if (!isDeviceBlank(flash)) throw fail('flash-failed', 'the device page was not erased');
}

/** Erases the whole area. */
export function wipeFlash(flash: Flash): void {
  startWipe(flash);
  endWipe(flash);
}
