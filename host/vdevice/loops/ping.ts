// The admin's PING: a signed request that pays nothing goes through API, HSM-Hot and HSM-Cold and back. Spec:
// docs/published-app.md 6.5.

import { PING_OUTS } from '../../../protocol/request/outs';
import { postRequest, readOutcome, type RequestForm } from './api-calls';
import type { VContext } from '../context';
import type { HsmLink } from '../link/hsm-link';

/** Longest wait for the answer. */
const PATIENCE_MS = 600000;

/** Starts one; `answer` is called once, later. `every(fn)` calls fn after a poll's pause, inside tracked work. */
export function startPing(
  context: VContext,
  link: HsmLink,
  every: (fn: () => Promise<void>) => void,
  answer: (text: string) => void,
): void {
  const userTxNo = uuid(context.runtime.random(16));
  const authorised = link.authorise({ userTxNo, outs: PING_OUTS, dynamic: 1, maxFeeSats: 0 });
  const request: RequestForm = { userTxNo, outs: PING_OUTS, dynamic: 1, confirmed: 0, ...authorised };
  const deadlineMs = context.runtime.nowMs() + PATIENCE_MS;

  async function poll(): Promise<void> {
    const outcome = await readOutcome(context.api, request, true).catch(() => null);
    if (!outcome || outcome.kind === 'unknown' || outcome.kind === 'contradiction')
      return answer('get tx status from ChainCloud is error');
    if (outcome.kind === 'failed') return answer('ping failed');
    if (outcome.kind === 'sent') return answer('ping is ok');
    if (context.runtime.nowMs() >= deadlineMs) return answer('ping failed');
    every(poll);
  }

  every(async () => {
    const posted = await postRequest(context.api, request, true).catch(() => 'retry');
    if (posted !== 'taken') return answer('post tx to ChainCloud is error');
    every(poll);
  });
}

/** Version 4, from 16 random bytes. */
function uuid(bytes: Uint8Array): string {
  const copy = Buffer.from(bytes);
  copy[6] = (copy[6] & 0x0f) | 0x40;
  copy[8] = (copy[8] & 0x3f) | 0x80;
  return copy.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
