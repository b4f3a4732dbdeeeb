/**
 * The state backup: accounts, standing, limits already used, everything ever paid, phones, and the counters, as lines
 * of base64 that only the seed opens. Keys are not in it: the words restore those. Channels are not in it: V opens a
 * new one. Line n is seal(key, id 8 | n u32, plain) after id and n in the clear; key = HMAC(seed, "chaincloud backup");
 * the last line holds the count of lines before it, so a backup that was cut, shuffled or mixed with another does not
 * go in. Restoring works only on a board without accounts. The operator types the highest channel number that each
 * account's V shows, and how many payments the chain shows from hot addresses: a backup that is behind either is stale
 * (`backup-old`) and goes in only with the word `force`; the counters then start above V's numbers.
 * Plain: kind u8 | payload. Kinds: record types of the journal; 0x40 counters CBOR [account, last id, V's counter];
 * 0x41 part of an archive file: number u16 | offset u16 | octets; 0xff end: lines u32.
 * A factory function: it costs no variables while no backup is made or read.
 */
import { concatBytes, copyBytes, textBytes } from '../../crypto/bytes';
import { base64Decode, base64Encode, drbgGenerate, hmacSha256, open, seal, wipe } from '../../crypto/index';
import { printLine, printOk } from '../../console/terminal';
import { cborDecode, cborEncode } from '../../../protocol/cbor';
import { fail } from '../../../protocol/errors';
import { walk } from '../../journal/journal';
import {
  R_ACCOUNT,
  R_ALLOW,
  R_ARCHIVE,
  R_KEYS,
  R_PAYMENT,
  R_RESTORE,
  R_SETTINGS,
  R_STANDING,
  R_TIME,
  readU32,
  writeU32,
} from '../../journal/records';
import { ARCHIVE_BYTES, checkArchives } from '../payments/archive';
import type { Cold } from '../cold';
import { accountOf, openOf, saveChannels, saveSecrets, requireAccount } from '../state/account-store';
import { keepRecord } from '../state/state';
import { AUDIT_EXPORTED, AUDIT_STATE_RESTORED, NO_ACCOUNT, audit, save } from '../state/store';

const KIND_COUNTERS = 0x40;
const KIND_FILE = 0x41;
const KIND_END = 0xff;
const TAG_BYTES = 16;
const FILE_PART_BYTES = 512;
const NO_BYTES = new Uint8Array(0);

function isKept(type: number): boolean {
  return (
    type === R_ACCOUNT ||
    type === R_KEYS ||
    type === R_ALLOW ||
    type === R_STANDING ||
    type === R_ARCHIVE ||
    type === R_PAYMENT ||
    type === R_TIME
  );
}

export interface Restoring {
  line: (base64: string) => void;
  /**
   * channelIds: one for each account, in their order. payments: of all accounts. Throws `channel-ids`, `backup-old`.
   */
  end: (channelIds: number[], payments: number, isForced: boolean, seed64: Uint8Array) => void;
  /** Overwrites the key: the board is locked. */
  close: () => void;
}

function backupKey(seed64: Uint8Array): Uint8Array {
  return hmacSha256(seed64, textBytes('chaincloud backup'));
}

/** Prints the backup. seed64 is the caller's to wipe. */
export function printBackup(cold: Cold, seed64: Uint8Array): void {
  const key = backupKey(seed64);
  const id = drbgGenerate(cold.drbg, 8);
  let n = 0;

  function put(kind: number, payload: Uint8Array): void {
    const nonce = new Uint8Array(12);
    nonce.set(id);
    writeU32(nonce, 8, n++);
    printLine(
      cold.terminal,
      'backup ' +
        base64Encode(
          concatBytes([nonce, seal(key, nonce, NO_BYTES, concatBytes([new Uint8Array([kind]), payload]), TAG_BYTES)]),
        ),
    );
  }

  audit(cold, AUDIT_EXPORTED, NO_ACCOUNT, id);
  walk(cold.journal as any, function (type, payload, offset) {
    if (isKept(type) && keepRecord(cold.state, type, payload, offset)) put(type, payload);
  });
  put(R_SETTINGS, cborEncode([cold.state.phones, null]));
  for (let account = 0; account < cold.state.accountCount; account++) {
    const it = openOf(cold, requireAccount(cold, account));
    put(KIND_COUNTERS, cborEncode([account, it.lastId, it.vCounter]));
  }
  for (let file = 1; file <= cold.state.archiveCount; file++) {
    const bytes = cold.hal.files.readFile('u' + file) as Uint8Array;
    for (let at = 0; at < bytes.length; at += FILE_PART_BYTES) {
      put(
        KIND_FILE,
        concatBytes([new Uint8Array([file >> 8, file, at >> 8, at]), bytes.subarray(at, at + FILE_PART_BYTES)]),
      );
    }
  }
  const count = new Uint8Array(4);
  writeU32(count, 0, n);
  put(KIND_END, count);
  wipe(key);
}

