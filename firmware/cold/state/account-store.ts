/**
 * Accounts as they are read from flash when they are at work. One is in memory at a time, and its channels and keys
 * only while a slice needs them: what a slice brought in is overwritten and let go of at its end (work.ts). Nothing
 * that outlives a slice may hold an account; it holds the account's number and asks again.
 * Sealed under the storage key, which is there while the board is unlocked: channels (R_CHANNEL), and the keys that
 * sign for hot coins and as HSM-Cold (R_SECRETS), so that neither is in memory at rest. A cold receiving key is nowhere
 * but in the seed.
 */
import { concatBytes, copyBytes } from '../../crypto/bytes';
import { open, seal, wipe } from '../../crypto/index';
import { cborDecode, cborEncode } from '../../../protocol/cbor';
import { fail } from '../../../protocol/errors';
import { wipeChannel, type Channel } from '../../../protocol/channel/channel';
import {
  REFUSE_ACCOUNT_CLOSED,
  REFUSE_LOCKED,
  REFUSE_NO_ACCOUNT,
  REFUSE_NOT_PROVISIONED,
} from '../../../protocol/wire';
import { readRecord } from '../../journal/journal';
import { R_ACCOUNT, R_ALARM, R_CHANNEL, R_KEYS, R_SECRETS, R_STANDING, writeU32 } from '../../journal/records';
import { accountNode, identityNode, wipeNode, type PrivNode } from '../secrets/hierarchy';
import type { Cold } from '../cold';
import { refusal } from '../signing/refusal';
import { accountRecordAt, isClosed, applyFields, type Account } from './state';
import { saveCbor } from './store';

const SEAL_TAG_BYTES = 16;
const NO_BYTES = new Uint8Array(0);
const SECRETS_BYTES = 96;
const IDENTITY_AT = 64;

/** An account's channels. Secret. */
export interface OpenAccount {
  /**
   * Key of the channel that the pairing makes (protocol/channel/channel.ts pairKey); empty until it is needed after a
   * restore.
   */
  gate: Uint8Array;
  /** Highest channel id given out, and V's highest opening counter. */
  lastId: number;
  vCounter: number;
  /** The channel in use, and the one given out that V has not used yet. */
  channel: Channel | undefined;
  next: Channel | undefined;
  /** Text-protocol channels: see sms-v1.ts. */
  v1: any;
}

function wipeOpen(it: OpenAccount): void {
  wipe(it.gate);
  if (it.channel) wipeChannel(it.channel);
  if (it.next) wipeChannel(it.next);
  for (let i = 0; it.v1 && i < it.v1.length; i++) if (it.v1[i]) wipe(it.v1[i][3]);
}

/** Overwrites the secrets of the account at work and lets go of it. Called at the end of every slice. */
export function letGoAccount(cold: Cold): void {
  const account = cold.state.account;
  cold.state.account = undefined;
  if (account && account.open) wipeOpen(account.open);
}

function takeRecord(cold: Cold, account: Account, type: number): void {
  const at = accountRecordAt(cold.state, type, account.n);
  if (at) applyFields(account, type, cborDecode(readRecord(cold.journal as any, at)));
}

