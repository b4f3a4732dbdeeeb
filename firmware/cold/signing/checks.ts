/**
 * What must hold before a payment is recorded: the same outputs as before under the same user_tx_no, one coin in common
 * with what it replaces, change where a restored wallet looks for it, and the account's policy (policy.ts: the rules).
 * Each check throws its refusal, which counts. Spec: SPEC.md 5.3.
 */
import type { SignBegin } from '../../../protocol/link/messages';
import type { Signing } from './signing';
import type { SignedBefore } from '../payments/payment';
import { countedRefusal } from '../link/refusal';
import {
  REFUSE_CONFLICT,
  PROTO_V1,
  REFUSE_BAD_INPUT,
  REFUSE_BAD_OUTS,
  REFUSE_POLICY,
  REFUSE_NO_CHANNEL,
  TRANSACTIONS_MAX,
} from '../../../protocol/wire';
import type { Cold } from '../cold';
import { requireAccount } from '../state/accounts';
import { nowSeconds, isClockSet } from '../state/store';
import { policyTag } from './policy';
import { vbytesOf, spends, readInput, type TxDraft } from './tx/draft';
import { addedFee, signedBefore } from '../payments/ledger';
import { spentSince } from '../payments/window';
import { PAYMENT_ANCHOR_BYTES, isEqualAt } from '../../journal/records';
import { archivedDigest } from '../payments/archive';
import { requireNotOld } from '../payments/retire';

/** How far above the highest change index signed a payment's may be: BIP44's gap limit. */
export const CHANGE_GAP = 20;

/** Checks an authorised request before its inputs come. before: what was signed under its user_tx_no. */
export function checkRequest(cold: Cold, signing: Signing, before: SignedBefore): void {
  const account = signing.account;
  if (!before.count) requireNotOld(cold, account, signing.tag);
  if (before.count && !before.isSameContent) throw countedRefusal(account, REFUSE_CONFLICT, 'user-tx-conflict');
  if (signing.draft.locktime) throw countedRefusal(account, REFUSE_BAD_INPUT, 'bad-locktime');
  if (signing.outs!.isBad) throw countedRefusal(account, REFUSE_BAD_OUTS, 'bad-outs');
}

/** Throws the refusal `policy-max-fee`: the fee is above what V allowed. The published app allows whatever it is. */
export function requireAllowedFee(account: number, m: SignBegin): void {
  if (m.proto !== PROTO_V1 && m.feeSats > m.maxFeeSats) throw countedRefusal(account, REFUSE_POLICY, 'policy-max-fee');
}

/** Throws the policy's refusal, if any. before: what was signed under this user_tx_no. */
export function checkPolicy(cold: Cold, signing: Signing, before: SignedBefore): void {
  const account = requireAccount(cold, signing.account);
  const draft = signing.draft;
  const now = nowSeconds(cold);
  const isBump = before.count > 0;
  const tag = policyTag(
    account.policy,
    {
      outputs: draft.nOutputs - draft.nChange,
      smallestSats: draft.smallestSats,
      isAllListed: draft.isAllListed,
      amountSats: draft.amountSats,
      feeSats: draft.feeSats,
      vbytes: vbytesOf(draft, signing.changeIndex !== null),
      debitSats: isBump ? 0 : draft.amountSats,
      debitFeeSats: addedFee(draft.feeSats, before),
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
 * Checks the whole transaction. tx: its id, 32 bytes. Returns what was signed before it, or undefined when this very
 * transaction was: then nothing is to be recorded. Whatever is known, nothing passes that does not pay the first one's
 * outputs and spend its coin.
 */
export function checkPayment(cold: Cold, signing: Signing, tx: Uint8Array): SignedBefore | undefined {
  const account = signing.account;
  const before = signedBefore(cold, account, signing.tag, signing.content, tx);
  if (!before.count) requireNotOld(cold, account, signing.tag);
  if (before.count && !before.isSameContent) throw countedRefusal(account, REFUSE_CONFLICT, 'user-tx-conflict');
  if (before.count && !spendsAnchor(signing.draft, signing.content, before))
    throw countedRefusal(account, REFUSE_CONFLICT, 'no-common-coin');
  if (before.hasTx) return undefined;
  if (signing.isChannelOver) throw countedRefusal(account, REFUSE_NO_CHANNEL, 'no-channel');
  if (before.count >= TRANSACTIONS_MAX) throw countedRefusal(account, REFUSE_CONFLICT, 'replaced-too-often');
  if (!isChangeNear(signing.changeIndex, before)) throw countedRefusal(account, REFUSE_BAD_INPUT, 'change-gap');
  checkPolicy(cold, signing, before);
  return before;
}
