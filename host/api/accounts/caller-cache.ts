// Callers by their tokens, as the database had them not long ago: most calls of a customer come with the same token,
// and each would cost a hash and a look at the database.

import { clockOf } from '../../kit/link-adapter';
import type { Runtime } from '../../kit/runtime';
import { UNSEEN_MS } from '../http/replies';
import type { Caller } from './account';

const MAX_CALLERS = 1000;

export interface CallerCache {
  /** The caller with this token, when it was found less than a second ago. */
  known(token: string): Caller | undefined;
  /** Looks in the database. Unknown tokens are not remembered. */
  find(token: string): Promise<Caller | undefined>;
  /** Forgets all: for tokens that were replaced. */
  clear(): void;
}

/** `callerOf`: the look at the database. */
export function createCallerCache(
  callerOf: (token: string) => Promise<Caller | undefined>,
  runtime: Runtime,
): CallerCache {
  const clock = clockOf(runtime);
  const callers = new Map<string, { caller: Caller; untilMs: number }>();
  let generation = 0;
  return {
    known(token) {
      const found = callers.get(token);
      return found && clock.uptimeMs() < found.untilMs ? found.caller : undefined;
    },
    async find(token) {
      const asked = generation;
      const caller = await callerOf(token);
      if (!caller || asked !== generation) return caller;
      if (callers.size >= MAX_CALLERS) callers.clear();
      callers.set(token, { caller, untilMs: clock.uptimeMs() + UNSEEN_MS });
      return caller;
    },
    clear() {
      generation++;
      callers.clear();
    },
  };
}
