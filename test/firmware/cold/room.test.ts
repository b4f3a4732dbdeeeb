// The journal's half holds the most that a board can have at once: eight accounts with everything as long as it may be,
// a full send queue, the log, and as many payments as are kept, with the room that records to come will need; and a
// Storage laid out as on a board holds two slots, the tables, the ring of archives and the digests of batches.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect } from 'chai';
import type { CborValue } from '../../../protocol/cbor/types';
import { BOARD } from '../../../boards/ttgo-t-call/board';
import { GROUP_ENTRIES, groupsMax } from '../../../firmware/cold/payments/groups';
import { REFUSALS_MAX } from '../../../firmware/cold/alarms/closing';
import { MAX_ACCOUNTS } from '../../../firmware/cold/state/state';
import { save, saveCbor } from '../../../firmware/cold/state/store';
import { compact, roomBytes } from '../../../firmware/journal/journal';
import {
  ARCHIVES_BYTES,
  BATCH_BYTES,
  PAYMENT_BYTES,
  PAYMENT_SERIAL,
  R_ACCOUNT,
  R_ALARM,
  R_ALLOW,
  R_ARCHIVE,
  R_AUDIT,
  R_CHANNEL,
  R_DRBG,
  R_HEARTBEAT,
  R_KEYS,
  R_LINK,
  R_PAYMENT,
  R_PIN,
  R_RESTORE,
  R_ROOT,
  R_SECRETS,
  R_SEND,
  R_SETTINGS,
  R_STANDING,
  R_TIME,
  writeU32,
  KEYS_BYTES,
} from '../../../firmware/journal/records';
import { MAX_QUEUE } from '../../../firmware/modem/outbox';
import { cborEncode } from '../../../protocol/cbor';
import { buildStorage, listFiles } from '../../../tools/flash/storage/storage-image';
import { FILE_HEADER_BYTES, type Flash } from '../../../firmware/hal';
import { ARCHIVE_PAGES } from '../../../boards/espruino/esp32-chip';
import { makeMachine } from '../model/world';
import { PAYMENTS_KEPT_MAX } from '../../../firmware/cold/payments/tidy';
import { AUDIT_KEPT } from '../../../firmware/cold/state/records';

const ROOT = path.resolve(__dirname, '../../../..');
const U32 = 0xffffffff;
const octets = (n: number): Uint8Array => new Uint8Array(n).fill(1);
const PHONES = Array<string>(4).fill('+1234567890123456');
const MONEY = 2_100_000_000_000_000;
const POLICY = [MONEY, MONEY, MONEY, MONEY, MONEY, MONEY, MONEY, 100, MONEY, 1439, 1438, 1, MONEY];
const SEALED = 4 + 16;
/** Octets of an SMS-SUBMIT of the longest kind, and of an audit entry of a payment. */
const SUBMIT_BYTES = 178;
const AUDIT_BYTES = 50;

/**
 * What records to come will take of a half, in octets. A record's frame is 16.
 */
const PLAN: { [what: string]: number } = {
  // A tag under a key from the seed over each deciding record: seven of an account, eight of the board.
  tags: 16 * (7 * MAX_ACCOUNTS + 8),
  // Counters, digests of the accounts' tags, of the payments and of the archives.
  manifest: 16 + 3 * 4 + 16 * MAX_ACCOUNTS + 2 * 16,
  // The website's public key, entered with the account.
  'origin keys': 34 * MAX_ACCOUNTS,
  // Serial, incarnation, and what V answered last, of each account.
  witnesses: (16 + 2 + 8 + 4 + 8) * MAX_ACCOUNTS,
  // The board's counter that HSM-Hot keeps as well.
  "board's counter": 16 + 4,
  // Version, board id, card number, checksum.
  card: 16 + 24,
  // Number and serial of a payment in the journal that its record has no field for today.
  numbers: 8 * (PAYMENTS_KEPT_MAX + 1),
};
const PLANNED_BYTES = Object.values(PLAN).reduce((sum, bytes) => sum + bytes, 0);

