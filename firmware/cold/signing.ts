/**
 * Signing hot payments that come in over the link (SPEC.md, signing). Order of every handler: state, lock, parse, act, reply.
 * Nothing the API says about amounts is believed: each input's previous transaction is streamed in, hashed and looked into, and
 * the script it pays must be one of the account's own hot keys. Change goes to an address derived here. The payment is written
 * down before the first signature leaves; the same request asked again is answered again and never counted twice; another
 * transaction for the same user_tx_no is signed only when it pays the same outputs and spends the first one's first coin.
 * Only hot keys can sign here: the cold receiving key is not in memory.
 */
import { concatBytes, copyBytes, textBytes } from '../crypto/bytes';
import { ckdPub, constantTimeEqual, ecdsaSign, hash160, sha256, wipe } from '../crypto/index';
import { sendAuthority } from '../../protocol/authority';
import { cborDecode } from '../../protocol/cbor';
import { channelKey, wipeChannel, type Channel } from '../../protocol/channel';
import { aPing, aPrevTx, aSignBegin, aSignInput, aSignResult, type Ping, type SignBegin } from '../../protocol/messages';
import {
  CHAIN_CHANGE, REFUSE_ACCOUNT_CLOSED, REFUSE_BAD_AUTHORITY, REFUSE_BAD_FEE, REFUSE_BAD_INPUT, REFUSE_BAD_OUTS, REFUSE_BAD_PREV_TX, REFUSE_BAD_STATE, REFUSE_CONFLICT, REFUSE_INTERNAL, REFUSE_LOCKED,
  REFUSE_NO_ACCOUNT, REFUSE_NO_CHANNEL, REFUSE_NOT_PROVISIONED, REFUSE_PROTO_OFF, RESULT_SIGS_MAX,
} from '../../protocol/wire';
import { readRecord } from '../journal/journal';
import { PAID_DIGEST_BYTES, R_ALLOW, writeU32 } from '../journal/records';
import { leafKey, nodeChain, nodePub, NODE_HOT, NODE_HOT_0, NODE_HOT_1 } from '../keys/hierarchy';
import { ARCHIVED_NOT, archivedAs } from './archive';
import { closeAccount } from './closing';
import type { Cold } from './context';
import { paidBefore, paidTag } from './paid';
import { checkPolicy, endRefused, recordPayment, refusal, refuseCounted, type Session } from './payment';
import { feedPrevTx, prevTxId, readPrevTx } from './prev-tx';
import { accountKeys, saveChannels, type OpenAccount } from './secrets';
import { CHANGE_MIN_SATS, draftFrom, finishInput, INPUT_BYTES, INPUT_CHAIN, inputIndex, outputBytes, putInput, scriptOf, sighash, unsignedId } from './session';
import { accountOf, type Account } from './state';
import { addJob } from './work';

/** Longest stretch of the sequence numbers that leave a transaction final or replaceable; lower ones lock it in time. */
const SEQUENCE_MIN = 0xfffffffd;
const LOCKTIME_MAX = 499999999;

export type Reply = (fields: any[]) => void;
export type Refuse = (code: number, tag: string) => void;

/** The open, unlocked account of a request, or a refusal. */
export function accountForRequest(cold: Cold, n: number): Account {
  if (!cold.state.isProvisioned) throw refusal(REFUSE_NOT_PROVISIONED, 'not-provisioned');
  if (!cold.keys) throw refusal(REFUSE_LOCKED, 'locked');
  const account = accountOf(cold.state, n);
  if (!account) throw refusal(REFUSE_NO_ACCOUNT, 'no-account');
  if (account.closed) throw refusal(REFUSE_ACCOUNT_CLOSED, 'account-closed');
  return account;
}

/** V uses the channel that was given out last: the one before it ends. */
export function promoteChannel(cold: Cold, account: Account): void {
  const it = account.open as OpenAccount;
  if (it.channel) wipeChannel(it.channel);
  it.channel = it.next as Channel;
  it.channel.said32 = undefined;
  it.next = undefined;
  saveChannels(cold, account);
}

/**
 * Does V's authority cover the request? Closes the account when it does not. A channel that is over gives a refusal, unless
 * isKnown: this very request was signed before (its digest covers the authority), so it proves nothing new and gets its answer.
 * Answers whether the channel is over.
 */
function checkAuthority(cold: Cold, account: Account, m: SignBegin | Ping, outs: string, isKnown: boolean): boolean {
  const it = account.open as OpenAccount;
  const bit = m.proto === 1 ? 1 : 2;
  if (!(account.protos & bit)) throw refuseCounted(cold, account, REFUSE_PROTO_OFF, 'proto-off');
  if (m.proto === 1) {
    const verdict = cold.v1 ? cold.v1.checkRequest(account, m, outs) : 'no-channel';
    if (verdict === 'no-channel' && isKnown) return true;
    if (verdict === 'no-channel') throw refuseCounted(cold, account, REFUSE_NO_CHANNEL, 'no-channel');
    if (verdict) throw forged(cold, account);
    return false;
  }
  let channel: Channel | undefined;
  if (it.channel && it.channel.id === m.channelId) channel = it.channel;
  else if (it.next && it.next.id === m.channelId) channel = it.next;
  if (!channel) {
    if (isKnown) return true;
    throw refuseCounted(cold, account, REFUSE_NO_CHANNEL, 'no-channel');
  }
  const expected = sendAuthority(cold.crypto, channelKey(cold.crypto, channel, 'request', 32), account.network, account.n, channel.id, m.userTxNo, outs, m.dynamic);
  if (!constantTimeEqual(expected, m.authority)) throw forged(cold, account);
  if (channel === it.next) promoteChannel(cold, account);
  return false;
}

