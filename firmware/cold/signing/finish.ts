/**
 * SIGN_FINISH: the transaction is whole. Adds the change, hashes the transaction, checks it and records the payment, a
 * step each. The reply names what was recorded; asked again, it is given again.
 */
import { PHASE_RECORDED, PHASE_INPUTS, type Signing } from './signing';
import { CHANGE_MIN_SATS, scriptOf, putOutput } from './tx/draft';
import type { Cold } from '../cold';
import { refusal, type Reply, type Refuse } from '../link/refusal';
import { requireSigning, endSigning, runSteps } from './current';
import { REFUSE_BAD_STATE, REFUSE_BAD_FEE, CHAIN_CHANGE } from '../../../protocol/wire';
import { startPass, stepPass, endPass, type Pass } from './tx/hash';
import { hotKeyHash } from '../secrets/account-keys';
import { NO_BYTES } from '../../crypto/bytes';
import { checkPayment } from './checks';
import { recordPayment } from '../payments/record';

/** Is the fee what the sums leave, and the change none or large enough? */
function isFeeRight(signing: Signing, changeSats: number): boolean {
  if (signing.draft.feeSats < 0 || changeSats < 0) return false;
  return signing.changeIndex === null ? changeSats === 0 : changeSats >= CHANGE_MIN_SATS;
}

/** Replies [n_inputs, id] once the payment is on flash. */
export function signFinish(cold: Cold, reply: Reply, refuse: Refuse): void {
  const isRecorded = cold.signing !== undefined && cold.signing.phase === PHASE_RECORDED;
  const signing = requireSigning(cold, isRecorded ? PHASE_RECORDED : PHASE_INPUTS);
  const draft = signing.draft;
  if (isRecorded) return reply([draft.nInputs, draft.id!]);
  if (draft.done !== draft.nInputs) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  const changeSats = draft.sumSats - draft.amountSats - draft.feeSats;
  if (!isFeeRight(signing, changeSats)) throw endSigning(cold, signing, REFUSE_BAD_FEE, 'bad-fee');
  let pass: Pass | undefined;
  runSteps(cold, signing, PHASE_RECORDED, refuse, function () {
    if (signing.changeIndex !== null && !draft.nChange) {
      const script = scriptOf(draft.script, hotKeyHash(cold, signing.account, CHAIN_CHANGE, signing.changeIndex));
      putOutput(draft, changeSats, script);
      draft.nChange = 1;
      return true;
    }
    if (!pass) pass = startPass(draft, -1, NO_BYTES);
    if (stepPass(draft, pass)) return true;
    const id = endPass(draft, pass);
    const before = checkPayment(cold, signing, id);
    if (before) recordPayment(cold, signing, before, id);
    signing.tag = signing.content = NO_BYTES; // nothing asks for them any more
    reply([draft.nInputs, id]);
    return false;
  });
}
