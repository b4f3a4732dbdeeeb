/**
 * The published app's text protocol (SPEC.md 9), for accounts that allow it. Its weaknesses are its own: nothing in it
 * proves who sent a QH, so whoever can spoof V's number can install a key. An account refuses it by its protocols (bit
 * 1); then not even its texts are looked at. Texts count only from the account's registered phones and are answered to
 * the phone they name. A channel: HSM-Cold's number (never used again, shared with v2's), V's number and key, own
 * private key; one in use and one offered. CHANNEL_OK or the first request that verifies under the offered one puts it
 * in use.
 */
import { copyBytes } from '../../crypto/bytes';
import {
  base64Encode,
  drbgGenerate,
  ecdsaSignRecoverable,
  pubkeyCreate,
  sha256,
  verifyStart,
  verifyStep,
  wipe,
} from '../../crypto/index';
import type { Verification } from '../../crypto/sign/ecdsa';
import { bytesOfHex, hexOf } from '../../console/hex';
import {
  v1FormatAccept,
  v1FormatAddresses,
  v1ParseToCold,
  v1RequestText,
  type V1Verify,
} from '../../../protocol/sms/v1';
import type { Ping, SignBegin } from '../../../protocol/link/messages';
import { v1HashOf, wantBatch } from '../batches/batches';
import { post } from '../alarms/closing';
import type { Cold } from '../cold';
import { openOf, saveChannels, requireAccount } from '../state/account-store';
import { PROTO_BIT_V1, isClosed, type Account } from '../state/state';
import { AUDIT_CHANNEL, audit } from '../state/store';
import { schedule, scheduleOnce } from '../scheduler';

/** Coin that the board signs for; a request that names another is not covered by what V signed. */
const COIN = 'BTC';
const OUTS_FIELD = '"outs":"';
const HEADER_FIRST = 31;
const HEADER_LAST = 34;

/** [c_id, h_id, qh 33, dc 32 secret] */
type V1Channel = [number, number, Uint8Array, Uint8Array];

/**
 * A request's signature being verified under the key of channel `cId`; no verification where its form is wrong, or when
 * it is over.
 */
export interface V1Check {
  cId: number;
  verification?: Verification;
  isValid: boolean;
}

/** Channel in use (0) or offered (1). */
function channelOf(cold: Cold, account: Account, place: number): V1Channel | undefined {
  const v1 = openOf(cold, account).v1;
  return v1 && v1[place] ? v1[place] : undefined;
}

function put(cold: Cold, account: Account, inUse: V1Channel | undefined, offered: V1Channel | undefined): void {
  openOf(cold, account).v1 = [inUse || null, offered || null];
  saveChannels(cold, account);
}

function promote(cold: Cold, account: Account): void {
  const old = channelOf(cold, account, 0);
  put(cold, account, channelOf(cold, account, 1), undefined);
  if (old) wipe(old[3]);
}

/** The open account that takes texts from this phone. */
function accountFor(cold: Cold, from: string): Account | undefined {
  for (let n = 0; n < cold.state.accountCount; n++) {
    if (isClosed(cold.state, n)) continue;
    const account = requireAccount(cold, n);
    if (account.protos & PROTO_BIT_V1 && account.vPhones.indexOf(from) >= 0) return account;
  }
  return undefined;
}

function answer(cold: Cold, account: Account, text: string): void {
  post(cold, account.vPhones[0], text, true);
}

function offerText(channel: V1Channel): string {
  return v1FormatAccept({ qc: hexOf(pubkeyCreate(channel[3])).toUpperCase(), cId: channel[0], hId: channel[1] });
}

function offer(cold: Cold, n: number, v: Uint8Array, hId: number): void {
  const account = requireAccount(cold, n);
  const it = openOf(cold, account);
  const cId = it.lastId + 1;
  const channel: V1Channel = [cId, hId, v, drbgGenerate(cold.drbg, 32)];
  const text = offerText(channel);
  it.lastId = cId;
  audit(cold, AUDIT_CHANNEL, n, new Uint8Array([cId >>> 24, cId >>> 16, cId >>> 8, cId]));
  put(cold, account, channelOf(cold, account, 0), channel);
  answer(cold, account, text);
}

function open(cold: Cold, account: Account, qh: string, hId: number, ack: () => void): void {
  const n = account.n;
  const keys = cold.keys;
  const offered = channelOf(cold, account, 1);
  const v = bytesOfHex(qh) as Uint8Array;
  if (offered && offered[1] === hId && hexOf(offered[2]) === hexOf(v)) {
    answer(cold, account, offerText(offered));
    return ack();
  }
  schedule(cold, {
    isIdle: false,
    step: function () {
      if (cold.keys === keys) offer(cold, n, v, hId);
      ack();
      return false;
    },
    failed: ack,
  });
}

