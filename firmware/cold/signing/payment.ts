/**
 * A payment that is ready to be signed is written down here, or refused: the same request once, another transaction for
 * the same user_tx_no only as a replacement that pays the same outputs and spends the first one's first coin, within
 * the account's policy. The record is durable before recordPayment returns; signatures are made after that
 * (signing.ts).
 */
import type { SignInput } from '../../../protocol/link/messages';
import { REFUSE_BAD_INPUT, REFUSE_CONFLICT, REFUSE_NO_CHANNEL, REFUSE_POLICY } from '../../../protocol/wire';
import {
  PAYMENT_ACCOUNT,
  PAYMENT_ANCHOR,
  PAYMENT_ANCHOR_BYTES,
  PAYMENT_BYTES,
  PAYMENT_CHANGE,
  PAYMENT_CONTENT,
  PAYMENT_DEBIT,
  PAYMENT_FEE,
  PAYMENT_FLAG_BUMP,
  PAYMENT_FLAGS,
  PAYMENT_SERIAL,
  PAYMENT_TAG,
  PAYMENT_TIME,
  PAYMENT_TX,
  R_PAYMENT,
  isEqualAt,
  writeSats,
  writeU32,
} from '../../journal/records';
import { policyTag } from './policy';
import { archiveOldest, archivedDigest, isArchiveDue } from '../payments/archive';
import type { Cold } from '../cold';
import { signedBefore, spentSince, type SignedBefore } from '../payments/ledger';
import type { PrevTxReader } from './prev-tx';
import { countedRefusal } from './refusal';
import { readInput, spends, vbytesOf, type TxDraft } from './tx-draft';
import type { OutsReader } from './outs';
import type { AuthorityCheck } from './authority';
import { requireAccount } from '../state/account-store';
import { AUDIT_SIGNED, audit, isClockSet, nowSeconds, save } from '../state/store';

/** How far above the highest change index signed a payment's may be: BIP44's gap limit. */
export const CHANGE_GAP = 20;
/**
 * Transactions signed under one user_tx_no, the first included: a hacked API must not fill the board with replacements.
 */
export const TRANSACTIONS_MAX = 10;

/** A signing under way over the link. */
export interface Session {
  /** Its number. */
  account: number;
  draft: TxDraft;
  changeIndex: number | null;
  /** While the outs text comes in: what hashes it, what reads it. Gone when V's authority was judged. */
  vouch: AuthorityCheck | undefined;
  outs: OutsReader | undefined;
  isAllListed: boolean;
  /** The channel is over: only what was signed before may be answered again. */
  isOver: boolean;
  /** What stands for the user_tx_no, and the SHA-256 of the outs text. */
  tag: Uint8Array;
  content: Uint8Array;
  input: SignInput | undefined;
  /** The input under way as it will be written down. */
  record: Uint8Array | undefined;
  reader: PrevTxReader | undefined;
  /** Set once the payment is written down: from then on signatures may leave. */
  isRecorded: boolean;
  isBusy: boolean;
}

/** Ends the session with a counted refusal. */
export function endRefused(cold: Cold, session: Session, code: number, tag: string): Error {
  cold.session = undefined;
  return countedRefusal(session.account, code, tag);
}

/** Throws the policy's refusal, if any. `before`: what was signed under this user_tx_no. */
export function checkPolicy(cold: Cold, session: Session, before: SignedBefore): void {
  const account = requireAccount(cold, session.account);
  const draft = session.draft;
  const now = nowSeconds(cold);
  const isBump = before.count > 0;
  const extraFee = isBump ? (draft.feeSats > before.feeSats ? draft.feeSats - before.feeSats : 0) : draft.feeSats;
  const tag = policyTag(
    account.policy,
    {
      outputs: draft.nOutputs - draft.nChange,
      smallestSats: draft.smallestSats,
      isAllListed: session.isAllListed,
      amountSats: draft.amountSats,
      feeSats: draft.feeSats,
      vbytes: vbytesOf(draft, session.changeIndex !== null),
      debitSats: isBump ? 0 : draft.amountSats,
      debitFeeSats: extraFee,
      debitCount: isBump ? 0 : 1,
    },
    spentSince(cold, account.n, now - account.policy.windowSeconds),
    isClockSet(cold) ? now : 0,
  );
  if (tag) throw countedRefusal(account.n, REFUSE_POLICY, tag);
}

