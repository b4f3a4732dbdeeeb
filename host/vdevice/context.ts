// What every part of V shares, and the two ways in which V speaks to people: events and SMS to its admins.

import type { ProtocolCrypto } from '../../protocol/crypto';
import type { Log } from '../kit/log';
import type { Runtime } from '../kit/runtime';
import type { HttpClient, VtestInfo } from '../v1';
import type { LocalTime } from './loops/local-time';
import type { PoliciesInForce } from './policy/in-force';
import type { LimitClock } from './policy/limit-clock';
import type { State } from './state';
import type { AccountPublic, VModem, VPolicy } from './types';

export interface VContext {
  runtime: Runtime;
  crypto: ProtocolCrypto;
  state: State;
  modem: VModem;
  website: HttpClient;
  api: HttpClient;
  account: AccountPublic;
  identityPriv: Uint8Array;
  password: string;
  policy: VPolicy;
  /** The policy and what holds beside it. */
  policies: PoliciesInForce;
  /** By which limits move. */
  clock: LimitClock;
  time: LocalTime;
  /**
   * Time for pauses, ms since 1970 as the wall clock had it at V's start, from then on by a clock that never goes back.
   */
  steadyMs(): number;
  hsmPhones: string[];
  adminPhones: string[];
  pollMs: number;
  /**
   * The last withdrawals that were decrypted, by id: one that waits is looked at again at every poll, and the key costs
   * 50 ms.
   */
  decrypted: Map<string, { infoHash: string; info: VtestInfo }>;
  log: Log;
  /** Plain text SMS to every admin. Texts of the published app are given word for word. */
  tellAdmins(text: string): void;
  /** Counts and sends an SMS. */
  sendText(to: string, text: string): void;
  sendData(to: string, data: Uint8Array): void;
}

/** Digits only: `+` and `00` of the international form do not matter. Anything else in a number makes it nobody's. */
export function phoneKey(number: string): string | null {
  const digits = number.replace(/[ ()-]/g, '').replace(/^(\+|00)/, '');
  return /^[0-9]{3,20}$/.test(digits) ? digits : null;
}

/** True when `number` is one of `known`, whole: never a part of it. */
export function isOneOf(number: string, known: readonly string[]): boolean {
  const key = phoneKey(number);
  return key !== null && known.some((item) => phoneKey(item) === key);
}
