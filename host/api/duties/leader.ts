// Which of several API processes on one database does the duties that one of them does: the one that holds the name.
// The others ask for it again and again, so that one of them goes on some seconds after the leader is gone.

import type { Runtime } from '../../kit/runtime';
import type { Db, Held } from '../../kit/sql';

const NAME = 'leader';
/** A process that stands by asks so often; its duties ask together. */
export const STANDBY_MS = 1000;

export interface Leader {
  /** Takes the lead when nobody has it. Throws `db-lost`. */
  isLeading(): Promise<boolean>;
  /** False once the lead is lost, for work that takes long. */
  isHeld(): boolean;
  release(): Promise<void>;
}

/** `onLead` is called when this process takes the lead. */
export function createLeader(db: Db, runtime: Runtime, onLead: () => void): Leader {
  let held: Held | undefined;
  let asking: Promise<boolean> | undefined;
  let askedAtMs = -Infinity;
  let isReleased = false;

  async function ask(): Promise<boolean> {
    if (runtime.nowMs() - askedAtMs < STANDBY_MS) return false;
    askedAtMs = runtime.nowMs();
    await held?.release();
    held = await db.hold(NAME);
    if (isReleased) await held?.release();
    if (held?.isHeld() !== true) return false;
    askedAtMs = -Infinity; // a lead that is lost is asked for at once
    onLead();
    return true;
  }

  return {
    async isLeading() {
      if (isReleased) return false;
      if (held?.isHeld() === true) return true;
      asking ??= ask().finally(() => (asking = undefined));
      return asking;
    },
    isHeld: () => held?.isHeld() === true,
    async release() {
      isReleased = true;
      await asking?.catch(() => undefined);
      await held?.release();
    },
  };
}
