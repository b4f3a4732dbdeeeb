/**
 * `state`: reads a state backup (backup-format.ts) into a board that was restored from its words: begin (PIN), a line
 * each, end (PIN).
 */
import { cborDecode } from '../../../../protocol/cbor';
import { decimalOf } from '../../../../protocol/bytes';
import { fail } from '../../../../protocol/errors';
import { U32_MAX } from '../../../../protocol/wire';
import { concatBytes, copyBytes, NO_BYTES } from '../../../crypto/bytes';
import { base64Decode, open, wipe } from '../../../crypto/index';
import { printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import {
  BACKUP_KIND_COUNTERS,
  BACKUP_KIND_END,
  BACKUP_KIND_GROUP,
  R_RESTORE,
  R_SETTINGS,
  readU32,
} from '../../../journal/records';
import type { Cold, Restoring } from '../../cold';
import { checkArchives } from '../../payments/archive';
import { GROUP_BYTES, groupsMax, restoreGroup } from '../../payments/groups';
import { AUDIT_STATE_RESTORED, NO_ACCOUNT } from '../../../journal/audit-codes';
import { audit, save } from '../../state/store';
import { backupKey, isBackedUp, BACKUP_TAG_BYTES } from '../backup-format';
import { withSeed } from '../needs';
import { accountOf } from '../../state/accounts';
import { openOf, saveChannels } from '../../state/channels';
import { saveSecrets } from '../../secrets/account-keys';

export const STATE = {
  usage: 'state begin|line <base64>|end <channel id>,... [paid <payments>] [force]',
  order: 19,
  summary: 'reads a state backup into a board without accounts',
  words: {
    base64: 'a line of the backup',
    'channel id': "the highest channel number that each account's V shows, in their order; `-`: no accounts",
    payments: 'how many payments the chain shows from hot addresses',
    force: 'takes a backup that is behind any of them',
  },
  needs: ['unlocked', 'pin'],
  errors: {
    usage: 'none of these forms',
    'bad-state': 'the board has accounts, or begin did not come first',
    'backup-form': 'no line of a backup',
    'backup-mixed': 'a line of another backup',
    'backup-order': 'another line than the next one',
    'backup-short': 'lines are missing',
    'backup-old': 'the backup is behind what was typed',
    'channel-ids': 'not one channel number for each account',
    'storage-full': 'no room for the archives of payments',
  },
} satisfies CommandDeclaration;

/** Starts reading a backup in. seed64 is the caller's to wipe. Throws `bad-state` on a board with accounts. */
function startRestoring(cold: Cold, seed64: Uint8Array): Restoring {
  if (cold.state.accountCount) throw fail('bad-state', 'a state backup goes into a board without accounts only');
  save(cold, R_RESTORE, new Uint8Array([1]));
  return { key: backupKey(seed64), id: NO_BYTES, lines: 0, isEnded: false, counters: [] };
}

/** Takes a group of archived payments: its number u32, bytes. They come in their order, behind R_ARCHIVE. */
function takeGroup(cold: Cold, payload: Uint8Array): void {
  const state = cold.state;
  if (payload.length !== 4 + GROUP_BYTES) throw fail('backup-form', 'not a group of payments');
  if (state.archiveCount - state.archiveFirst > groupsMax(cold.hal.flash))
    throw fail('storage-full', 'no room for the archives of payments');
  restoreGroup(cold.hal.flash, readU32(payload, 0), state.archiveFirst, copyBytes(payload, 4, payload.length));
}

/** Opens the next line of the backup: its kind, then its content. Throws `backup-form`, `-mixed`, `-order`. */
function openLine(it: Restoring, base64: string): Uint8Array {
  const bytes = base64Decode(base64);
  if (bytes.length < 12 + BACKUP_TAG_BYTES + 1 || it.isEnded) throw fail('backup-form', 'not a line of a backup');
  const nonce = copyBytes(bytes, 0, 12);
  if (!it.lines) it.id = copyBytes(bytes, 0, 8);
  for (let i = 0; i < 8; i++) if (nonce[i] !== it.id[i]) throw fail('backup-mixed', 'a line of another backup');
  if (readU32(nonce, 8) !== it.lines) throw fail('backup-order', 'line ' + it.lines + ' is expected');
  return open(it.key, nonce, NO_BYTES, copyBytes(bytes, 12, bytes.length), BACKUP_TAG_BYTES);
}

function takeLine(cold: Cold, it: Restoring, base64: string): void {
  const plain = openLine(it, base64);
  const payload = copyBytes(plain, 1, plain.length);
  if (plain[0] === BACKUP_KIND_COUNTERS) it.counters.push(cborDecode(payload) as number[]);
  else if (plain[0] === BACKUP_KIND_GROUP) takeGroup(cold, payload);
  else if (plain[0] === BACKUP_KIND_END) {
    if (readU32(payload, 0) !== it.lines) throw fail('backup-short', 'lines are missing');
    it.isEnded = true;
  } else if (plain[0] === R_SETTINGS) {
    if (!cold.state.phones.length) save(cold, R_SETTINGS, payload);
  } else if (isBackedUp(plain[0])) save(cold, plain[0], payload);
  else throw fail('backup-form', 'a line of an unknown kind');
  it.lines++;
}

/** Throws `backup-old` for a backup that is behind what V and the chain show. */
function requireRecent(cold: Cold, it: Restoring, channelIds: number[], payments: number): void {
  for (let i = 0; i < it.counters.length; i++) {
    if (it.counters[i][1] < channelIds[i])
      throw fail(
        'backup-old',
        'V has seen channel ' +
          channelIds[i] +
          ', the backup ends at ' +
          it.counters[i][1] +
          ': type force at the end to go on',
      );
  }
  if (cold.state.paymentSerial < payments)
    throw fail(
      'backup-old',
      'the chain shows ' +
        payments +
        ' payments, the backup ' +
        cold.state.paymentSerial +
        ': type force at the end to go on',
    );
}

/** Seals the accounts' secrets and gives each its channel number and V's counter. Throws `backup-form`. */
function restoreAccounts(cold: Cold, it: Restoring, channelIds: number[], seed64: Uint8Array): void {
  for (let i = 0; i < it.counters.length; i++) {
    const account = accountOf(cold, it.counters[i][0]);
    if (!account) throw fail('backup-form', 'counters without an account');
    saveSecrets(cold, account, seed64);
    const channels = openOf(cold, account);
    channels.lastId = it.counters[i][1] > channelIds[i] ? it.counters[i][1] : channelIds[i];
    channels.vCounter = it.counters[i][2];
    saveChannels(cold, account);
  }
}

/** What was typed behind `state end`. */
interface RestoredUpTo {
  /** One for each account, in their order. */
  channelIds: number[];
  /** Of all accounts. */
  payments: number;
  isForced: boolean;
}

/** Ends the restoring. Throws `backup-short`, `channel-ids`, `backup-old`, `backup-form`, what checkArchives throws. */
function endRestoring(cold: Cold, it: Restoring, upTo: RestoredUpTo, seed64: Uint8Array): void {
  if (!it.isEnded) throw fail('backup-short', 'the last line is missing');
  if (upTo.channelIds.length !== it.counters.length)
    throw fail(
      'channel-ids',
      'a channel number for each of ' + it.counters.length + ' accounts is expected, with commas between them',
    );
  if (!upTo.isForced) requireRecent(cold, it, upTo.channelIds, upTo.payments);
  checkArchives(cold);
  restoreAccounts(cold, it, upTo.channelIds, seed64);
  save(cold, R_RESTORE, new Uint8Array(1));
  audit(cold, AUDIT_STATE_RESTORED, NO_ACCOUNT, concatBytes([it.id, new Uint8Array([upTo.isForced ? 1 : 0])]));
  wipe(it.key);
  printOk(cold.terminal);
}

/** Numbers with commas between them; `-` for none; or undefined. */
function channelIdsOf(text: string | undefined): number[] | undefined {
  const ids: number[] = [];
  const parts = text === '-' ? [] : (text || '').split(',');
  for (let i = 0; i < parts.length; i++) {
    const id = decimalOf(parts[i], 0, U32_MAX);
    if (id < 0) return undefined;
    ids.push(id);
  }
  return ids;
}

export function runState(cold: Cold, words: string[]): void {
  if (words[1] === 'begin') {
    return withSeed(cold, function (seed) {
      cold.restoring = startRestoring(cold, seed);
      printOk(cold.terminal);
    });
  }
  if (!cold.restoring) throw fail('bad-state', 'state begin comes first');
  if (words[1] === 'line') {
    takeLine(cold, cold.restoring, words[2] || '');
    return printOk(cold.terminal);
  }
  const ids = channelIdsOf(words[2]);
  const hasPaid = words[3] === 'paid';
  const payments = hasPaid ? decimalOf(words[4], 0, U32_MAX) : 0;
  if (words[1] !== 'end' || !ids || payments < 0)
    throw fail('usage', 'state begin | line <base64> | end <channel id>,...|- [paid <payments>] [force]');
  withSeed(cold, function (seed) {
    const isForced = words[hasPaid ? 5 : 3] === 'force';
    endRestoring(cold, cold.restoring!, { channelIds: ids, payments: payments, isForced: isForced }, seed);
    cold.restoring = undefined;
    cold.started(cold);
  });
}
