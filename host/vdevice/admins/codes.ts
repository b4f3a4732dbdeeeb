// The codes without which no SMS starts V's loop or approves a withdrawal: whoever forges an admin's number does not
// read what V sent to it. A code is good for a day; wrong ones cost nothing and change nothing. The loop has one code
// at a time, each withdrawal its own (approvals.ts).

import { base32 } from '@scure/base';
import { DAY_MS } from '../../../protocol/time';
import type { VContext } from '../context';

/** Five octets are eight characters of base32. */
const CODE_BYTES = 5;

export function newCode({ runtime }: VContext): string {
  return base32.encode(runtime.random(CODE_BYTES));
}

/** Codes as they are kept. Letters that come may be small. */
export function codeOfText(text: string): string {
  return text.toUpperCase();
}

/** True while a code of that age is good. A clock that was set back does not make it good for longer. */
export function isGood({ steadyMs }: VContext, sinceMs: number): boolean {
  const ageMs = steadyMs() - sinceMs;
  return ageMs >= 0 && ageMs < DAY_MS;
}

function goodStartCode(context: VContext): string | null {
  const { state } = context;
  return isGood(context, state.getNumber('start-code-ms', 0)) ? state.getText('start-code') : null;
}

/** The code to answer an admin with who wants the loop started: the one that is good, or a new one. */
export function startCode(context: VContext): string {
  const { state, steadyMs } = context;
  const good = goodStartCode(context);
  if (good !== null) return good;
  const code = newCode(context);
  state.setText('start-code', code);
  state.setNumber('start-code-ms', steadyMs());
  return code;
}

/** True when `text` is the code that is good; it is used up. */
export function takeStartCode(context: VContext, text: string): boolean {
  if (codeOfText(text) !== goodStartCode(context)) return false;
  context.state.setText('start-code', null);
  return true;
}
