/**
 * Signing hot payments that come in over the link (SPEC.md, signing). Order of every handler: state, lock, parse, act,
 * reply. Nothing the API says about amounts is believed: each input's previous transaction is streamed in, hashed and
 * looked into, and the script it pays must be one of the account's own hot keys. Change goes to an address derived
 * here. The payment is written down before the first signature leaves; the same request asked again is answered again
 * and never counted twice; another transaction for the same user_tx_no is signed only when it pays the same outputs and
 * spends the first one's first coin. Only hot keys can sign here: the cold receiving key is not in memory. Leaves to
 * others: V's authority (authority.ts), the outputs (outs.ts), the octets that are hashed (session.ts), writing the
 * payment down (payment.ts).
 */
import { ckdPub, constantTimeEqual, ecdsaSign, hash160, wipe } from '../../crypto/index';
import { aPing, aPrevTx, aSignBegin, aSignInput, aSignOuts, aSignResult } from '../../../protocol/link/messages';
import {
  CHAIN_CHANGE,
  OUTS_COUNT_MAX,
  OUTS_INLINE_MAX,
  REFUSE_ACCOUNT_CLOSED,
  REFUSE_BAD_FEE,
  REFUSE_BAD_INPUT,
  REFUSE_BAD_OUTS,
  REFUSE_BAD_PREV_TX,
  REFUSE_BAD_STATE,
  REFUSE_CONFLICT,
  REFUSE_INTERNAL,
  RESULT_SIGS_MAX,
} from '../../../protocol/wire';
import { leafKey, nodeChain, nodePub, NODE_HOT, NODE_HOT_0, NODE_HOT_1, wipeNode } from '../secrets/hierarchy';
import {
  contentDigest,
  dropAuthority,
  feedAuthority,
  requireAuthority,
  startAuthority,
  stepAuthority,
  type AuthorityCheck,
} from './authority';
import { replyRefusal } from '../alarms/closing';
import type { Cold } from '../cold';
import { feedOuts, readOuts } from './outs';
import { signedBefore, paymentTag } from '../payments/ledger';
import { checkPolicy, endRefused, recordPayment, type Session } from './payment';
import { feedPrevTx, prevTxId, readPrevTx } from './prev-tx';
import { countedRefusal, refusal } from './refusal';
import { openLinkScratch } from './scratch';
import { requireReady, requireOpenAccount, accountKeys, hotNode } from '../state/account-store';
import {
  CHANGE_MIN_SATS,
  draftBytes,
  endPass,
  finishInput,
  INPUT_CHAIN,
  inputIndex,
  makeDraft,
  makeInput,
  p2pkhScript,
  putOutput,
  readInput,
  scriptOf,
  segwitHash,
  startPass,
  stepPass,
  type Pass,
} from './tx-draft';
import { isClosed } from '../state/state';
import { schedule } from '../scheduler';

/**
 * Longest stretch of the sequence numbers that leave a transaction final or replaceable; lower ones lock it in time.
 */
const SEQUENCE_MIN = 0xfffffffd;
const NO_BYTES = new Uint8Array(0);
const PING_OUTS = 'PING';

export type Reply = (fields: any[]) => void;
export type Refuse = (code: number, tag: string) => void;

/** Most outputs, change included, that an outs text can hold. */
function outputsMax(outs: string, outsLen: number): number {
  if (outsLen > OUTS_INLINE_MAX) return OUTS_COUNT_MAX + 1;
  let count = 2;
  for (let i = outs.indexOf(';'); i >= 0 && count <= OUTS_COUNT_MAX; i = outs.indexOf(';', i + 1)) count++;
  return count;
}

/** Lets go of what a session held that is over: closing an account needs the room. */
function dropSession(session: Session): void {
  if (session.vouch) dropAuthority(session.vouch);
  session.vouch = session.outs = session.input = session.record = session.reader = undefined;
  session.draft = undefined as any;
}

/**
 * Work for the session in slices; a session that was replaced or that a slice threw out of ends, and the request is
 * refused.
 */
function sessionJob(cold: Cold, session: Session, refuse: Refuse, step: () => boolean): void {
  session.isBusy = true;
  schedule(cold, {
    isIdle: false,
    step: function () {
      if (cold.session !== session) throw refusal(REFUSE_BAD_STATE, 'bad-state');
      if (step()) return true;
      session.isBusy = false;
      return false;
    },
    failed: function (error) {
      if (cold.session === session) cold.session = undefined;
      dropSession(session);
      refuseThrown(cold, refuse, error);
    },
  });
}

/** Answers what a slice threw, once what it asks for is done. */
function refuseThrown(cold: Cold, refuse: Refuse, thrown: any): void {
  replyRefusal(cold, thrown, function (error) {
    refuse(error.refusal || REFUSE_INTERNAL, error.refusal ? error.code : 'internal');
  });
}