/** Starts reading a backup in. seed64 is the caller's to wipe. Throws `bad-state` on a board with accounts. */
export function startRestoring(cold: Cold, seed64: Uint8Array): Restoring {
  const key = backupKey(seed64);
  const counters: any[] = [];
  let id = NO_BYTES as Uint8Array;
  let n = 0;
  let isEnded = false;
  let file = NO_BYTES as Uint8Array;

  function takeFile(payload: Uint8Array): void {
    const at = (payload[2] << 8) | payload[3];
    const part = copyBytes(payload, 4, payload.length);
    file = at ? concatBytes([file, part]) : part;
    if (file.length === ARCHIVE_BYTES && !cold.hal.files.writeFile('u' + ((payload[0] << 8) | payload[1]), file))
      throw fail('storage-full', 'no room for the archives of payments');
  }

  if (cold.state.accountCount) throw fail('bad-state', 'a state backup goes into a board without accounts only');
  save(cold, R_RESTORE, new Uint8Array([1]));
  return {
    line: function (base64) {
      const bytes = base64Decode(base64);
      if (bytes.length < 12 + TAG_BYTES + 1 || isEnded) throw fail('backup-form', 'not a line of a backup');
      const nonce = copyBytes(bytes, 0, 12);
      if (!n) id = copyBytes(bytes, 0, 8);
      for (let i = 0; i < 8; i++) if (nonce[i] !== id[i]) throw fail('backup-mixed', 'a line of another backup');
      if (readU32(nonce, 8) !== n) throw fail('backup-order', 'line ' + n + ' is expected');
      const plain = open(key, nonce, NO_BYTES, copyBytes(bytes, 12, bytes.length), TAG_BYTES);
      const payload = copyBytes(plain, 1, plain.length);
      if (plain[0] === KIND_COUNTERS) counters.push(cborDecode(payload));
      else if (plain[0] === KIND_FILE) takeFile(payload);
      else if (plain[0] === KIND_END) {
        if (readU32(payload, 0) !== n) throw fail('backup-short', 'lines are missing');
        isEnded = true;
      } else if (plain[0] === R_SETTINGS) {
        if (!cold.state.phones.length) save(cold, R_SETTINGS, payload);
      } else if (isKept(plain[0])) save(cold, plain[0], payload);
      else throw fail('backup-form', 'a line of an unknown kind');
      n++;
    },
    end: function (channelIds, payments, isForced, seed) {
      if (!isEnded) throw fail('backup-short', 'the last line is missing');
      if (channelIds.length !== counters.length)
        throw fail(
          'channel-ids',
          'a channel number for each of ' + counters.length + ' accounts is expected, with commas between them',
        );
      for (let i = 0; i < counters.length && !isForced; i++) {
        if (counters[i][1] < channelIds[i])
          throw fail(
            'backup-old',
            'V has seen channel ' +
              channelIds[i] +
              ', the backup ends at ' +
              counters[i][1] +
              ': type force at the end to go on',
          );
      }
      if (cold.state.paymentSerial < payments && !isForced)
        throw fail(
          'backup-old',
          'the chain shows ' +
            payments +
            ' payments, the backup ' +
            cold.state.paymentSerial +
            ': type force at the end to go on',
        );
      checkArchives(cold);
      for (let i = 0; i < counters.length; i++) {
        const account = accountOf(cold, counters[i][0]);
        if (!account) throw fail('backup-form', 'counters without an account');
        saveSecrets(cold, account, seed);
        const it = openOf(cold, account);
        it.lastId = counters[i][1] > channelIds[i] ? counters[i][1] : channelIds[i];
        it.vCounter = counters[i][2];
        saveChannels(cold, account);
      }
      save(cold, R_RESTORE, new Uint8Array(1));
      audit(cold, AUDIT_STATE_RESTORED, NO_ACCOUNT, concatBytes([id, new Uint8Array([isForced ? 1 : 0])]));
      wipe(key);
      printOk(cold.terminal);
    },
    close: function () {
      wipe(key);
    },
  };
}
