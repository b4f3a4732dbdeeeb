/**
 * OPEN and RENEW: a key exchange with V. HSM-Cold's part runs in steps; the new channel is durable before V hears of
 * it.
 * Spec: SPEC.md 7.
 */
import {
  ACCEPT_NOT,
  acceptVerdict,
  ACCEPT_AGAIN,
  acceptBegin,
  endAccept,
  acceptStep,
  wipeChannel,
  type AcceptWork,
} from '../../../protocol/channel/channel';
import type { Cold } from '../cold';
import type { OpenedUnder } from './opened';
import { openOf, saveChannels } from '../state/channels';
import { SMS_OPEN } from '../../../protocol/wire';
import { isClosed, PROTO_BIT_V2 } from '../state/state';
import { sendUnkept, ignore } from './replies';
import { sealAccept, noteSeq } from '../../../protocol/sms/v2';
import { u32Bytes } from '../../../protocol/bytes';
import { NO_BYTES } from '../../crypto/bytes';
import { identityPriv } from '../secrets/account-keys';
import { schedule } from '../scheduler';
import { requireAccount } from '../state/accounts';
import { AUDIT_CHANNEL } from '../../journal/audit-codes';
import { audit } from '../state/store';

/** An exchange under way: what the new channel is made from, and what V's message said. */
interface Exchange {
  /** The account's number. */
  account: number;
  work: AcceptWork;
  /** V's opening counter; -1 of a RENEW. */
  vCounter: number;
  /** The channel that the message came under, and its number there. */
  baseId: number;
  seq: number;
}

/**
 * Takes an OPEN or RENEW: sends the same ACCEPT again and acks, ignores it, or returns what a new channel is made from.
 */
function beginExchange(cold: Cold, opened: OpenedUnder, ack: () => void): Exchange | undefined {
  const account = opened.account;
  const n = account.n;
  const it = openOf(cold, account);
  const isOpen = opened.op === SMS_OPEN;
  const fields = opened.fields;
  const verdict =
    isClosed(cold.state, n) || !(account.protos & PROTO_BIT_V2)
      ? ACCEPT_NOT
      : acceptVerdict(opened.op, fields, opened.channel, it.next, it.vCounter);
  if (verdict === ACCEPT_AGAIN) {
    if (!isOpen) saveChannels(cold, account);
    sendUnkept(cold, account, sealAccept(cold.crypto, it.next!));
    ack();
    return undefined;
  }
  if (verdict === ACCEPT_NOT || (cold.accepting >> n) & 1) {
    ignore(cold, ack);
    return undefined;
  }
  cold.accepting |= 1 << n;
  const work = acceptBegin(
    opened.channel,
    it.lastId + 1,
    fields.length ? (fields[fields.length - 1] as Uint8Array) : NO_BYTES,
    isOpen ? { priv32: identityPriv(cold, n), v33: account.vIdentity } : undefined,
  );
  return {
    account: n,
    work: work,
    vCounter: isOpen ? (fields[0] as number) : -1,
    baseId: opened.channel.id,
    seq: opened.seq,
  };
}

/** Handles an OPEN or RENEW that holds: sends the same ACCEPT again, or makes a new channel in steps. */
export function exchange(cold: Cold, opened: OpenedUnder, ack: () => void): void {
  const it = beginExchange(cold, opened, ack);
  if (it) runExchange(cold, it, ack);
}

/** Computes the new channel in steps; locking the board meanwhile ends it. */
function runExchange(cold: Cold, it: Exchange, ack: () => void): void {
  const keys = cold.keys;
  let isMade = false;
  function end(isKept: boolean): void {
    cold.accepting &= ~(1 << it.account);
    endAccept(it.work, isKept);
    if (isKept) ack();
    else ignore(cold, ack);
  }
  schedule(cold, {
    isIdle: false,
    step: function () {
      // Sealing and writing it takes an event of its own, with the room that the curve gives back.
      if (cold.keys === keys && !isMade) {
        isMade = acceptStep(cold.crypto, it.work);
        return true;
      }
      const isKept = cold.keys === keys && keepChannel(cold, it);
      end(isKept);
      return false;
    },
    failed: function () {
      end(false);
    },
  });
}

/** Writes the channel of an exchange down and sends ACCEPT to V; false when it is not wanted any more. */
function keepChannel(cold: Cold, made: Exchange): boolean {
  const account = requireAccount(cold, made.account);
  const it = openOf(cold, account);
  const id = made.work.id;
  const isRenewal = made.vCounter < 0;
  // Another protocol's channel may have taken the number, another channel the place.
  if (id !== it.lastId + 1 || (isRenewal && !(it.channel && it.channel.id === made.baseId))) return false;
  it.lastId = id;
  if (isRenewal) noteSeq(it.channel!, made.seq);
  else it.vCounter = made.vCounter;
  if (it.next) wipeChannel(it.next);
  it.next = made.work.channel!;
  const sms = sealAccept(cold.crypto, it.next);
  audit(cold, AUDIT_CHANNEL, account.n, u32Bytes(id));
  saveChannels(cold, account);
  sendUnkept(cold, account, sms);
  return true;
}