export function signBegin(cold: Cold, fields: any[], reply: Reply, refuse: Refuse): void {
  requireReady(cold);
  const m = aSignBegin(fields);
  const account = requireOpenAccount(cold, m.account);
  cold.session = undefined;
  const vouch = startAuthority(cold, account, m, m.outsLen);
  const scratch = openLinkScratch(cold, draftBytes(m.nInputs, outputsMax(m.outs, m.outsLen)));
  const draft = makeDraft(scratch, account.script, m.txVersion, m.locktime, m.nInputs, m.feeSats);
  const session: Session = {
    account: account.n,
    draft: draft,
    changeIndex: m.changeIndex,
    vouch: vouch,
    outs: readOuts(account.n, draft),
    isAllListed: true,
    isOver: false,
    tag: paymentTag(account.n, m.userTxNo),
    content: NO_BYTES,
    input: undefined,
    record: undefined,
    reader: undefined,
    isRecorded: false,
    isBusy: false,
  };
  cold.session = session;
  if (m.outs) takeOuts(cold, session, m.outs, reply, refuse);
  else reply([]);
}

/** A piece of the outs text of a request that is too long for one message. */
export function signOuts(cold: Cold, fields: any[], reply: Reply, refuse: Refuse): void {
  const session = sessionOf(cold);
  const m = aSignOuts(fields);
  const vouch = session.vouch;
  if (!vouch || m.offset !== (vouch.m as any).outsLen - vouch.left || m.text.length > vouch.left)
    throw refusal(REFUSE_BAD_STATE, 'bad-state');
  takeOuts(cold, session, m.text, reply, refuse);
}

/** The last piece is answered when V's authority over the whole was judged, in slices: under PROTO_V1 it takes long. */
function takeOuts(cold: Cold, session: Session, text: string, reply: Reply, refuse: Refuse): void {
  const vouch = session.vouch as AuthorityCheck;
  feedAuthority(vouch, text);
  (vouch.m as any).outs = '';
  feedOuts(cold, session.outs as any, text, !vouch.left);
  if (vouch.left) return reply([]);
  sessionJob(cold, session, refuse, function () {
    if (stepAuthority(cold, vouch)) return true;
    authorised(cold, session);
    reply([]);
    return false;
  });
}

/**
 * Everything that is known before the first input: V's authority, what was paid under this number, the outputs, the
 * policy.
 */
function authorised(cold: Cold, session: Session): void {
  const account = session.account;
  const vouch = session.vouch as AuthorityCheck;
  const outs = session.outs as any;
  const content = contentDigest(vouch);
  const before = signedBefore(cold, account, session.tag, content, undefined);
  cold.session = undefined;
  session.isOver = requireAuthority(cold, vouch, before.count > 0);
  if (before.count && !before.isSameContent) throw countedRefusal(account, REFUSE_CONFLICT, 'user-tx-conflict');
  if (session.draft.locktime) throw countedRefusal(account, REFUSE_BAD_INPUT, 'bad-locktime');
  if (outs.isBad) throw countedRefusal(account, REFUSE_BAD_OUTS, 'bad-outs');
  session.content = content;
  session.isAllListed = outs.isAllListed;
  session.vouch = undefined;
  session.outs = undefined;
  if (!before.count) checkPolicy(cold, session, before);
  cold.session = session;
}

function sessionOf(cold: Cold): Session {
  const session = cold.session as Session;
  requireReady(cold);
  if (!session || session.isBusy) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  if (isClosed(cold.state, session.account)) throw refusal(REFUSE_ACCOUNT_CLOSED, 'account-closed');
  return session;
}

/** The session, once V's authority was judged. */
function authorisedSession(cold: Cold): Session {
  const session = sessionOf(cold);
  if (session.vouch) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  return session;
}

export function signInput(cold: Cold, fields: any[], reply: Reply): void {
  const session = authorisedSession(cold);
  const m = aSignInput(fields);
  const draft = session.draft;
  if (session.isRecorded || session.input || m.i !== draft.done || m.i >= draft.nInputs)
    throw refusal(REFUSE_BAD_STATE, 'bad-state');
  if (m.sequence < SEQUENCE_MIN) throw endRefused(cold, session, REFUSE_BAD_INPUT, 'bad-sequence');
  try {
    session.record = makeInput(draft, m.prevTxid, m.vout, m.sequence, m.chain, m.index);
  } catch (error) {
    if ((error as any).code !== 'bad-input') throw error;
    throw endRefused(cold, session, REFUSE_BAD_INPUT, 'same-coin-twice');
  }
  session.input = m;
  session.reader = readPrevTx(m.prevTxLen, m.vout);
  reply([]);
}

/** HASH160 of the account's hot key chain/index. One multiplication. */
function hotHash(cold: Cold, session: Session, chain: number, index: number): Uint8Array {
  const node = chain === CHAIN_CHANGE ? NODE_HOT_1 : NODE_HOT_0;
  const keys = accountKeys(cold, session.account);
  return hash160(ckdPub({ key: nodePub(keys, node), chain: nodeChain(keys, node) } as any, index).key);
}

