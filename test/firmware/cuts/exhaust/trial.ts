// One operation with too little memory, again and again: each time with another room, so that memory runs out at
// another allocation.
import { seededRandom } from '../../../../host/sim/clock/seeded-random';
import type { Ledger } from './ledger';
import type { Deed, Operation } from './operations';
import type { Fate, System } from './system';

/**
 * Longest that a board may take to notice a handler that did not end: its housekeeping begins one every ten seconds.
 */
const NOTICE_MS = 12_000;
/** Nothing is heard of the board for so long: neither done nor ended. */
const ACT_MS = 60_000;
const DONE_MS = 180_000;
const FILL_MS = 10_000;
/** Rooms are spread over what is not known to pass; one that passes sets a new limit, so far above it. */
const ABOVE_PASSING = 40;
/** A few rooms are taken from the low parts of so many: memory has to run out. */
const PARTS = 3;

export interface Tally extends Fate {
  rooms: number;
  /** Rooms with which it was done all the same, and those in which memory ran out. */
  passed: number;
  died: number;
  /** Answered with an error: a native call, which wants its room in one piece, failed. */
  refused: number;
  /** Neither: nothing came of it. */
  silent: number;
  seconds: number;
}

interface Acting {
  isSettled: boolean;
  /** The board said no. */
  refusal?: string;
}

/** Starts the deed; it goes on by itself. */
function start(deed: Deed, isOver: () => boolean): Acting {
  const acting: Acting = { isSettled: false };
  deed.act(isOver).then(
    () => (acting.isSettled = true),
    (error: Error & { code?: string }) =>
      Object.assign(acting, { isSettled: true, refusal: error.code ?? error.message }),
  );
  return acting;
}

export async function exhaust(
  system: System,
  ledger: Ledger,
  operation: Operation,
  count: number,
  seed: string,
): Promise<Tally> {
  const { fate, filler, sim } = system;
  const random = seededRandom(seed, operation.name);
  const before = { ...fate };
  const fromMs = Date.now();
  const tally: Tally = {
    rooms: 0,
    passed: 0,
    died: 0,
    refused: 0,
    silent: 0,
    seconds: 0,
    ended: 0,
    restarts: 0,
    crashes: 0,
    cuts: 0,
  };
  const [low] = operation.room;
  let high = operation.room[1];
  let deed: Deed | undefined;
  let tries = 0;

  /** With room variables; answers whether it was done. */
  async function attempt(room: number, where: string): Promise<boolean> {
    const was = { ...fate };
    const dies = (): boolean => fate.restarts > was.restarts;
    let isOver = false;
    await deed!.prepare?.();
    Object.assign(was, fate);
    if (operation.isAtStart) {
      filler.fillAtStart(room);
      void system.cutPower().catch(() => undefined);
      fate.cuts--;
      await system.wait(() => !system.isReady(), FILL_MS);
    } else {
      filler.fill(room);
      await system.wait(() => filler.isAnswered() || fate.ended > was.ended || dies(), FILL_MS);
    }
    const acting = start(deed!, () => isOver);
    let endedMs = 0;
    await system.wait(() => {
      if (fate.ended > was.ended) endedMs ||= Date.now();
      return dies() || (acting.isSettled && !endedMs) || (endedMs > 0 && Date.now() > endedMs + NOTICE_MS);
    }, ACT_MS);
    isOver = true;
    system.hangUp();
    const wasSettled = acting.isSettled;
    const hasDied = fate.ended > was.ended || dies();
    const isRefused = acting.refusal !== undefined;
    tally[hasDied ? 'died' : !wasSettled ? 'silent' : isRefused ? 'refused' : 'passed']++;
    system.tell(
      `${where}: ${hasDied ? 'ran out' : wasSettled ? (acting.refusal ?? 'done') : 'silent'}, ${JSON.stringify(fate)}`,
    );
    if (!dies() && (hasDied || !wasSettled || !(await system.relieve()))) await system.cutPower();
    else await system.started();
    const isLocked = await system.isLocked();
    if (isLocked) await system.unlock();
    await ledger.check(where, isLocked);
    return !hasDied && wasSettled && !isRefused;
  }

  /** With memory enough: it must be done, and once. */
  async function complete(where: string): Promise<void> {
    if (!(await deed!.isDone())) {
      await deed!.prepare?.();
      const acting = start(deed!, () => false);
      const isEnded = await system.wait(() => acting.isSettled, DONE_MS);
      if (!isEnded || acting.refusal !== undefined)
        throw new Error(`${where}, with memory again: ${acting.refusal ?? 'was not done'}`);
    }
    await deed!.verify().catch((error: Error) => {
      throw Object.assign(error, { message: `${where}: ${error.message}` });
    });
    deed = undefined;
    tries = 0;
  }

  for (let n = 0; n < count; n++) {
    deed ??= await operation.begin(system, ledger);
    const part = (high - low) / Math.max(count, PARTS);
    const [byte] = random(1);
    // The lowest rooms first: these fail, whatever it needs.
    const room = Math.round(low + part * n + (part * byte) / 256);
    const where = `${operation.name} with room for ${room} variables`;
    tally.rooms++;
    tries++;
    const isDone = await attempt(room, where);
    if (isDone) high = Math.min(high, room + ABOVE_PASSING);
    if (isDone || tries >= operation.tries || (await deed.isDone())) await complete(where);
  }
  if (deed) await complete(operation.name);
  await sim.advance(0);
  for (const name of ['ended', 'restarts', 'crashes', 'cuts'] as const) tally[name] = fate[name] - before[name];
  tally.seconds = Math.round((Date.now() - fromMs) / 1000);
  return tally;
}

export const tallyText = (it: Tally): string =>
  `${it.rooms} rooms: ran out in ${it.died}, refused in ${it.refused}, passed in ${it.passed}, ` +
  `silent in ${it.silent}; ${it.ended} handlers ended, ${it.restarts} restarts (${it.crashes} ` +
  `crashes), ${it.cuts} power cuts; ${it.seconds} s`;