function forged(cold: Cold, account: Account): Error {
  closeAccount(cold, account, 'forgery');
  return refusal(REFUSE_BAD_AUTHORITY, 'bad-authority');
}

function digest16(parts: Uint8Array[]): Uint8Array {
  return copyBytes(sha256(concatBytes(parts)), 0, PAID_DIGEST_BYTES);
}

/** SHA256(outs)[0..16] over the fields that must not change under one user_tx_no. */
function contentDigest(outs: string): Uint8Array {
  return digest16([textBytes(outs)]);
}

function requestDigest(m: SignBegin): Uint8Array {
  const fixed = new Uint8Array(6);
  fixed[0] = m.proto;
  fixed[1] = m.dynamic;
  writeU32(fixed, 2, m.channelId);
  return digest16([fixed, m.authority, textBytes(m.userTxNo + '\n' + m.outs)]);
}

function isListed(cold: Cold, account: Account): (script: Uint8Array) => boolean {
  const at = cold.state.at[R_ALLOW + ':' + account.n];
  const list = account.policy.allowList && at !== undefined ? ((cborDecode(readRecord(cold.journal as any, at)) as any)[1] as Uint8Array[]) : [];
  return function (script) {
    const digest = sha256(script).subarray(0, 20);
    for (let i = 0; i < list.length; i++) if (constantTimeEqual(list[i], digest)) return true;
    return false;
  };
}

export function signBegin(cold: Cold, fields: any[], reply: Reply): void {
  cold.session = undefined;
  const m = aSignBegin(fields);
  const account = accountForRequest(cold, m.account);
  const tag = paidTag(account.n, m.userTxNo);
  const request = requestDigest(m);
  const content = contentDigest(m.outs);
  const before = paidBefore(cold, account.n, tag, request, content, undefined);
  const isOver = checkAuthority(cold, account, m, m.outs, before.hasRequest);
  if (before.count && !before.isSameContent) throw refuseCounted(cold, account, REFUSE_CONFLICT, 'user-tx-conflict');
  if (m.locktime > LOCKTIME_MAX) throw refuseCounted(cold, account, REFUSE_BAD_INPUT, 'bad-locktime');
  let made;
  try {
    made = draftFrom(m, account.network, account.script, isListed(cold, account));
  } catch (error) {
    throw (error as any).code === 'bad-outs' ? refuseCounted(cold, account, REFUSE_BAD_OUTS, 'bad-outs') : error;
  }
  const session: Session = {
    account: account, draft: made.draft, changeIndex: m.changeIndex, isAllListed: made.isAllListed, isOver: isOver, tag: tag, request: request, content: content,
    keys: accountKeys(cold, account), input: undefined, reader: undefined, isRecorded: false, isBusy: false,
  };
  if (!before.count && archivedAs(cold, account.n, tag, undefined) === ARCHIVED_NOT) checkPolicy(cold, session, before);
  cold.session = session;
  reply([]);
}

function sessionOf(cold: Cold): Session {
  const session = cold.session as Session;
  if (!cold.keys) throw refusal(REFUSE_LOCKED, 'locked');
  if (!session || session.isBusy) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  if (session.account.closed) throw refusal(REFUSE_ACCOUNT_CLOSED, 'account-closed');
  return session;
}

export function signInput(cold: Cold, fields: any[], reply: Reply): void {
  const session = sessionOf(cold);
  const m = aSignInput(fields);
  const draft = session.draft;
  if (session.isRecorded || session.input || m.i !== draft.done || m.i >= draft.nInputs) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  if (m.sequence < SEQUENCE_MIN) throw endRefused(cold, session, REFUSE_BAD_INPUT, 'bad-sequence');
  try {
    putInput(draft, m.prevTxid, m.vout, m.sequence, m.chain, m.index);
  } catch (error) {
    throw endRefused(cold, session, REFUSE_BAD_INPUT, 'same-coin-twice');
  }
  session.input = m;
  session.reader = readPrevTx(m.prevTxLen, m.vout);
  reply([]);
}

/** HASH160 of the account's hot key chain/index. One multiplication. */
function hotHash(session: Session, chain: number, index: number): Uint8Array {
  const node = chain === CHAIN_CHANGE ? NODE_HOT_1 : NODE_HOT_0;
  return hash160(ckdPub({ key: nodePub(session.keys, node), chain: nodeChain(session.keys, node) } as any, index).key);
}

