/**
 * The one signing under way: which messages its phase takes, and its tasks in steps. A new SIGN_BEGIN takes its place;
 * whatever is refused after its authority was verified ends it.
 */
import type { Cold } from '../cold';
import { PHASE_WORKING, type Signing } from './signing';
import { requireReady } from '../state/accounts';
import { refusal, countedRefusal, type Refuse } from '../link/refusal';
import { REFUSE_BAD_STATE, REFUSE_ACCOUNT_CLOSED } from '../../../protocol/wire';
import { isClosed } from '../state/state';
import { dropAuthority } from './authority';
import { schedule } from '../scheduler';
import { refuseThrown } from '../link/refuse';

/** Throws the refusals `bad-state`, `account-closed`, and those of a board that is not ready. */
export function requireSigning(cold: Cold, phase: number): Signing {
  const signing = cold.signing;
  requireReady(cold);
  if (!signing || signing.phase === PHASE_WORKING) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  if (isClosed(cold.state, signing.account)) throw refusal(REFUSE_ACCOUNT_CLOSED, 'account-closed');
  if (signing.phase !== phase) throw refusal(REFUSE_BAD_STATE, 'bad-state');
  return signing;
}

/** Ends the signing; returns the counted refusal to be thrown. */
export function endSigning(cold: Cold, signing: Signing, code: number, tag: string): Error {
  cold.signing = undefined;
  return countedRefusal(signing.account, code, tag);
}

/** Releases what an ended signing held: closing its account needs the room. */
function dropSigning(signing: Signing): void {
  if (signing.check) dropAuthority(signing.check);
  signing.check = signing.outs = signing.coin = undefined;
  // Nothing reads an ended signing's draft; without it the object is no Signing any more.
  (signing as Partial<Signing>).draft = undefined;
}

/**
 * Runs `step` as a task until it returns false; the signing is then in phase `next`. A signing that was replaced
 * meanwhile, or that a step threw out of, ends, and the request is refused.
 */
export function runSteps(cold: Cold, signing: Signing, next: number, refuse: Refuse, step: () => boolean): void {
  signing.phase = PHASE_WORKING;
  schedule(cold, {
    isIdle: false,
    step: function () {
      if (cold.signing !== signing) throw refusal(REFUSE_BAD_STATE, 'bad-state');
      if (step()) return true;
      signing.phase = next;
      return false;
    },
    failed: function (error) {
      if (cold.signing === signing) cold.signing = undefined;
      dropSigning(signing);
      refuseThrown(cold, refuse, error);
    },
  });
}
