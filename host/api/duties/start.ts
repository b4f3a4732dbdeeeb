// Starts the duties of the API and pokes those that can go on after another one.

import type { Context } from '../context';
import { DUTIES, DUTY_NAMES, type DutyName } from './declared';
import { startDuty, type Duty, type DutyState } from './duty';
import { createLeader, STANDBY_MS, type Leader } from './leader';
import { worksOf, type Others, type Work } from './works';

export interface Duties {
  /** Each duty once, now, in their order; the first error is thrown when all have had their turn. */
  sync(): Promise<void>;
  /** The chain may have changed. */
  poke(): void;
  /** One duty may have work now. */
  pokeOne(name: DutyName): void;
  /**
   * Payments alone, now, in their duties' turns: nothing is sent twice at once. A process that does not lead leaves
   * them to the leader. Never throws: the duties keep what went wrong.
   */
  advancePayments(): Promise<void>;
  /** Counts what was done outside of a duty's own turns. */
  note(name: DutyName, error?: unknown): void;
  states(): DutyState[];
  stop(): Promise<void>;
}

/** As `work` for the process that leads; the others look often whether they lead. */
function byLeader(leader: Leader, { work, pauseMs }: Work): Work {
  return {
    pauseMs: () => (leader.isHeld() ? pauseMs() : Math.min(STANDBY_MS, pauseMs())),
    work: async () => ((await leader.isLeading()) ? work() : false),
  };
}

/** Starts them; each one's first turn comes after a pause. */
export function startDuties(context: Context, others: Others, pollMs: number): Duties {
  const { db, log, runtime } = context;
  const wake = (...names: DutyName[]): void => names.forEach((name) => duties[name].poke());
  const works = worksOf(context, others, pollMs, wake);
  const leader = createLeader(db, runtime, () => {
    if (db.dialect === 'postgres') log.info('this process follows the chain from now on');
    wake(...DUTY_NAMES);
  });
  const workOf = (name: DutyName): Work => (DUTIES[name].isLeaders ? byLeader(leader, works[name]) : works[name]);
  const duties = Object.fromEntries(
    DUTY_NAMES.map((name) => [name, startDuty({ name, runtime, log, ...workOf(name) })]),
  ) as { [name in DutyName]: Duty };

  async function each(names: readonly DutyName[]): Promise<void> {
    const errors: unknown[] = [];
    for (const name of names) await duties[name].run().catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw errors[0];
  }

  return {
    sync: () => each(DUTY_NAMES),
    poke: () => wake('blocks', 'mempool', 'rescanning'),
    pokeOne: (name) => duties[name].poke(),
    async advancePayments() {
      for (const name of ['planning', 'broadcasting'] as const) await duties[name].run().catch(() => undefined);
    },
    note: (name, error) => duties[name].note(error),
    states: () => DUTY_NAMES.map((name) => duties[name].state()),
    async stop() {
      for (const name of DUTY_NAMES) await duties[name].stop();
      await leader.release();
    },
  };
}