/** The account, or undefined. It is the one at work from now on: do not keep it beyond the slice. */
export function accountOf(cold: Cold, n: number): Account | undefined {
  const state = cold.state;
  if (state.account && state.account.n === n) return state.account;
  if (!(n >= 0 && n < state.accountCount) || !accountRecordAt(state, R_ACCOUNT, n)) return undefined;
  letGoAccount(cold);
  const account = { n: n, closed: '', refusalTimes: NO_BYTES, alarm: '', alarmAck: 0, alarmSent: 0 } as any as Account;
  takeRecord(cold, account, R_ACCOUNT);
  takeRecord(cold, account, R_STANDING);
  takeRecord(cold, account, R_ALARM);
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

/** Seals under the storage key for the record that is appended next: nonce 4 | sealed. */
export function sealForNext(cold: Cold, plain: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(4);
  writeU32(nonce, 0, (cold.journal as any).seq);
  return concatBytes([nonce, seal((cold.keys as any).storage, nonce, NO_BYTES, plain, SEAL_TAG_BYTES)]);
}

/** Opens what sealForNext sealed. Throws `locked`, `crypto-tag`. Secret; the caller wipes it. */
export function openStored(cold: Cold, sealed: Uint8Array): Uint8Array {
  if (!cold.keys) throw fail('locked', 'unlock first');
  return open(cold.keys.storage, sealed.subarray(0, 4), NO_BYTES, sealed.subarray(4), SEAL_TAG_BYTES);
}

function openRecord(cold: Cold, type: number, n: number): Uint8Array | undefined {
  const at = accountRecordAt(cold.state, type, n);
  return at ? openStored(cold, (cborDecode(readRecord(cold.journal as any, at)) as any)[1]) : undefined;
}

function channelFields(channel: Channel | undefined): any {
  return channel
    ? [
        channel.id,
        channel.made,
        channel.key32,
        channel.own32,
        channel.other32,
        channel.sendSeq,
        channel.recvSeq,
        channel.recvSeen,
      ]
    : null;
}

function channelFrom(fields: any): Channel | undefined {
  if (!fields) return undefined;
  return {
    id: fields[0],
    made: fields[1],
    key32: fields[2],
    own32: fields[3],
    other32: fields[4],
    sendSeq: fields[5],
    recvSeq: fields[6],
    recvSeen: fields[7],
  };
}

/** The account's channels, read when they are first asked for. Throws `locked`. */
export function openOf(cold: Cold, account: Account): OpenAccount {
  if (account.open) return account.open;
  const plain = openRecord(cold, R_CHANNEL, account.n);
  const fields = plain ? (cborDecode(plain) as any) : [new Uint8Array(0), 0, 0, null, null, null];
  if (plain) wipe(plain);
  account.open = {
    gate: fields[0],
    lastId: fields[1],
    vCounter: fields[2],
    channel: channelFrom(fields[3]),
    next: channelFrom(fields[4]),
    v1: fields[5],
  };
  return account.open;
}

/** Writes an account's channels, sealed. Called before anything is sent under a number that they count. */
export function saveChannels(cold: Cold, account: Account): void {
  const it = account.open as OpenAccount;
  const plain = cborEncode([
    it.gate,
    it.lastId,
    it.vCounter,
    channelFields(it.channel),
    channelFields(it.next),
    it.v1 || null,
  ]);
  saveCbor(cold, R_CHANNEL, [account.n, sealForNext(cold, plain)]);
  wipe(plain);
}

/**
 * Derives an account's keys from the seed and writes them down, sealed, unless they are there. seed64 is the caller's
 * to wipe.
 */
export function saveSecrets(cold: Cold, account: Account, seed64: Uint8Array): void {
  if (accountRecordAt(cold.state, R_SECRETS, account.n)) return;
  const plain = new Uint8Array(SECRETS_BYTES);
  const hot = accountNode(seed64, account.script, account.network, account.n, 1);
  plain.set(hot.key);
  plain.set(hot.chain, 32);
  wipeNode(hot);
  const identity = identityNode(seed64, account.n);
  plain.set(identity.key, IDENTITY_AT);
  wipeNode(identity);
  saveCbor(cold, R_SECRETS, [account.n, sealForNext(cold, plain)]);
  wipe(plain);
}

function secretsOf(cold: Cold, n: number): Uint8Array {
  const plain = openRecord(cold, R_SECRETS, n);
  if (!plain) throw fail('no-account', 'the account has no keys');
  return plain;
}

/** m/p'/c'/(2a+1)': hot sending. Secret, the caller wipes it (wipeNode). Throws `locked`. */
export function hotNode(cold: Cold, n: number): PrivNode {
  const plain = secretsOf(cold, n);
  const node = { key: copyBytes(plain, 0, 32), chain: copyBytes(plain, 32, IDENTITY_AT) };
  wipe(plain);
  return node;
}

/** HSM-Cold's identity key for the account. Secret, the caller wipes it. Throws `locked`. */
export function identityPriv(cold: Cold, n: number): Uint8Array {
  const plain = secretsOf(cold, n);
  const priv = copyBytes(plain, IDENTITY_AT, SECRETS_BYTES);
  wipe(plain);
  return priv;
}

/** Public keys of an account, as secrets/hierarchy.ts lays them out. */
export function accountKeys(cold: Cold, n: number): Uint8Array {
  return readRecord(cold.journal as any, accountRecordAt(cold.state, R_KEYS, n));
}
