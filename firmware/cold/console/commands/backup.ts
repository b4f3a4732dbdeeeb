/** `backup`: the state of the board in lines that only its seed opens (backup-format.ts). */
import { u32Bytes } from '../../../../protocol/bytes';
import { cborEncode } from '../../../../protocol/cbor';
import { concatBytes, NO_BYTES } from '../../../crypto/bytes';
import { base64Encode, drbgGenerate, seal, wipe } from '../../../crypto/index';
import { printLine, printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import { walk, type Journal } from '../../../journal/journal';
import {
  BACKUP_KIND_COUNTERS,
  BACKUP_KIND_END,
  BACKUP_KIND_GROUP,
  R_SETTINGS,
  writeU32,
} from '../../../journal/records';
import type { Cold } from '../../cold';
import { AUDIT_EXPORTED, NO_ACCOUNT } from '../../../journal/audit-codes';
import { audit } from '../../state/store';
import { backupKey, isBackedUp, BACKUP_TAG_BYTES } from '../backup-format';
import { withSeed } from '../needs';
import { openOf } from '../../state/channels';
import { requireAccount } from '../../state/accounts';
import { keepRecord } from '../../state/records';
import { readGroup } from '../../payments/groups';

export const BACKUP = {
  usage: 'backup',
  order: 18,
  summary: 'prints the state of the board, sealed under its seed',
  needs: ['unlocked', 'pin'],
  lines: { backup: ['backup <line:word>', 'a line of the backup, base64: `state line` takes it'] },
} satisfies CommandDeclaration;

/** Prints the backup. seed64 is the caller's to wipe. */
function printBackup(cold: Cold, seed64: Uint8Array): void {
  const key = backupKey(seed64);
  const id = drbgGenerate(cold.drbg!, 8);
  let n = 0;

  function put(kind: number, payload: Uint8Array): void {
    const nonce = new Uint8Array(12);
    nonce.set(id);
    writeU32(nonce, 8, n++);
    printLine(
      cold.terminal,
      'backup ' +
        base64Encode(
          concatBytes([
            nonce,
            seal(key, nonce, NO_BYTES, concatBytes([new Uint8Array([kind]), payload]), BACKUP_TAG_BYTES),
          ]),
        ),
    );
  }

  audit(cold, AUDIT_EXPORTED, NO_ACCOUNT, id);
  walk(cold.journal as Journal, function (type, payload, offset) {
    if (isBackedUp(type) && keepRecord(cold.state, type, payload, offset)) put(type, payload);
  });
  put(R_SETTINGS, cborEncode([cold.state.phones, null]));
  for (let account = 0; account < cold.state.accountCount; account++) {
    const it = openOf(cold, requireAccount(cold, account));
    put(BACKUP_KIND_COUNTERS, cborEncode([account, it.lastId, it.vCounter]));
  }
  for (let group = cold.state.archiveFirst; group < cold.state.archiveCount; group++) {
    put(BACKUP_KIND_GROUP, concatBytes([u32Bytes(group), readGroup(cold.hal.flash, group)]));
  }
  put(BACKUP_KIND_END, u32Bytes(n));
  wipe(key);
}

export function runBackup(cold: Cold): void {
  withSeed(cold, function (seed) {
    printBackup(cold, seed);
    printOk(cold.terminal);
  });
}
