// The code without which no SMS starts V's loop: whoever forges an admin's number does not read the answer to it. One
// code at a time, good for a day; wrong ones cost nothing and change nothing.

import { base32 } from '@scure/base';
import { DAY_MS } from '../../../protocol/time';
import type { VContext } from '../context';

/** Five octets are eight characters of base32. */
const CODE_BYTES = 5;

/** True while the code that was given out is good. A clock that was set back does not make it good for longer. */
function isGood({ state, steadyMs }: VContext): boolean {
  const ageMs = steadyMs() - state.getNumber('start-code-ms', 0);
  return state.getText('start-code') !== null && ageMs >= 0 && ageMs < DAY_MS;
}

/** The code to answer an admin with: the one that is good, or a new one. */
export function startCode(context: VContext): string {
  const { state, runtime, steadyMs } = context;
  if (!isGood(context)) {
    state.setText('start-code', base32.encode(runtime.random(CODE_BYTES)));
    state.setNumber('start-code-ms', steadyMs());
  }
  return state.getText('start-code')!;
}

/** True when `text` is the code that is good; it is used up. Letters may be small. */
export function takeStartCode(context: VContext, text: string): boolean {
  if (!isGood(context) || text.toUpperCase() !== context.state.getText('start-code')) return false;
  context.state.setText('start-code', null);
  return true;
}