/**
 * Does the draft spend the coin that all transactions of its user_tx_no spend? Puts that coin in place of what stands
 * for it and for the content.
 */
function spendsAnchor(draft: TxDraft, content: Uint8Array, before: SignedBefore): boolean {
  const digest = before.archived;
  if (!digest) return spends(draft, before.anchor);
  for (let i = 0; i < draft.done; i++) {
    const outpoint = readInput(draft, i).subarray(0, PAYMENT_ANCHOR_BYTES);
    if (!isEqualAt(digest, 0, archivedDigest(content, outpoint), digest.length)) continue;
    before.anchor.set(outpoint);
    return true;
  }
  return false;
}

/**
 * Change goes where a wallet restored from the words looks for it: a new payment's index is at most CHANGE_GAP above
 * the highest one that was signed, a replacement's at most one above, since an API may make those at will.
 */
function isChangeNear(index: number | null, before: SignedBefore): boolean {
  return index === null || index < before.changeNext + (before.count ? 1 : CHANGE_GAP);
}

/**
 * Writes the payment down, unless this very transaction is known already. tx: its id, 32 octets. Whatever is known,
 * nothing passes that does not pay the first one's outputs and spend its coin. The log has it first: nothing is signed
 * that it does not tell of. Returns after the flash holds both. Throws refusals, SPEC.md 5.3.
 */
export function recordPayment(cold: Cold, session: Session, tx: Uint8Array): void {
  const draft = session.draft;
  const before = signedBefore(cold, session.account, session.tag, session.content, tx);
  const isBump = before.count > 0;
  if (isBump && !before.isSameContent) throw endRefused(cold, session, REFUSE_CONFLICT, 'user-tx-conflict');
  if (isBump && !spendsAnchor(draft, session.content, before))
    throw endRefused(cold, session, REFUSE_CONFLICT, 'no-common-coin');
  if (before.hasTx) return;
  if (session.isOver) throw endRefused(cold, session, REFUSE_NO_CHANNEL, 'no-channel');
  if (before.count >= TRANSACTIONS_MAX) throw endRefused(cold, session, REFUSE_CONFLICT, 'replaced-too-often');
  if (!isChangeNear(session.changeIndex, before)) throw endRefused(cold, session, REFUSE_BAD_INPUT, 'change-gap');
  checkPolicy(cold, session, before);
  if (isArchiveDue(cold)) archiveOldest(cold);
  const extraFee = draft.feeSats > before.feeSats ? draft.feeSats - before.feeSats : 0;
  const payload = new Uint8Array(PAYMENT_BYTES);
  writeU32(payload, PAYMENT_SERIAL, cold.state.paymentSerial + 1);
  payload[PAYMENT_ACCOUNT] = session.account;
  payload[PAYMENT_FLAGS] = isBump ? PAYMENT_FLAG_BUMP : 0;
  writeU32(payload, PAYMENT_TIME, nowSeconds(cold));
  payload.set(session.tag, PAYMENT_TAG);
  payload.set(session.content, PAYMENT_CONTENT);
  payload.set(tx, PAYMENT_TX);
  payload.set(isBump ? before.anchor : readInput(draft, 0).subarray(0, PAYMENT_ANCHOR_BYTES), PAYMENT_ANCHOR);
  writeSats(payload, PAYMENT_DEBIT, isBump ? extraFee : draft.amountSats);
  writeSats(payload, PAYMENT_FEE, before.feeSats + extraFee);
  writeU32(payload, PAYMENT_CHANGE, session.changeIndex === null ? 0 : session.changeIndex + 1);
  audit(cold, AUDIT_SIGNED, session.account, payload.subarray(PAYMENT_TAG, PAYMENT_TAG + 8));
  save(cold, R_PAYMENT, payload);
  cold.counters.signed++;
}