/** As saveChannels() writes them, both channels there. */
function channels(n: number): CborValue[] {
  const channel = [U32, 1, octets(32), octets(32), octets(33), U32, U32, U32];
  return [n, octets(SEALED + cborEncode([octets(33), U32, U32, channel, channel, null] as never).length)];
}

describe('cold/room', () => {
  it('eight accounts, a full queue and the payments that are kept fit a half, with some to spare', () => {
    const { cold } = makeMachine();
    for (let n = 0; n < MAX_ACCOUNTS; n++) {
      const keys = octets(KEYS_BYTES);
      keys[1] = n;
      save(cold, R_KEYS, keys);
      saveCbor(cold, R_ALLOW, [n, Array(20).fill(octets(20))]);
      saveCbor(cold, R_ACCOUNT, [
        n,
        'x'.repeat(32),
        'regtest',
        'p2wpkh',
        octets(33),
        octets(33),
        PHONES,
        PHONES,
        'b'.repeat(62),
        POLICY,
        3,
      ]);
      saveCbor(cold, R_STANDING, [n, 'refusals', octets(4 * REFUSALS_MAX), U32]);
      saveCbor(cold, R_ALARM, [n, 'refusals', 9999, 6]);
      saveCbor(cold, R_SECRETS, [n, octets(SEALED + 96)]);
      saveCbor(cold, R_CHANNEL, channels(n));
    }
    for (let n = 0; n < MAX_QUEUE; n++) save(cold, R_SEND, Uint8Array.of(0, n, ...octets(SUBMIT_BYTES)));
    saveCbor(cold, R_ROOT, [1, 10_000, octets(16), octets(4), octets(64 + 16)]);
    saveCbor(cold, R_SETTINGS, [PHONES, octets(64 + 16)]);
    save(cold, R_LINK, octets(32));
    save(cold, R_DRBG, octets(SEALED + 32));
    for (const type of [R_PIN, R_TIME, R_HEARTBEAT, R_RESTORE]) save(cold, type, octets(4));
    save(cold, R_ARCHIVE, new Uint8Array(ARCHIVES_BYTES));
    const count = new Uint8Array(Math.max(AUDIT_BYTES, PAYMENT_BYTES));
    for (let n = 1; n <= AUDIT_KEPT; n++) {
      writeU32(count, 0, n);
      save(cold, R_AUDIT, count.slice(0, AUDIT_BYTES));
    }
    for (let n = 1; n <= PAYMENTS_KEPT_MAX + 1; n++) {
      writeU32(count, PAYMENT_SERIAL, n);
      save(cold, R_PAYMENT, count.slice(0, PAYMENT_BYTES));
    }
    compact(cold.journal!);
    const room = roomBytes(cold.journal!);
    console.log(`      ${room} octets of ${cold.journal!.halfBytes} to spare`);
    expect(room).to.be.greaterThan(PLANNED_BYTES + 256);
  });

  it('Storage of an ESP32 holds two slots that may grow, the tables, the ring and the digests of 1,000 batches', () => {
    const file = (name: string): Uint8Array => new Uint8Array(fs.readFileSync(path.join(ROOT, 'dist/firmware', name)));
    const { address, pageBytes, pageCount } = BOARD.storage;
    const area = { address, pageBytes, pageCount };
    const cells = buildStorage(
      area,
      {
        info: { board: BOARD.name, role: 'cold', commit: '0'.repeat(12), version: 1 } as never,
        code: file(`${BOARD.name}/hsm-cold.js`),
      },
      { comb: file('comb.bin'), words: file('words.bin') },
    );
    const freeBytes = area.address + cells.length - listFiles(cells, area).tail;
    const leftBytes = freeBytes - (ARCHIVE_PAGES + 1) * pageBytes - FILE_HEADER_BYTES;
    const payments = GROUP_ENTRIES * groupsMax({ archivePages: ARCHIVE_PAGES } as Flash);
    console.log(`      ${payments} payments in the ring, ${leftBytes} octets left`);
    expect(payments).to.be.greaterThan(3100);
    expect(leftBytes).to.be.greaterThan(1000 * (FILE_HEADER_BYTES + BATCH_BYTES));
  });
});