export function prevTx(cold: Cold, fields: any[], reply: Reply, refuse: Refuse): void {
  const session = sessionOf(cold);
  const m = aPrevTx(fields);
  const input = session.input;
  const reader = session.reader;
  if (!input || !reader || m.i !== input.i || m.offset !== input.prevTxLen - reader.leftBytes) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  let txid;
  try {
    feedPrevTx(reader, m.bytes);
    if (reader.leftBytes) return reply([]);
    txid = prevTxId(reader);
  } catch (error) {
    throw endRefused(cold, session, REFUSE_BAD_PREV_TX, 'bad-prev-tx');
  }
  if (!constantTimeEqual(txid, input.prevTxid)) throw endRefused(cold, session, REFUSE_BAD_PREV_TX, 'prev-tx-hash');
  session.isBusy = true;
  addJob(cold, {
    isIdle: false,
    step: function () {
      session.isBusy = false;
      if (cold.session !== session) {
        refuse(REFUSE_BAD_STATE, 'bad-state');
        return false;
      }
      const own = scriptOf(session.draft.script, hotHash(session, input.chain, input.index));
      if (!constantTimeEqual(own, reader.script)) {
        endRefused(cold, session, REFUSE_BAD_INPUT, 'not-own-coin');
        refuse(REFUSE_BAD_INPUT, 'not-own-coin');
        return false;
      }
      finishInput(session.draft, reader.sats);
      session.input = undefined;
      session.reader = undefined;
      reply([]);
      return false;
    },
    failed: function (error) {
      failSession(cold, session, error, refuse);
    },
  });
}

function failSession(cold: Cold, session: Session, error: any, refuse: Refuse): void {
  session.isBusy = false;
  cold.session = undefined;
  refuse(error.refusal || REFUSE_INTERNAL, error.refusal ? error.code : 'internal');
}

export function signFinish(cold: Cold, fields: any[], reply: Reply, refuse: Refuse): void {
  const session = sessionOf(cold);
  const draft = session.draft;
  if (session.isRecorded) return reply([draft.nInputs, unsignedId(draft)]);
  if (draft.done !== draft.nInputs || session.input) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  const change = draft.sumSats - draft.amountSats - draft.feeSats;
  if (draft.feeSats < 0 || change < 0 || (session.changeIndex === null ? change !== 0 : change < CHANGE_MIN_SATS)) throw endRefused(cold, session, REFUSE_BAD_FEE, 'bad-fee');
  session.isBusy = true;
  addJob(cold, {
    isIdle: false,
    step: function () {
      if (cold.session !== session) throw refusal(REFUSE_BAD_STATE, 'bad-state');
      if (session.changeIndex !== null) {
        const script = scriptOf(draft.script, hotHash(session, CHAIN_CHANGE, session.changeIndex));
        draft.outputs = concatBytes([draft.outputs, outputBytes(change, script)]);
        draft.nOutputs++;
      }
      const id = unsignedId(draft);
      recordPayment(cold, session, copyBytes(id, 0, PAID_DIGEST_BYTES));
      session.isRecorded = true;
      session.isBusy = false;
      reply([draft.nInputs, id]);
      return false;
    },
    failed: function (error) {
      failSession(cold, session, error, refuse);
    },
  });
}

/** Signature of input i, 64 octets, low s. Throws `internal` when the key is not the one that the input pays. */
function signOne(session: Session, i: number): Uint8Array {
  const draft = session.draft;
  const chain = draft.inputs[i * INPUT_BYTES + INPUT_CHAIN];
  const index = inputIndex(draft, i);
  const it = session.account.open as OpenAccount;
  const hash20 = hotHash(session, chain, index);
  const priv = leafKey(it.hot, session.keys, NODE_HOT, chain === CHAIN_CHANGE ? NODE_HOT_1 : NODE_HOT_0, chain, index);
  const sig = ecdsaSign(sighash(draft, i, hash20), priv);
  wipe(priv);
  return sig;
}

export function signResult(cold: Cold, fields: any[], reply: Reply, refuse: Refuse): void {
  const session = sessionOf(cold);
  const m = aSignResult(fields);
  if (!session.isRecorded || m.first >= session.draft.nInputs) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  const sigs: Uint8Array[] = [];
  session.isBusy = true;
  addJob(cold, {
    isIdle: false,
    step: function () {
      if (cold.session !== session) throw refusal(REFUSE_BAD_STATE, 'bad-state');
      sigs.push(signOne(session, m.first + sigs.length));
      if (sigs.length < RESULT_SIGS_MAX && m.first + sigs.length < session.draft.nInputs) return true;
      session.isBusy = false;
      reply([sigs]);
      return false;
    },
    failed: function (error) {
      failSession(cold, session, error, refuse);
    },
  });
}

/** PING: a send request that pays nobody; proves V, channel and keys end to end. Never written down, never signed. */
export function ping(cold: Cold, fields: any[], reply: Reply): void {
  const m = aPing(fields);
  const account = accountForRequest(cold, m.account);
  checkAuthority(cold, account, m, 'PING', false);
  reply([]);
}
