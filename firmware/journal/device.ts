/**
 * The device page, page 0 of the flash area: the secret that this one board was given at its ceremony.
 *   magic "CCD1" | device secret 32 | first 4 octets of SHA256 of these 36 | ... | at 64: ready word
 * The ready word is cleared (bits can only be cleared) once the journal holds the provisioned state; until then the board
 * counts as factory-new. The device secret keys the journal's MACs and enters the PIN derivation: a copy of the journal
 * alone gives no PIN to guess at, a copy of this page too does, because the board has no secure element.
 */
import { sha256 } from '../crypto/index';
import type { Flash } from '../hal';

export const DEVICE_SECRET_BYTES = 32;
const READY_AT = 64;

export interface Device {
  /** Secret; wiped with the page. */
  secret: Uint8Array;
  isReady: boolean;
}

function checkOf(page: Uint8Array): Uint8Array {
  const body = new Uint8Array(36);
  for (let i = 0; i < 36; i++) body[i] = page[i];
  return sha256(body);
}

/** The device page, or undefined when the board is factory-new, wiped, or its page does not hold. */
export function readDevice(flash: Flash): Device | undefined {
  const page = flash.readBytes(0, READY_AT + 4);
  if (page[0] !== 0x43 || page[1] !== 0x43 || page[2] !== 0x44 || page[3] !== 0x31) return undefined;
  const check = checkOf(page);
  for (let i = 0; i < 4; i++) if (page[36 + i] !== check[i]) return undefined;
  const secret = new Uint8Array(DEVICE_SECRET_BYTES);
  for (let i = 0; i < DEVICE_SECRET_BYTES; i++) secret[i] = page[4 + i];
  return { secret: secret, isReady: page[READY_AT] === 0 };
}

/** Erases the page and writes a new secret, not yet ready. */
export function writeDevice(flash: Flash, secret: Uint8Array): void {
  const page = new Uint8Array(40);
  page[0] = page[1] = 0x43;
  page[2] = 0x44;
  page[3] = 0x31;
  page.set(secret, 4);
  const check = checkOf(page);
  for (let i = 0; i < 4; i++) page[36 + i] = check[i];
  flash.clearPage(0);
  flash.writeBytes(0, page);
}

/** Declares the journal to hold the provisioned state. */
export function markReady(flash: Flash): void {
  flash.writeBytes(READY_AT, new Uint8Array(4));
}

/** Erases everything, the device secret first: from then on nothing sealed can be opened. */
export function wipeFlash(flash: Flash): void {
  for (let page = 0; page < flash.pageCount; page++) flash.clearPage(page);
}
