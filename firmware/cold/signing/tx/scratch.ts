/**
 * Where a transaction is kept on its way to being signed: in memory while it is small, else in the flash area's last
 * SCRATCH_PAGES pages, which the journal leaves alone, so that memory is bounded whatever is asked. Nothing in it
 * outlives its owner, and nothing in it is believed: what is signed is hashed from it and compared (hash.ts). One
 * owner at a time. The link may have the pages erased once in SCRATCH_EVERY_MS: a hacked API must not wear them out.
 */
import { SCRATCH_PAGES } from '../../../journal/journal';
import { fail } from '../../../../protocol/errors';
import { REFUSE_BUSY, REFUSE_RATE } from '../../../../protocol/wire';
import type { Flash, Hal } from '../../../hal';
import { refusal } from '../../link/refusal';

/** Up to so many bytes stay in memory. */
export const SCRATCH_RAM_BYTES = 896;
export const SCRATCH_EVERY_MS = 60000;

export interface Scratch {
  /** Present: the bytes themselves. Absent: they are in the flash from `base` on. */
  ram?: Uint8Array;
  flash: Flash;
  base: number;
  isTaken: boolean;
}

/** Whose scratch it is: the Cold. */
export interface ScratchOwner {
  hal: Hal;
  /** Owner of the pages, and when the link last had them erased (uptime, ms). */
  scratch?: Scratch;
  scratchAtMs?: number;
  /** A sweep at the console, under way. */
  sweep?: object;
}

function allocate(owner: ScratchOwner, ram: Uint8Array | undefined): Scratch {
  const flash = owner.hal.flash;
  const scratch = { ram: ram, flash: flash, base: (flash.pageCount - SCRATCH_PAGES) * flash.pageBytes, isTaken: false };
  if (ram) return scratch;
  if (owner.scratch) owner.scratch.isTaken = true;
  owner.scratch = scratch;
  for (let page = flash.pageCount - SCRATCH_PAGES; page < flash.pageCount; page++) flash.clearPage(page);
  return scratch;
}

/** Room for `lenBytes` bytes at the console; what the link had in the flash is lost to it. */
export function openScratch(owner: ScratchOwner, lenBytes: number): Scratch {
  return allocate(owner, lenBytes > SCRATCH_RAM_BYTES ? undefined : new Uint8Array(lenBytes));
}

/** Room for `lenBytes` bytes for a request over the link. Throws refusals: `sweep-open`, `large-rate`. */
export function openLinkScratch(owner: ScratchOwner, lenBytes: number): Scratch {
  if (lenBytes <= SCRATCH_RAM_BYTES) return allocate(owner, new Uint8Array(lenBytes));
  const nowMs = owner.hal.clock.uptimeMs();
  if (owner.sweep) throw refusal(REFUSE_BUSY, 'sweep-open');
  if (owner.scratchAtMs !== undefined && nowMs - owner.scratchAtMs < SCRATCH_EVERY_MS)
    throw refusal(REFUSE_RATE, 'large-rate');
  owner.scratchAtMs = nowMs;
  return allocate(owner, undefined);
}

/** Bytes to be read only. Throws `scratch-taken` when somebody else has it now. */
export function scratchRead(scratch: Scratch, offset: number, lenBytes: number): Uint8Array {
  if (scratch.ram) return scratch.ram.subarray(offset, offset + lenBytes);
  if (scratch.isTaken) throw fail('scratch-taken', 'the room for large transactions is used by another');
  return scratch.flash.readBytes(scratch.base + offset, lenBytes);
}

/** Each place is written once; offset and length are multiples of 4. Throws `scratch-taken`, `flash-failed`. */
export function scratchWrite(scratch: Scratch, offset: number, bytes: Uint8Array): void {
  if (scratch.ram) return scratch.ram.set(bytes, offset);
  if (scratch.isTaken) throw fail('scratch-taken', 'the room for large transactions is used by another');
  scratch.flash.writeBytes(scratch.base + offset, bytes);
  const back = scratch.flash.readBytes(scratch.base + offset, bytes.length);
  for (let i = 0; i < bytes.length; i++)
    if (back[i] !== bytes[i]) throw fail('flash-failed', 'scratch did not read back');
}
