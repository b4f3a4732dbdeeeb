/** `log`: the audit entries that the board still holds. */
import { decimalOf } from '../../../../protocol/bytes';
import { fail } from '../../../../protocol/errors';
import { U32_MAX } from '../../../../protocol/wire';
import { hexOf } from '../../../console/hex';
import { printLine, printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import { walk } from '../../../journal/journal';
import {
  AUDIT_ACCOUNT,
  AUDIT_CODE,
  AUDIT_DETAIL,
  AUDIT_HEAD,
  AUDIT_NUMBER,
  AUDIT_SECONDS,
  R_AUDIT,
  readU32,
} from '../../../journal/records';
import type { Cold } from '../../cold';

export const LOG = {
  usage: 'log [from]',
  order: 20,
  summary: 'audit entries as the board keeps them',
  words: { from: 'number of the first entry; left out: 0' },
  isForFaulty: true,
  lines: {
    audit: [
      'audit <n:whole> <unix_seconds:whole> <code:whole> <account:whole> <detail:hex|-> <head:hex>',
      'an entry: account 255 is none; head: SHA-256 of the head before it and of the entry',
    ],
    head: ['head <n:whole> <head:hex>', 'the last line: number and head of the last entry'],
  },
  errors: { usage: '`from` is no number', 'not-provisioned': 'a new board has no log' },
} satisfies CommandDeclaration;

export function runLog(cold: Cold, words: string[]): void {
  const from = words.length > 1 ? decimalOf(words[1], 0, U32_MAX) : 0;
  if (from < 0) throw fail('usage', 'log [from]');
  if (!cold.journal) throw fail('not-provisioned', 'there is no log yet');
  walk(cold.journal, function (type, payload) {
    if (type !== R_AUDIT || readU32(payload, AUDIT_NUMBER) < from) return;
    printLine(
      cold.terminal,
      'audit ' +
        readU32(payload, AUDIT_NUMBER) +
        ' ' +
        readU32(payload, AUDIT_SECONDS) +
        ' ' +
        payload[AUDIT_CODE] +
        ' ' +
        payload[AUDIT_ACCOUNT] +
        ' ' +
        (hexOf(payload.subarray(AUDIT_DETAIL)) || '-') +
        ' ' +
        hexOf(payload.subarray(AUDIT_HEAD, AUDIT_CODE)),
    );
  });
  printLine(cold.terminal, 'head ' + cold.state.auditCount + ' ' + hexOf(cold.state.auditHead));
  printOk(cold.terminal);
}
