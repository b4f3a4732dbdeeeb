/**
 * `state`: reads a state backup (backup-format.ts) into a board that was restored from its words: begin (PIN), a line
 * each, end (PIN). A factory function: it costs no variables while no backup is read.
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
  BACKUP_KIND_FILE,
  R_RESTORE,
  R_SETTINGS,
  readU32,
} from '../../../journal/records';
import type { Cold, Restoring } from '../../cold';
import { ARCHIVE_BYTES, checkArchives, ARCHIVE_FILE } from '../../payments/archive';
import { AUDIT_STATE_RESTORED, NO_ACCOUNT, audit, save } from '../../state/store';
import { backupKey, isBackedUp, TAG_BYTES } from '../backup-format';
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
  const key = backupKey(seed64);
  const counters: number[][] = [];
  let id = NO_BYTES as Uint8Array;
  let n = 0;
  let isEnded = false;
  let file = NO_BYTES as Uint8Array;

  function takeFile(payload: Uint8Array): void {
    const at = (payload[2] << 8) | payload[3];
    const part = copyBytes(payload, 4, payload.length);
    file = at ? concatBytes([file, part]) : part;
    if (
      file.length === ARCHIVE_BYTES &&
      !cold.hal.files.writeFile(ARCHIVE_FILE + ((payload[0] << 8) | payload[1]), file)
    )
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
      if (plain[0] === BACKUP_KIND_COUNTERS) counters.push(cborDecode(payload) as number[]);
      else if (plain[0] === BACKUP_KIND_FILE) takeFile(payload);
      else if (plain[0] === BACKUP_KIND_END) {
        if (readU32(payload, 0) !== n) throw fail('backup-short', 'lines are missing');
        isEnded = true;
      } else if (plain[0] === R_SETTINGS) {
        if (!cold.state.phones.length) save(cold, R_SETTINGS, payload);
      } else if (isBackedUp(plain[0])) save(cold, plain[0], payload);
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
    cold.restoring.line(words[2] || '');
    return printOk(cold.terminal);
  }
  const ids = channelIdsOf(words[2]);
  const hasPaid = words[3] === 'paid';
  const payments = hasPaid ? decimalOf(words[4], 0, U32_MAX) : 0;
  if (words[1] !== 'end' || !ids || payments < 0)
    throw fail('usage', 'state begin | line <base64> | end <channel id>,...|- [paid <payments>] [force]');
  withSeed(cold, function (seed) {
    cold.restoring!.end(ids, payments, words[hasPaid ? 5 : 3] === 'force', seed);
    cold.restoring = undefined;
    cold.started(cold);
  });
}
