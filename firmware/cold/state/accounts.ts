/**
 * Accounts as they are read from flash when they are at work. One is in memory at a time: what a task brought in is
 * overwritten and let go of at its end (scheduler.ts). Nothing that outlives a task may hold an account; it holds the
 * account's number and asks again. Leaves to others: channels (channels.ts), keys (secrets/account-keys.ts).
 */
import type { Cold } from '../cold';
import { wipeOpen } from './channels';
import { accountRecordAt, isClosed, type Account } from './state';
import { applyFields } from './records';
import { cborDecode } from '../../../protocol/cbor';
import { readRecord } from '../../journal/journal';
import type { CborValue } from '../../../protocol/cbor/types';
import { R_ACCOUNT, R_STANDING, R_ALARM } from '../../journal/records';
import { NO_BYTES } from '../../crypto/bytes';
import { fail } from '../../../protocol/errors';
import { refusal } from '../link/refusal';
import {
  REFUSE_NOT_PROVISIONED,
  REFUSE_LOCKED,
  REFUSE_NO_ACCOUNT,
  REFUSE_ACCOUNT_CLOSED,
} from '../../../protocol/wire';

/** Overwrites the secrets of the account at work and lets go of it. Called at the end of every step. */
export function letGoAccount(cold: Cold): void {
  const account = cold.state.account;
  cold.state.account = undefined;
  if (account && account.open) wipeOpen(account.open);
}

/** Reads one of the account's records into it, if there is one. */
function readInto(cold: Cold, account: Account, type: number): void {
  const at = accountRecordAt(cold.state, type, account.n);
  if (at) applyFields(account, type, cborDecode(readRecord(cold.journal!, at)) as CborValue[]);
}

/** The account, or undefined. It is the one at work from now on: do not keep it beyond the step. */
export function accountOf(cold: Cold, n: number): Account | undefined {
  const state = cold.state;
  if (state.account && state.account.n === n) return state.account;
  if (!(n >= 0 && n < state.accountCount) || !accountRecordAt(state, R_ACCOUNT, n)) return undefined;
  letGoAccount(cold);
  // R_ACCOUNT gives the other fields.
  const account = {
    n: n,
    closed: '',
    refusalTimes: NO_BYTES,
    toldSeconds: 0,
    alarm: '',
    alarmAck: 0,
    alarmSent: 0,
  } as Account;
  readInto(cold, account, R_ACCOUNT);
  readInto(cold, account, R_STANDING);
  readInto(cold, account, R_ALARM);
  state.account = account;
  return account;
}

/**
 * An account that must be there: the number came from a request that named it, or from the board itself. Throws
 * `no-account`.
 */
export function requireAccount(cold: Cold, n: number): Account {
  const account = accountOf(cold, n);
  if (!account) throw fail('no-account', 'there is no such account');
  return account;
}

/** Refuses every request that needs keys while there are none: comes before a request is looked into. */
export function requireReady(cold: Cold): void {
  if (!cold.state.isProvisioned) throw refusal(REFUSE_NOT_PROVISIONED, 'not-provisioned');
  if (!cold.keys || cold.state.isRestoring) throw refusal(REFUSE_LOCKED, 'locked');
}

/** The open account of a request to a board that is ready, or a refusal. */
export function requireOpenAccount(cold: Cold, n: number): Account {
  const account = accountOf(cold, n);
  if (!account) throw refusal(REFUSE_NO_ACCOUNT, 'no-account');
  if (isClosed(cold.state, n)) throw refusal(REFUSE_ACCOUNT_CLOSED, 'account-closed');
  return account;
}
