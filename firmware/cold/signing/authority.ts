/**
 * Does V vouch for a request? Its outs text is hashed as it comes, in whatever pieces, under the channel that the
 * request names; the verdict is given once, over the whole text: V's HMAC (protocol/authority.ts) or the published
 * app's signature (sms-v1.ts). A wrong one closes the account, durably, before anything is answered.
 */
import { concatBytes, textBytes } from '../../crypto/bytes';
import { constantTimeEqual, sha256, sha256Final, sha256For, sha256Update, wipe } from '../../crypto/index';
import { sendAuthorityHead } from '../../../protocol/request/authority';
import { channelKey, wipeChannel, type Channel } from '../../../protocol/channel/channel';
import type { Ping, SignBegin } from '../../../protocol/link/messages';
import { v1PayloadHead } from '../../../protocol/sms/v1';
import { PROTO_V1, REFUSE_NO_CHANNEL, REFUSE_PROTO_OFF } from '../../../protocol/wire';
import type { Cold } from '../cold';
import { countedRefusal, forged } from './refusal';
import { openOf, saveChannels, requireAccount } from '../state/account-store';
import { endV1Check, startV1Check, stepV1Check, v1RequestFrame, type V1Check } from '../sms/sms-v1';
import type { Account } from '../state/state';

const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
const BLOCK_BYTES = 64;

/** A request being vouched for. Secret: nothing; the channel's key is derived again at the end. */
export interface AuthorityCheck {
  /** Its number. */
  account: number;
  m: SignBegin | Ping;
  /** Characters of the text still to come. */
  left: number;
  /** SHA-256 of the text as it comes, and once the whole text is through what came out. */
  outs: any;
  content?: Uint8Array;
  /** The text under V's key, or in the published app's message; absent when there is no such channel. */
  mac?: any;
  /** The published app's signature being verified, once its message is whole. */
  check?: V1Check;
}

/** V uses the channel that was given out last: the one before it ends. */
export function promoteChannel(cold: Cold, account: Account): void {
  const it = openOf(cold, account);
  if (it.channel) wipeChannel(it.channel);
  it.channel = it.next as Channel;
  it.channel.said32 = undefined;
  it.next = undefined;
  saveChannels(cold, account);
}

function channelOf(cold: Cold, account: Account, id: number): Channel | undefined {
  const it = openOf(cold, account);
  if (it.channel && it.channel.id === id) return it.channel;
  return it.next && it.next.id === id ? it.next : undefined;
}

/** The key's block of an HMAC. Secret; the caller wipes it. */
function keyBlock(cold: Cold, channel: Channel, pad: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  const key = channelKey(cold.crypto, channel, 'request', 32);
  block.set(key);
  wipe(key);
  for (let i = 0; i < BLOCK_BYTES; i++) block[i] ^= pad;
  return block;
}

/** Begins; textLen: characters of the outs text. Throws the refusal `proto-off`. */
export function startAuthority(cold: Cold, account: Account, m: SignBegin | Ping, textLen: number): AuthorityCheck {
  if (!(account.protos & (m.proto === PROTO_V1 ? 1 : 2)))
    throw countedRefusal(account.n, REFUSE_PROTO_OFF, 'proto-off');
  const vouch: AuthorityCheck = { account: account.n, m: m, left: textLen, outs: sha256For(textLen) };
  if (m.proto === PROTO_V1) {
    const frame = v1RequestFrame(m);
    const payloadBytes = frame[0].length + textLen + frame[1].length;
    const head = v1PayloadHead(payloadBytes);
    vouch.mac = sha256For(head.length + payloadBytes);
    sha256Update(vouch.mac, head);
    sha256Update(vouch.mac, textBytes(frame[0]));
    return vouch;
  }
  const channel = channelOf(cold, account, m.channelId);
  if (!channel) return vouch;
  const head = sendAuthorityHead(account.network, account.n, channel.id, m.userTxNo, textLen);
  const block = keyBlock(cold, channel, INNER_PAD);
  vouch.mac = sha256For(BLOCK_BYTES + head.length + textLen + 1);
  sha256Update(vouch.mac, block);
  sha256Update(vouch.mac, head);
  wipe(block);
  return vouch;
}

/** Takes the next piece of the text, at most `left` characters. */
export function feedAuthority(vouch: AuthorityCheck, text: string): void {
  const bytes = textBytes(text);
  sha256Update(vouch.outs, bytes);
  if (vouch.mac) sha256Update(vouch.mac, bytes);
  vouch.left -= bytes.length;
}

/** SHA-256 of the whole text, which must not change under its user_tx_no. Once it is through. */
export function contentDigest(vouch: AuthorityCheck): Uint8Array {
  if (!vouch.content) vouch.content = sha256Final(vouch.outs);
  vouch.outs = undefined;
  return vouch.content;
}

/** Lets go of what a vouching held that is over: whoever acts on its end may need the room. */
export function dropAuthority(vouch: AuthorityCheck): void {
  vouch.check = vouch.mac = vouch.outs = undefined;
}

/**
 * A slice of verifying the published app's signature, once the whole text is through; true while there is more. V's own
 * HMAC needs none.
 */
export function stepAuthority(cold: Cold, vouch: AuthorityCheck): boolean {
  const m = vouch.m;
  if (vouch.check) return stepV1Check(vouch.check);
  if (m.proto !== PROTO_V1 || !vouch.mac) return false;
  contentDigest(vouch);
  sha256Update(vouch.mac, textBytes(v1RequestFrame(m)[1]));
  vouch.check = startV1Check(cold, m, vouch.account, sha256(sha256Final(vouch.mac)));
  vouch.mac = undefined;
  return vouch.check !== undefined;
}

/**
 * The verdict, once stepVouch has no slice left. An authority that does not hold throws what closes the account. A
 * channel that is over gives a refusal, unless isKnown: something was signed under this user_tx_no. The authority then
 * counts for nothing and the request gets what was given before, the same transaction's signatures, or nothing
 * (payment.ts). Answers whether the channel is over.
 */
export function requireAuthority(cold: Cold, vouch: AuthorityCheck, isKnown: boolean): boolean {
  const m = vouch.m;
  const account = requireAccount(cold, vouch.account);
  let verdict = vouch.check ? endV1Check(cold, account, vouch.check) : 'no-channel';
  vouch.check = undefined;
  const channel = m.proto === PROTO_V1 ? undefined : channelOf(cold, account, m.channelId);
  if (channel && vouch.mac) {
    sha256Update(vouch.mac, new Uint8Array([m.dynamic]));
    const block = keyBlock(cold, channel, OUTER_PAD);
    const expected = sha256(concatBytes([block, sha256Final(vouch.mac)]));
    wipe(block);
    verdict = constantTimeEqual(expected, m.authority) ? '' : 'forged';
    if (!verdict && channel === openOf(cold, account).next) promoteChannel(cold, account);
  }
  if (!verdict) return false;
  if (verdict !== 'no-channel') throw forged(account.n);
  if (!isKnown) throw countedRefusal(account.n, REFUSE_NO_CHANNEL, 'no-channel');
  return true;
}
