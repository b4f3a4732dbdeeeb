// What a board in the genuine interpreter holds on its flash, read by the firmware's own reader from the files that it
// keeps its flash in; and the digest files of address batches, made here so that the board need not derive for minutes.
import { createHmac } from 'node:crypto';
import { BOARD, FLASH_FILE, FLASH_PAGE_BYTES, FLASH_PAGE_COUNT } from '../../../../boards/linux/board';
import { FILE_HEADER_BYTES } from '../../../../firmware/hal';
import { openStore } from '../../../../firmware/cold/state/open-store';
import { makeState } from '../../../../firmware/cold/state/state';
import type { Cold } from '../../../../firmware/cold/cold';
import { readDevice } from '../../../../firmware/journal/device';
import { readRecord, walk } from '../../../../firmware/journal/journal';
import {
  PAYMENT_TX_BYTES,
  PAYMENT_TAG,
  PAYMENT_TAG_BYTES,
  PAYMENT_TX,
  R_DRBG,
  R_PAYMENT,
} from '../../../../firmware/journal/records';
import { createFlash } from '../../../../host/sim/board';
import { openStorage } from '../../../../host/sim/board/node/storage';
import { FakeFlash } from '../../fake-hal';
import { accountOf } from '../../../../firmware/cold/state/accounts';
import * as fs from 'node:fs';
import * as path from 'node:path';

const STORAGE_FILE = 'espruino.flash';
const FILE_MAC_BYTES = 16;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export interface Durable {
  /** Numbers that never go back. */
  counters: {
    starts: number;
    'audit entries': number;
    payments: number;
    archives: number;
    'time floor': number;
    heartbeat: number;
  };
  pinFailures: number;
  /** Why account 0 is closed; empty: open. */
  closed: string;
  alarm: string;
  /** The generator's stored state, sealed, as hex: another one at every unlocking. */
  generator: string;
  phones: string[];
  /** Payments that are still in the journal; txid as a block explorer shows it, its last octets. */
  paid: { tag: string; txid: string }[];
  /** Changes with everything that is written. */
  version: string;
}

/** The pages for archives in a Storage, none where it has no file for them. */
function archivesOf(storage: Uint8Array): Uint8Array {
  const bytes = Buffer.from(storage);
  const name = bytes.indexOf('archive\0');
  if (name < 0) return new Uint8Array(0);
  const content = name - 4 + FILE_HEADER_BYTES;
  const first = Math.ceil(content / BOARD.storage.pageBytes) * BOARD.storage.pageBytes;
  const lenBytes = (bytes.readUInt32LE(name - 4) & 0xffffff) - (first - content);
  return bytes.subarray(first, first + lenBytes - (lenBytes % FLASH_PAGE_BYTES));
}

function flashOf(folder: string, archived: Uint8Array): FakeFlash {
  const flash = new FakeFlash(FLASH_PAGE_COUNT, archived.length / FLASH_PAGE_BYTES);
  flash.archived.set(archived);
  flash.cells.set(fs.readFileSync(path.join(folder, FLASH_FILE)).subarray(0, flash.cells.length));
  return flash;
}

/** Throws the board's own faults: `journal-corrupt`, `archive-lost`. */
export function readDurable(folder: string): Durable {
  const storage = createFlash(BOARD.storage);
  storage.content().set(fs.readFileSync(path.join(folder, STORAGE_FILE)).subarray(0, storage.sizeBytes));
  const files = openStorage(storage);
  const flash = flashOf(folder, archivesOf(storage.content()));
  const device = readDevice(flash);
  if (!device?.isReady) throw new Error('the board is as new');
  const hal = {
    flash,
    files: { readFile: (name: string) => files.read(name), writeFile: () => true, eraseFile: () => undefined },
    clock: { wallSeconds: () => 0 },
  };
  const cold = { hal, device, state: makeState(), counters: {} } as unknown as Cold;
  openStore(cold, false);
  const { state, journal } = cold;
  const account = accountOf(cold, 0);
  const paid: Durable['paid'] = [];
  walk(journal!, (type, payload) => {
    if (type !== R_PAYMENT) return;
    const txid = Uint8Array.from(payload.subarray(PAYMENT_TX, PAYMENT_TX + PAYMENT_TX_BYTES)).reverse();
    paid.push({ tag: hex(payload.subarray(PAYMENT_TAG, PAYMENT_TAG + PAYMENT_TAG_BYTES)), txid: hex(txid) });
  });
  return {
    // Opening the copy counted one start more.
    counters: {
      starts: state.bootCount - 1,
      'audit entries': state.auditCount,
      payments: state.paymentSerial,
      archives: state.archiveCount,
      'time floor': state.floorSeconds,
      heartbeat: state.heartbeatSeconds,
    },
    pinFailures: state.pinFailures,
    closed: account?.closed || account?.alarm || '',
    alarm: account?.alarm ?? '',
    generator: hex(readRecord(journal!, state.at[R_DRBG])),
    phones: state.phones,
    paid,
    version: `${journal!.generation} ${journal!.seq}`,
  };
}

/** ES5 that has the board know the digest of a batch of account 0 as if it had derived it. digest: 32 octets. */
export function batchFile(folder: string, side: number, batchNo: number, digest: Uint8Array): string {
  const name = `b0-${side}-${batchNo}`;
  const mac = createHmac('sha256', readDevice(flashOf(folder, new Uint8Array(0)))!.secret)
    .update(`batch ${name}`)
    .update(digest)
    .digest()
    .subarray(0, FILE_MAC_BYTES);
  const content = Buffer.concat([digest, mac]).toString('base64');
  return `require("Storage").write(${JSON.stringify(name)},E.toUint8Array(atob(${JSON.stringify(content)})))`;
}
