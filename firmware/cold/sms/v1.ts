/**
 * The published app's text protocol (SPEC.md 9), for accounts that allow it. Its weaknesses are its own: nothing in it
 * proves the sender of a QH: an attacker who spoofs V's number can install a key. An account refuses it by its
 * protocols; then its texts are not looked at. Texts count only from the account's registered phones and are replied to
 * at the first of them. Leaves to others: requests signed under a channel (v1-request.ts).
 */
import { pubkeyCreate, ecdsaSignRecoverable, drbgGenerate, sha256, base64Encode } from '../../crypto/index';
import type { Cold } from '../cold';
import { isClosed, PROTO_BIT_V1, type Account, type V1Channel } from '../state/state';
import { letGoAccount, requireAccount } from '../state/accounts';
import { post } from '../alarms/notices';
import { v1FormatAccept, v1FormatAddresses, v1ParseToCold, type V1Verify } from '../../../protocol/sms/v1';
import { u32Bytes } from '../../../protocol/bytes';
import { hexOf, bytesOfHex } from '../../console/hex';
import { openOf } from '../state/channels';
import { AUDIT_CHANNEL } from '../../journal/audit-codes';
import { audit } from '../state/store';
import { putV1Channels, v1ChannelOf, promoteV1Channel } from './v1-channels';
import { schedule, scheduleOnce } from '../scheduler';
import { v1HashOf } from '../batches/cache';
import { wantBatch } from '../batches/queue';
import { batchKey } from '../batches/batch';

/** Coin that the board signs for; a request that names another is not covered by what V signed. */
export const COIN = 'BTC';

/** First byte of a signature: 31 and its recovery id. */
export const HEADER_FIRST = 31;

/** The open account that takes texts from this phone. */
function accountFor(cold: Cold, from: string): Account | undefined {
  for (let n = 0; n < cold.state.accountCount; n++) {
    if (isClosed(cold.state, n)) continue;
    const account = requireAccount(cold, n);
    if (account.protos & PROTO_BIT_V1 && account.vPhones.indexOf(from) >= 0) return account;
  }
  return undefined;
}

/** Sends to the account's first phone. Writing the text down needs the room that the account held. */
function sendToPhone(cold: Cold, n: number, text: string): void {
  const phone = requireAccount(cold, n).vPhones[0];
  letGoAccount(cold);
  post(cold, phone, text, true);
}

function offerText(channel: V1Channel): string {
  return v1FormatAccept({ qc: hexOf(pubkeyCreate(channel[3])).toUpperCase(), cId: channel[0], hId: channel[1] });
}

/** Makes a channel and writes it down as the one offered; returns the text that says so. */
function offer(cold: Cold, n: number, v: Uint8Array, hId: number): string {
  const account = requireAccount(cold, n);
  const it = openOf(cold, account);
  const cId = it.lastId + 1;
  const channel: V1Channel = [cId, hId, v, drbgGenerate(cold.drbg!, 32)];
  const text = offerText(channel);
  it.lastId = cId;
  audit(cold, AUDIT_CHANNEL, n, u32Bytes(cId));
  putV1Channels(cold, account, v1ChannelOf(cold, account, 0), channel);
  return text;
}

/** Makes a channel and offers it, in steps; locking the board meanwhile ends it. */
function makeOffer(cold: Cold, n: number, v: Uint8Array, hId: number, ack: () => void): void {
  const keys = cold.keys;
  let text = '';
  schedule(cold, {
    isIdle: false,
    step: function () {
      if (cold.keys === keys && !text) {
        text = offer(cold, n, v, hId);
        return true;
      }
      if (text) sendToPhone(cold, n, text);
      ack();
      return false;
    },
    failed: ack,
  });
}

/** Takes a QH: sends the same offer again, or makes another one. */
function acceptOpen(cold: Cold, account: Account, qh: string, hId: number, ack: () => void): void {
  const offered = v1ChannelOf(cold, account, 1);
  const v = bytesOfHex(qh) as Uint8Array;
  if (!offered || offered[1] !== hId || hexOf(offered[2]) !== hexOf(v)) return makeOffer(cold, account.n, v, hId, ack);
  sendToPhone(cold, account.n, offerText(offered));
  ack();
}

/** The channel that lists are signed under. */
function signingChannel(cold: Cold, n: number): V1Channel | undefined {
  const account = requireAccount(cold, n);
  return v1ChannelOf(cold, account, 0) || v1ChannelOf(cold, account, 1);
}

/** The text that gives V the signature of a list. first: the first SHA-256 of the list as a signed message. */
function listText(cold: Cold, n: number, m: V1Verify, first: Uint8Array): string {
  const channel = signingChannel(cold, n) as V1Channel;
  const signed = ecdsaSignRecoverable(sha256(first), channel[3]);
  const bytes = new Uint8Array(65);
  bytes[0] = HEADER_FIRST + signed.recid;
  bytes.set(signed.sig, 1);
  return v1FormatAddresses({
    side: m.side,
    batchNo: m.batchNo,
    signature: base64Encode(bytes),
    cId: channel[0],
    coin: m.coin,
  });
}

/** Sends in a task of its own: writing the text down needs the room that a signature gives back. */
function sendLater(cold: Cold, n: number, text: string): void {
  scheduleOnce(cold, function () {
    sendToPhone(cold, n, text);
  });
}

/**
 * Sends the signature of the list, once the list is derived; the app asks once, so a list that is not ready is replied
 * to when it is.
 */
function replyVerify(cold: Cold, n: number, m: V1Verify): void {
  const keys = cold.keys;
  if (!signingChannel(cold, n) || (m.coin !== undefined && m.coin !== COIN)) return;
  const first = v1HashOf(cold, n, m.side, m.batchNo);
  if (!first) {
    wantBatch(cold, batchKey(n, m.side, m.batchNo), true, function () {
      if (cold.keys === keys && !isClosed(cold.state, n)) replyVerify(cold, n, m);
    });
    return;
  }
  scheduleOnce(cold, function () {
    if (cold.keys === keys) sendLater(cold, n, listText(cold, n, m, first));
  });
}

/** Takes a text; false when it is none of the protocol's, or from nobody's phone. */
export function receiveV1Text(cold: Cold, from: string, text: string, ack: () => void): boolean {
  const account = accountFor(cold, from);
  const m = account && v1ParseToCold(text);
  if (!m || !account) return false;
  if (m.open) {
    acceptOpen(cold, account, m.open.qh, m.open.hId, ack);
    return true;
  }
  const offered = v1ChannelOf(cold, account, 1);
  if (m.channelOk && offered && offered[0] === m.channelOk) promoteV1Channel(cold, account);
  if (m.verify) replyVerify(cold, account.n, m.verify);
  ack();
  return true;
}
