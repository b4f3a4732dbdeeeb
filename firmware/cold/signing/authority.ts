/**
 * Is a request V's? Its outs text is hashed as it comes, in whatever pieces; the verdict falls once, over the whole
 * text: V's HMAC (protocol/request/authority.ts) or the published app's signature. A wrong one closes the account,
 * durably, before anything is replied. isForged() decides it of V's HMAC, endV1Check() (sms/v1-request.ts) of the
 * published app's; requireAuthority() throws what closes. Spec: SPEC.md 5.2.
 */
import { wipe, constantTimeEqual, sha256For, sha256Update, sha256Final, sha256 } from '../../crypto/index';
import type { Cold } from '../cold';
import { PROTO_BIT_V1, PROTO_BIT_V2, type Account } from '../state/state';
import { channelKey, type Channel } from '../../../protocol/channel/channel';
import { openOf, promoteChannel } from '../state/channels';
import { textBytes } from '../../crypto/bytes';
import type { AuthorityCheck } from './signing';
import { PROTO_V1, REFUSE_PROTO_OFF, REFUSE_NO_CHANNEL } from '../../../protocol/wire';
import { countedRefusal, forgedRefusal } from '../link/refusal';
import { v1RequestFrame, stepV1Check, startV1Check, endV1Check } from '../sms/v1-request';
import { v1PayloadHead } from '../../../protocol/sms/v1';
import { requireAccount } from '../state/accounts';
import type { SignBegin, Ping } from '../../../protocol/link/messages';
import { sendAuthority } from '../../../protocol/request/authority';

/** The channel of this id: the one in use, or the one given out last. */
function channelOf(cold: Cold, account: Account, id: number): Channel | undefined {
  const it = openOf(cold, account);
  if (it.channel && it.channel.id === id) return it.channel;
  return it.next && it.next.id === id ? it.next : undefined;
}

/** Begins to verify a request. textLen: characters of its outs text. Throws the refusal `proto-off`. */
export function startAuthority(cold: Cold, account: Account, m: SignBegin | Ping, textLen: number): AuthorityCheck {
  if (!(account.protos & (m.proto === PROTO_V1 ? PROTO_BIT_V1 : PROTO_BIT_V2)))
    throw countedRefusal(account.n, REFUSE_PROTO_OFF, 'proto-off');
  const check: AuthorityCheck = { account: account.n, m: m, left: textLen, outs: sha256For(textLen + 1) };
  if (m.proto === PROTO_V1) {
    const frame = v1RequestFrame(m);
    const payloadBytes = frame[0].length + textLen + frame[1].length;
    const head = v1PayloadHead(payloadBytes);
    check.mac = sha256For(head.length + payloadBytes);
    sha256Update(check.mac, head);
    sha256Update(check.mac, textBytes(frame[0]));
  }
  return check;
}

/** Takes the next piece of the text, at most `left` characters. */
export function feedAuthority(check: AuthorityCheck, text: string): void {
  const bytes = textBytes(text);
  sha256Update(check.outs!, bytes);
  if (check.mac) sha256Update(check.mac, bytes);
  check.left -= bytes.length;
}

/**
 * What stands for outs and dynamic, which must not change under their user_tx_no: sendContent(). Once it is through.
 */
export function contentDigest(check: AuthorityCheck): Uint8Array {
  if (!check.content) {
    sha256Update(check.outs!, new Uint8Array([check.m.dynamic]));
    check.content = sha256Final(check.outs!);
  }
  check.outs = undefined;
  return check.content;
}

/** Releases what a check that is over held: what follows may need the room. */
export function dropAuthority(check: AuthorityCheck): void {
  check.v1 = check.mac = check.outs = undefined;
}

/**
 * A step of verifying the published app's signature, once the whole text came; true while there is more. V's own HMAC
 * needs none.
 */
export function stepAuthority(cold: Cold, check: AuthorityCheck): boolean {
  const m = check.m;
  if (check.v1) return stepV1Check(check.v1);
  if (m.proto !== PROTO_V1 || !check.mac) return false;
  contentDigest(check);
  sha256Update(check.mac, textBytes(v1RequestFrame(m)[1]));
  check.v1 = startV1Check(cold, m, check.account, sha256(sha256Final(check.mac)));
  check.mac = undefined;
  return check.v1 !== undefined;
}

/**
 * **Decides a forged request**: does the authority that came with it differ from V's HMAC over the whole request?
 * check: once the whole text came.
 */
function isForged(cold: Cold, account: Account, channel: Channel, check: AuthorityCheck): boolean {
  const m = check.m;
  const key = channelKey(cold.crypto, channel, 'request', 32);
  const request = {
    network: account.network,
    account: account.n,
    channelId: channel.id,
    userTxNo: m.userTxNo,
    maxFeeSats: m.maxFeeSats,
  };
  const expected = sendAuthority(cold.crypto, key, request, contentDigest(check));
  wipe(key);
  return !constantTimeEqual(expected, m.authority);
}

/** The refusal of a request under a channel that is over. */
export function overRefusal(check: AuthorityCheck): Error {
  return countedRefusal(check.account, REFUSE_NO_CHANNEL, 'no-channel');
}

/**
 * Throws what closes the account when V's authority does not hold. Call it once stepAuthority has no step left, with
 * little else in memory. Returns whether the channel is over. The authority then counts for nothing: the request is
 * refused (overRefusal), unless something was signed under its user_tx_no. Then it gets what was given before, the same
 * transaction's signatures, or nothing (checks.ts).
 */
export function requireAuthority(cold: Cold, check: AuthorityCheck): boolean {
  const m = check.m;
  const account = requireAccount(cold, check.account);
  let verdict = check.v1 ? endV1Check(cold, account, check.v1) : 'no-channel';
  check.v1 = undefined;
  const channel = m.proto === PROTO_V1 ? undefined : channelOf(cold, account, m.channelId);
  if (channel) {
    verdict = isForged(cold, account, channel, check) ? 'forged' : '';
    if (!verdict && channel === openOf(cold, account).next) promoteChannel(cold, account);
  }
  if (!verdict) return false;
  if (verdict !== 'no-channel') throw forgedRefusal(account.n);
  return true;
}