export function prevTx(cold: Cold, fields: any[], reply: Reply, refuse: Refuse): void {
  const session = authorisedSession(cold);
  const m = aPrevTx(fields);
  const input = session.input;
  const reader = session.reader;
  if (!input || !reader || m.i !== input.i || m.offset !== input.prevTxLen - reader.leftBytes)
    throw refusal(REFUSE_BAD_STATE, 'bad-state');
  let txid;
  try {
    feedPrevTx(reader, m.bytes);
    if (reader.leftBytes) return reply([]);
    txid = prevTxId(reader);
  } catch (error) {
    throw endRefused(cold, session, REFUSE_BAD_PREV_TX, 'bad-prev-tx');
  }
  if (!constantTimeEqual(txid, input.prevTxid)) throw endRefused(cold, session, REFUSE_BAD_PREV_TX, 'prev-tx-hash');
  sessionJob(cold, session, refuse, function () {
    const own = scriptOf(session.draft.script, hotHash(cold, session, input.chain, input.index));
    if (!constantTimeEqual(own, reader.script)) throw endRefused(cold, session, REFUSE_BAD_INPUT, 'not-own-coin');
    finishInput(session.draft, session.record as Uint8Array, reader.sats);
    session.input = undefined;
    session.record = undefined;
    session.reader = undefined;
    reply([]);
    return false;
  });
}

/** Adds the change, hashes the transaction and writes the payment down, a slice each; answers what was written down. */
export function signFinish(cold: Cold, fields: any[], reply: Reply, refuse: Refuse): void {
  const session = authorisedSession(cold);
  const draft = session.draft;
  if (session.isRecorded) return reply([draft.nInputs, draft.id]);
  if (draft.done !== draft.nInputs || session.input) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  const change = draft.sumSats - draft.amountSats - draft.feeSats;
  if (draft.feeSats < 0 || change < 0 || (session.changeIndex === null ? change !== 0 : change < CHANGE_MIN_SATS))
    throw endRefused(cold, session, REFUSE_BAD_FEE, 'bad-fee');
  let pass: Pass | undefined;
  sessionJob(cold, session, refuse, function () {
    if (session.changeIndex !== null && !draft.nChange) {
      putOutput(draft, change, scriptOf(draft.script, hotHash(cold, session, CHAIN_CHANGE, session.changeIndex)));
      draft.nChange = 1;
      return true;
    }
    if (!pass) pass = startPass(draft, -1, NO_BYTES);
    if (stepPass(draft, pass)) return true;
    const id = endPass(draft, pass);
    recordPayment(cold, session, id);
    session.isRecorded = true;
    reply([draft.nInputs, id]);
    return false;
  });
}

/** Signature of a hash by the key of an input, 64 octets, low s. */
function signHash(cold: Cold, session: Session, input: Uint8Array, hash32: Uint8Array): Uint8Array {
  const chain = input[INPUT_CHAIN];
  const hot = hotNode(cold, session.account);
  const priv = leafKey(
    hot,
    accountKeys(cold, session.account),
    NODE_HOT,
    chain === CHAIN_CHANGE ? NODE_HOT_1 : NODE_HOT_0,
    chain,
    inputIndex(input),
  );
  wipeNode(hot);
  const sig = ecdsaSign(hash32, priv);
  wipe(priv);
  return sig;
}

export function signResult(cold: Cold, fields: any[], reply: Reply, refuse: Refuse): void {
  const session = authorisedSession(cold);
  const m = aSignResult(fields);
  const draft = session.draft;
  if (!session.isRecorded || m.first >= draft.nInputs) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  const sigs: Uint8Array[] = [];
  let pass: Pass | undefined;
  let hash: Uint8Array | undefined;
  sessionJob(cold, session, refuse, function () {
    const i = m.first + sigs.length;
    const input = readInput(draft, i);
    // What is signed, and its signature: a slice each.
    if (!hash) {
      if (draft.digests) hash = segwitHash(draft, input, hotHash(cold, session, input[INPUT_CHAIN], inputIndex(input)));
      else {
        if (!pass)
          pass = startPass(draft, i, p2pkhScript(hotHash(cold, session, input[INPUT_CHAIN], inputIndex(input))));
        if (stepPass(draft, pass)) return true;
        hash = endPass(draft, pass);
        pass = undefined;
      }
      return true;
    }
    sigs.push(signHash(cold, session, input, hash));
    hash = undefined;
    if (sigs.length < RESULT_SIGS_MAX && m.first + sigs.length < draft.nInputs) return true;
    reply([sigs]);
    return false;
  });
}

/** PING: a send request that pays nobody; proves V, channel and keys end to end. Never written down, never signed. */
export function ping(cold: Cold, fields: any[], reply: Reply, refuse: Refuse): void {
  requireReady(cold);
  const m = aPing(fields);
  const account = requireOpenAccount(cold, m.account);
  const vouch = startAuthority(cold, account, m, PING_OUTS.length);
  feedAuthority(vouch, PING_OUTS);
  schedule(cold, {
    isIdle: false,
    step: function () {
      requireReady(cold);
      requireOpenAccount(cold, m.account);
      if (stepAuthority(cold, vouch)) return true;
      requireAuthority(cold, vouch, false);
      reply([]);
      return false;
    },
    failed: function (error) {
      dropAuthority(vouch);
      refuseThrown(cold, refuse, error);
    },
  });
}
