// A backup file: the accounts' public files, the audit log, and the board's state (accounts, limits used, everything
// ever paid) in lines that only the seed opens. The secret part of a backup is the paper with the words; `checkWords`
// tells whether a paper belongs to the board.
import { HDKey } from '@scure/bip32';
import { mnemonicToSeedSync } from '@scure/bip39';
import { fail } from '../../protocol/errors';
import { readJson } from '../../host/kit/json-file';
import type { AccountFile } from '../../host/api/types';
import { backup as readState, readLog, showAccount, verifyShown, type ConsoleClient } from '../../host/operator';

const BACKUP_VERSION = 1;

export interface Backup {
  version: number;
  made_at: string;
  board: { board: string; commit: string; interpreter: string };
  accounts: AccountFile[];
  audit: string[];
  /** Sealed lines; they go back with `state` at the console. */
  state: string[];
}

/** Reads all of it from an unlocked board. */
export async function makeBackup(
  client: ConsoleClient,
  board: Backup['board'],
  pin: string,
  nowMs: number,
): Promise<Backup> {
  const count = (await client.run('account list')).length;
  const accounts: AccountFile[] = [];
  for (let n = 0; n < count; n++) accounts.push(await showAccount(client, n));
  const state = (await readState(client, pin)).split('\n').filter((line) => line !== '');
  const audit = await readLog(client);
  const verdict = verifyShown(audit);
  if (!verdict.ok)
    throw fail(
      'audit-broken',
      `the board's audit log does not hold (${verdict.faults[0]}): keep the board as it is and find out why`,
    );
  return { version: BACKUP_VERSION, made_at: new Date(nowMs).toISOString(), board, accounts, audit, state };
}

/** Reads a backup file. Throws code `backup-file`. */
export function readBackup(file: string): Backup {
  const json = readJson(file, 'backup-file') as Partial<Backup>;
  const isRight =
    json?.version === BACKUP_VERSION &&
    Array.isArray(json.state) &&
    json.state.every((line) => /^[A-Za-z0-9+/=]+$/.test(String(line))) &&
    Array.isArray(json.accounts) &&
    json.accounts.every((each) => typeof each?.cold?.xpub === 'string' && typeof each.identity === 'string');
  if (!isRight)
    throw fail('backup-file', `${file} is no backup of this tool: expected version ${BACKUP_VERSION} with accounts`);
  return json as Backup;
}

/** True when the words make the master key that the board's fingerprint names. words: secret, 24 of them. */
export function checkWords(words: string[], fingerprint: string): boolean {
  const seed = mnemonicToSeedSync(words.join(' '));
  const made = HDKey.fromMasterSeed(seed).fingerprint.toString(16).padStart(8, '0');
  seed.fill(0);
  return made === fingerprint;
}
