// SMS to V's admins about what a website can cause at will: of each kind one an hour, with the number of those that
// were kept back. The log has each one. What stops the loop waits for a person and is told at once, not here.

import { HOUR_MS } from '../../../protocol/time';
import type { VContext } from '../context';

/** What is bounded: withdrawals refused, withdrawals held, reports that the website does not take. */
export type NoticeKind = 'refused' | 'held' | 'unreported';

const KINDS: readonly NoticeKind[] = ['refused', 'held', 'unreported'];

/** When the next SMS of a kind may leave, ms of VContext.steadyMs(); a clock that was set back does not put it off. */
function freeMs({ state, steadyMs }: VContext, kind: NoticeKind): number {
  const toldMs = state.getNumber(`${kind}-told-ms`, -HOUR_MS);
  return toldMs > steadyMs() ? 0 : toldMs + HOUR_MS;
}

function send(context: VContext, kind: NoticeKind, words: string): void {
  const { state } = context;
  state.setNumber(`${kind}-told-ms`, context.steadyMs());
  state.setNumber(`${kind}-untold`, 0);
  context.tellAdmins(words);
}

/** Sends `words` to the admins, or keeps them back until the hour of the last SMS of this kind is over. */
export function giveNotice(context: VContext, kind: NoticeKind, words: string): void {
  const { state } = context;
  const untold = state.getNumber(`${kind}-untold`, 0);
  if (untold === 0 && freeMs(context, kind) <= context.steadyMs()) return send(context, kind, words);
  state.setNumber(`${kind}-untold`, untold + 1);
  state.setText(`${kind}-words`, words);
}

/** Sends what was kept back and may leave now. */
export function sendNotices(context: VContext): void {
  const { state } = context;
  for (const kind of KINDS) {
    const untold = state.getNumber(`${kind}-untold`, 0);
    if (untold === 0 || freeMs(context, kind) > context.steadyMs()) continue;
    const words = `${untold} more ${kind}, the last: ${state.getText(`${kind}-words`)}`;
    state.transaction(() => send(context, kind, words));
  }
}

/** When sendNotices() has something to send, ms of VContext.steadyMs(); null: nothing was kept back. */
export function nextNoticeMs(context: VContext): number | null {
  const waiting = KINDS.filter((kind) => context.state.getNumber(`${kind}-untold`, 0) > 0);
  return waiting.length ? Math.min(...waiting.map((kind) => freeMs(context, kind))) : null;
}
