/**
 * HSM-Cold's durable state as it is held in memory, rebuilt from the journal at boot. Accounts stay on flash: of each,
 * memory holds where its records are and two bits; the one that is at work is read when it is asked for (accounts.ts).
 * So eight cost what one does. Leaves to others: applying records (records.ts), writing them (store.ts).
 */
import type { Channel } from '../../../protocol/channel/channel';
import type { Network } from '../../crypto/wallet/address';
import type { Policy } from '../signing/policy';
import { ACCOUNT_TYPES, ACCOUNT_TYPES_COUNT } from '../../journal/records';

/** Scripts of an account's own addresses. */
export type ScriptType = 'p2pkh' | 'p2wpkh';

export const MAX_ACCOUNTS = 8;

/** Bits of Account.protos: protocol versions that it may use (PROTO_V1 and PROTO_V2 of protocol/wire). */
export const PROTO_BIT_V1 = 1;

export const PROTO_BIT_V2 = 2;

/** A channel of the published app's text protocol (sms/v1-channels.ts): [c_id, h_id, qh 33, dc 32]. Secret: dc. */
export type V1Channel = [number, number, Uint8Array, Uint8Array];

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
  /** Channels of the text protocol: the one in use, the one offered. */
  v1: (V1Channel | null)[] | null | undefined;
}

/** An account as it is while it is at work. */
export interface Account {
  n: number;
  name: string;
  network: Network;
  script: ScriptType;
  vIdentity: Uint8Array;
  identity: Uint8Array;
  vPhones: string[];
  adminPhones: string[];
  payout: string;
  policy: Policy;
  protos: number;
  /** Empty while open, else why it was closed. */
  closed: string;
  /** When the last refusals were, oldest first: seconds since 1970, four bytes each (closing.ts). */
  refusalTimes: Uint8Array;
  /** When its admins were last notified of a day's sum: seconds since 1970, 0: never (alarms/day-sum.ts). */
  toldSeconds: number;
  /** Unread alarm: what, the code that acknowledges it, times sent. */
  alarm: string;
  alarmAck: number;
  alarmSent: number;
  /** Its channels, once asked for (channels.ts). Secret. */
  open?: OpenAccount;
}

export interface ColdState {
  isProvisioned: boolean;
  fingerprint: Uint8Array;
  bootCount: number;
  /** Seconds since 1970 below which the clock never goes. */
  floorSeconds: number;
  pinFailures: number;
  /** Link key as stored, undefined before pairing with HSM-Hot. */
  linkKey?: Uint8Array;
  /** Phones of the platform's admins. */
  phones: string[];
  isUnattended: boolean;
  /** Accounts are numbered from 0 in the order in which they came. */
  accountCount: number;
  /** Bits by account: closed; with an alarm that nobody acknowledged. An account is closed by either. */
  closedBits: number;
  alarmBits: number;
  /** The account at work. */
  account?: Account;
  /** A fourth of the offset of an account's latest record of a type, 0: none. ACCOUNT_TYPES_COUNT for each account. */
  places: Uint16Array;
  /** Offsets of the latest record by type and key, of the others. */
  at: { [key: string]: number };
  paymentSerial: number;
  /** Payments up to this serial are in an archive. */
  archivedSerial: number;
  /** The oldest live group of archives, and how many were ever written. */
  archiveFirst: number;
  archiveCount: number;
  auditCount: number;
  auditHead: Uint8Array;
  /** Seconds since 1970 of the last heartbeat. */
  heartbeatSeconds: number;
  /** A state backup was being read in and was not finished. */
  isRestoring: boolean;
}

export function makeState(): ColdState {
  return {
    isProvisioned: false,
    fingerprint: new Uint8Array(4),
    bootCount: 0,
    floorSeconds: 0,
    pinFailures: 0,
    phones: [],
    isUnattended: false,
    accountCount: 0,
    closedBits: 0,
    alarmBits: 0,
    account: undefined,
    places: new Uint16Array(MAX_ACCOUNTS * ACCOUNT_TYPES_COUNT),
    at: {},
    paymentSerial: 0,
    archivedSerial: 0,
    archiveFirst: 0,
    archiveCount: 0,
    auditCount: 0,
    auditHead: new Uint8Array(32),
    heartbeatSeconds: 0,
    isRestoring: false,
  };
}

/** Place of a record in `places`, -1 when its type is none of an account's. */
export function placeIndex(type: number, n: number): number {
  const place = ACCOUNT_TYPES.indexOf(String.fromCharCode(type));
  return n >= MAX_ACCOUNTS || place < 0 ? -1 : n * ACCOUNT_TYPES_COUNT + place;
}

/** Offset of an account's latest record of a type; 0: there is none. */
export function accountRecordAt(state: ColdState, type: number, n: number): number {
  return state.places[placeIndex(type, n)] * 4;
}

/** Closed, or about to be: an alarm is durable before the account's standing is. */
export function isClosed(state: ColdState, n: number): boolean {
  return (((state.closedBits | state.alarmBits) >> n) & 1) === 1;
}

export function isAlarmed(state: ColdState, n: number): boolean {
  return ((state.alarmBits >> n) & 1) === 1;
}
