/**
 * SIGN_BEGIN and SIGN_OUTS: a withdrawal as V authorised it, its outs text in one piece or in several. The last piece
 * is replied to once V's authority over the whole text is verified and everything that can be checked without coins is.
 */
import { OUTS_INLINE_MAX, OUTS_COUNT_MAX, REFUSE_BAD_STATE } from '../../../protocol/wire';
import type { Cold } from '../cold';
import type { CborValue } from '../../../protocol/cbor/types';
import { refusal, type Reply, type Refuse } from '../link/refusal';
import { requireReady, requireOpenAccount } from '../state/accounts';
import {
  startAuthority,
  feedAuthority,
  stepAuthority,
  contentDigest,
  overRefusal,
  requireAuthority,
} from './authority';
import { makeDraft, draftBytes } from './tx/draft';
import { openLinkScratch } from './tx/scratch';
import { PHASE_OUTS, PHASE_INPUTS, type Signing, type AuthorityCheck } from './signing';
import { signedBefore } from '../payments/ledger';
import { paymentTag } from '../payments/number';
import { NO_BYTES } from '../../crypto/bytes';
import { readOuts, feedOuts } from './outs';
import { requireSigning, runSteps } from './current';
import { checkRequest, checkPolicy, requireAllowedFee } from './checks';
import { aSignBegin, aSignOuts, type SignBegin } from '../../../protocol/link/messages';

/** Most outputs, change included, that an outs text can hold. */
function outputsMax(outs: string, outsLen: number): number {
  if (outsLen > OUTS_INLINE_MAX) return OUTS_COUNT_MAX + 1;
  let count = 2;
  for (let i = outs.indexOf(';'); i >= 0 && count <= OUTS_COUNT_MAX; i = outs.indexOf(';', i + 1)) count++;
  return count;
}

/** Begins a signing in place of the one under way. */
export function signBegin(cold: Cold, fields: CborValue[], reply: Reply, refuse: Refuse): void {
  requireReady(cold);
  const m = aSignBegin(fields);
  const account = requireOpenAccount(cold, m.account);
  cold.signing = undefined;
  const check = startAuthority(cold, account, m, m.outsLen);
  const draft = makeDraft(
    openLinkScratch(cold, draftBytes(m.nInputs, outputsMax(m.outs, m.outsLen))),
    account.script,
    m,
  );
  const signing: Signing = {
    phase: PHASE_OUTS,
    account: account.n,
    draft: draft,
    changeIndex: m.changeIndex,
    tag: paymentTag(account.n, m.userTxNo),
    content: NO_BYTES,
    isChannelOver: false,
    check: check,
    outs: readOuts(account.n, draft),
    coin: undefined,
  };
  cold.signing = signing;
  if (m.outs) takeText(cold, signing, m.outs, reply, refuse);
  else reply([]);
}

/** The next piece of an outs text that is too long for one message. */
export function signOuts(cold: Cold, fields: CborValue[], reply: Reply, refuse: Refuse): void {
  const signing = requireSigning(cold, PHASE_OUTS);
  const m = aSignOuts(fields);
  const check = signing.check!;
  if (m.offset !== (check.m as SignBegin).outsLen - check.left || m.text.length > check.left)
    throw refusal(REFUSE_BAD_STATE, 'bad-state');
  takeText(cold, signing, m.text, reply, refuse);
}

/**
 * Takes a piece of the text. Its outputs are read in a task of its own, with nothing of the request on the stack; after
 * the last piece the authority is verified, in steps: the published app's takes long.
 */
function takeText(cold: Cold, signing: Signing, text: string, reply: Reply, refuse: Refuse): void {
  const check = signing.check!;
  let isRead = false;
  feedAuthority(check, text);
  (check.m as SignBegin).outs = '';
  runSteps(cold, signing, check.left ? PHASE_OUTS : PHASE_INPUTS, refuse, function () {
    if (!isRead) {
      isRead = true;
      feedOuts(cold, signing.outs!, text, !check.left);
      text = '';
      if (!check.left) return true;
      reply([]);
      return false;
    }
    if (stepAuthority(cold, check)) return true;
    acceptRequest(cold, signing, check);
    reply([]);
    return false;
  });
}

/** Everything that is known before the first input: the authority, what was signed before, the outputs, the policy. */
function acceptRequest(cold: Cold, signing: Signing, check: AuthorityCheck): void {
  signing.content = contentDigest(check);
  signing.isChannelOver = requireAuthority(cold, check);
  const before = signedBefore(cold, signing.account, signing.tag, signing.content, undefined);
  if (signing.isChannelOver && !before.count) throw overRefusal(check);
  requireAllowedFee(signing.account, check.m as SignBegin);
  checkRequest(cold, signing, before);
  if (!before.count) checkPolicy(cold, signing, before);
  signing.check = undefined;
  signing.outs = undefined;
}