/**
 * Answers with the signature of the list, when it is derived; the app asks once, so a list that is not ready is
 * answered when it is.
 */
function verify(cold: Cold, n: number, m: V1Verify): void {
  const keys = cold.keys;
  const account = requireAccount(cold, n);
  if ((!channelOf(cold, account, 0) && !channelOf(cold, account, 1)) || (m.coin !== undefined && m.coin !== COIN))
    return;
  const first = v1HashOf(cold, n, m.side, m.batchNo);
  if (!first) {
    wantBatch(cold, n, m.side, m.batchNo, true, function () {
      if (cold.keys === keys && !isClosed(cold.state, n)) verify(cold, n, m);
    });
    return;
  }
  scheduleOnce(cold, function () {
    if (cold.keys !== keys) return;
    const it = requireAccount(cold, n);
    const channel = (channelOf(cold, it, 0) || channelOf(cold, it, 1)) as V1Channel;
    const signed = ecdsaSignRecoverable(sha256(first), channel[3]);
    const bytes = new Uint8Array(65);
    bytes[0] = HEADER_FIRST + signed.recid;
    bytes.set(signed.sig, 1);
    const text = v1FormatAddresses({
      side: m.side,
      batchNo: m.batchNo,
      signature: base64Encode(bytes),
      cId: channel[0],
      coin: m.coin,
    });
    // Writing it down needs the room that the signature gives back.
    scheduleOnce(cold, function () {
      answer(cold, requireAccount(cold, n), text);
    });
  });
}

/** The signed text before and after the outs text. */
export function v1RequestFrame(m: SignBegin | Ping): string[] {
  const text = v1RequestText({ coinCode: COIN, dynamic: m.dynamic, outs: '', userTxNo: m.userTxNo });
  const at = text.indexOf(OUTS_FIELD) + OUTS_FIELD.length;
  return [text.substr(0, at), text.substr(at)];
}

/** Begins to look whether V's signature covers a request; undefined when there is no such channel. */
export function startV1Check(cold: Cold, m: SignBegin | Ping, n: number, hash32: Uint8Array): V1Check | undefined {
  const account = requireAccount(cold, n);
  let channel = channelOf(cold, account, 0);
  if (!channel || channel[0] !== m.channelId) channel = channelOf(cold, account, 1);
  if (!channel || channel[0] !== m.channelId) return undefined;
  const header = m.authority[0];
  const isFormed =
    m.authority.length === 65 && header >= HEADER_FIRST && header <= HEADER_LAST && !(m.authority[33] & 128);
  return {
    cId: m.channelId,
    verification: isFormed ? verifyStart(copyBytes(m.authority, 1, 65), hash32, channel[2]) : undefined,
    isValid: false,
  };
}

/**
 * The next slice of it; true while there is more. The verdict comes in a slice of its own, with the curve's room given
 * back.
 */
export function stepV1Check(check: V1Check): boolean {
  const verification = check.verification;
  if (!verification) return false;
  if (verifyStep(verification)) return true;
  check.isValid = verification.isValid === true;
  check.verification = undefined;
  return true;
}

/** The verdict when no slice is left: empty, `no-channel` (it is over by now), or `forged`. */
export function endV1Check(cold: Cold, account: Account, check: V1Check): string {
  const inUse = channelOf(cold, account, 0);
  const offered = channelOf(cold, account, 1);
  const isOffered = offered !== undefined && offered[0] === check.cId;
  if (!isOffered && !(inUse && inUse[0] === check.cId)) return 'no-channel';
  if (!check.isValid) return 'forged';
  if (isOffered) promote(cold, account);
  return '';
}

/** Takes a text; false when it is none of the protocol's, or from nobody's phone. */
export function takeV1Text(cold: Cold, from: string, text: string, ack: () => void): boolean {
  const account = accountFor(cold, from);
  const m = account && v1ParseToCold(text);
  if (!m || !account) return false;
  if (m.open) {
    open(cold, account, m.open.qh, m.open.hId, ack);
    return true;
  }
  const offered = channelOf(cold, account, 1);
  if (m.channelOk && offered && offered[0] === m.channelOk) promote(cold, account);
  if (m.verify) verify(cold, account.n, m.verify);
  ack();
  return true;
}
