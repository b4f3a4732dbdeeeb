// Cuts an operation at one of its writes, starts the board again and looks whether it agrees: it stands where it stood
// before or where it stands after, in every part; its log holds; its PIN opens it; V gets a channel and a payment
// through; and the operation, done again, ends where it should.
import {
  createConsoleClient,
  readLog,
  reopen,
  status,
  unlock,
  valueOf,
  verifyShown,
  wipe,
  provision,
} from '../../../host/operator';
import type { FakeBoard } from '../fake-hal';
import { makeCoin, out, pay } from '../payments';
import { DICE, linkUp, PIN, wake, type Rig } from '../rig';
import type { Operation } from './operations';
import { differences, viewOf, type View } from './view';

/** The long run. */
export const isAll = process.env.CUTS === 'all';

export interface Measured {
  writes: number;
  before: View;
  after: View;
}

/** Runs an operation undisturbed: how often it writes, what the board remembers before and after. */
export async function measure(operation: Operation): Promise<Measured> {
  const rig = await operation.make();
  const before = viewOf(rig.cold);
  rig.cold.flash.operations = 0;
  await operation.run(rig);
  const writes = rig.cold.flash.operations;
  return { writes, before, after: viewOf(rig.cold) };
}

/** The board's console, as a person who types anew sees it. */
export function newConsole(rig: Rig): void {
  rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
  rig.hotConsole = createConsoleClient({ port: rig.hot.console.port });
}

/** Throws unless the view is the one before or after, in all parts but those that the operation says. */
export function agree(operation: Operation, { before, after }: Measured, view: View, where: string): void {
  if (view.fault && [...(operation.faults ?? []), before.fault, after.fault].includes(view.fault)) return;
  const stray = differences(view, before).filter(
    (part) => view[part] !== after[part] && !operation.between?.includes(part),
  );
  const shown = stray.map((part) => `${part} is ${view[part]}, was ${before[part]}, should become ${after[part]}`);
  if (shown.length) throw new Error(`${where}: ${shown.join('; ')}`);
  const moved = differences(before, after).filter((part) => !operation.between?.includes(part));
  const done = moved.filter((part) => view[part] === after[part]);
  if (done.length && done.length < moved.length)
    throw new Error(
      `${where}: ${done.join()} as after, ${moved.filter((part) => !done.includes(part)).join()} as before`,
    );
}

let tried = 0;
/** What a board had said when its power went has left the line by then. */
const LINE_MS = 100;

/** Is the board, just started, of use? Its log holds, its PIN opens it, V gets a channel and a payment through. */
export async function useBoard(rig: Rig, where: string): Promise<void> {
  const { world } = rig;
  const verdict = verifyShown(await world.finish(readLog(rig.coldConsole)));
  if (!verdict.ok) throw new Error(`${where}: the log does not hold: ${verdict.faults.join('; ')}`);
  const lines = await world.finish(status(rig.coldConsole));
  if (valueOf(lines, 'state') === 'locked') await world.run(10_000);
  if (valueOf(await world.finish(status(rig.coldConsole)), 'state') === 'locked') await wake(rig);
  if (/^account 0 closed/m.test((await world.finish(status(rig.coldConsole))).join('\n')))
    await world.finish(reopen(rig.coldConsole, 0, PIN));
  await linkUp(rig);
  rig.v.pending = undefined;
  const had = rig.v.channel?.id;
  rig.v.open();
  if (!(await world.until(() => rig.v.channel !== undefined && rig.v.channel.id !== had, 600_000)))
    throw new Error(`${where}: no channel any more`);
  await pay(rig, {
    userTxNo: `use ${++tried}`,
    outs: out(9_000, 3),
    coins: [makeCoin(rig, { sats: 100_000, index: 7 })],
    feeSats: 1000,
  });
}

/** A board that came out new, or that has to be wiped, takes a new seed. */
async function renewBoard(rig: Rig, fault: string): Promise<void> {
  if (fault !== 'new') {
    await rig.world.finish(wipe(rig.coldConsole, PIN));
    rig.coldOff();
    rig.coldOn();
    newConsole(rig);
  }
  await rig.world.finish(provision(rig.coldConsole, { dice: DICE, hostEntropy: rig.runtime.random(32), pin: PIN }));
  rig.coldOff();
  rig.coldOn();
  newConsole(rig);
  await rig.world.finish(unlock(rig.coldConsole, PIN));
}

/** Longer than any delay after wrong PINs. */
const PIN_WAIT_MS = 700_000;

/** Starts the board, and again when it restarts itself, as one does that erases itself at its start. */
async function startAgain(rig: Rig): Promise<void> {
  rig.cold.rebooted = 0;
  rig.coldOn();
  await rig.world.run(1000);
  if (rig.cold.rebooted) {
    rig.coldOff();
    rig.coldOn();
  }
  newConsole(rig);
}

function isBlank(rig: Rig): boolean {
  return (
    rig.cold.flash.cells.every((cell) => cell === 255) &&
    ![...rig.cold.files.keys()].some((name) => /^[ubm][0-9]/.test(name))
  );
}

/**
 * After a cut in an operation that erases the board: once up it is blank, or stands in all parts as before and the
 * operation erases it.
 */
async function eraseAgain(operation: Operation, { before }: Measured, rig: Rig, where: string): Promise<void> {
  const view = viewOf(rig.cold);
  if (view.fault !== 'new') {
    const stray = differences(view, before).filter((part) => !operation.between?.includes(part));
    if (stray.length)
      throw new Error(
        `${where}: up again, ${stray.map((part) => `${part} is ${view[part]}, was ${before[part]}`).join('; ')}`,
      );
    await rig.world.run(PIN_WAIT_MS);
    await operation.run(rig);
    rig.coldOff();
    await startAgain(rig);
  }
  if (!isBlank(rig)) throw new Error(`${where}: the board is not blank`);
}

/**
 * After a cut: starts the board, looks at it, uses it. isNew boards take a new seed, or are unlocked. Answers how often
 * the board wrote as it came up.
 */
export async function restartAndUse(
  operation: Operation,
  measured: Measured,
  rig: Rig,
  where: string,
): Promise<number> {
  rig.coldOff();
  await rig.world.run(LINE_MS);
  rig.cold.flash.isOff = false;
  if (!operation.erases) agree(operation, measured, viewOf(rig.cold), where);
  rig.cold.flash.operations = 0;
  let writes: number;
  if (operation.erases) {
    await startAgain(rig);
    writes = rig.cold.flash.operations;
    await eraseAgain(operation, measured, rig, where);
  } else {
    rig.coldOn();
    writes = rig.cold.flash.operations;
    newConsole(rig);
  }
  const fault = viewOf(rig.cold).fault;
  if (fault) await renewBoard(rig, fault);
  else if (operation.isNew)
    await rig.world.finish(
      unlock(rig.coldConsole, PIN).catch((error) => {
        if (error.code !== 'pin-wait') throw error;
      }),
    );
  else await useBoard(rig, where);
  if (!fault && rig.world.errors.length) throw new Error(`${where}: ${String(rig.world.errors[0])}`);
  return writes;
}

/**
 * A power cut at the write of this number from now on: how much of the write is still done, and whether a torn erase
 * did its end.
 */
export interface Cut {
  at: number;
  part: number;
  isFromEnd: boolean;
}

/**
 * Numbers of the writes of a start, of so many, at which it is cut: one, in the long run two, or each. `n` varies the
 * choice.
 */
export function secondsOf(writes: number, n: number, isEach: boolean): number[] {
  if (isEach) return Array.from({ length: writes }, (_, i) => i + 1);
  const one = 1 + ((n * 7) % Math.max(1, writes));
  return (isAll ? [one, 1 + ((one - 1 + (writes >> 1)) % Math.max(1, writes))] : [one]).slice(0, writes);
}

/** Ways in which a write is cut. */
export const WAYS = [
  { part: 0, isFromEnd: false },
  { part: 0.5, isFromEnd: false },
  { part: 0.5, isFromEnd: true },
  { part: 1, isFromEnd: false },
];

export function set(board: FakeBoard, { at, part, isFromEnd }: Cut): void {
  Object.assign(board.flash, { operations: 0, cutAt: at, cutPart: part, cutFromEnd: isFromEnd });
}

export const said = ({ at, part, isFromEnd }: Cut): string =>
  `write ${at}, ${part} of it done${isFromEnd ? ' from its end' : ''}`;

/**
 * Cuts the operation and then, when there is a second cut, the start after it. Answers how often the board wrote as it
 * came up in the end.
 */
export async function cutAt(operation: Operation, measured: Measured, cut: Cut, second?: Cut): Promise<number> {
  const where =
    `${operation.name}, ${measured.writes} writes, cut at ` +
    `${said(cut)}${second ? `; its restart cut at ${said(second)}` : ''}`;
  const rig = await operation.make();
  const { flash } = rig.cold;
  set(rig.cold, cut);
  let isOver = false;
  operation.run(rig).then(
    () => (isOver = true),
    () => (isOver = true),
  );
  await rig.world.until(() => flash.isOff || isOver, 4_000_000);
  if (!flash.isOff) throw new Error(`${where}: it was over before`);
  if (second) {
    rig.coldOff();
    set(rig.cold, second);
    rig.coldOn(true);
    if (!flash.isOff) throw new Error(`${where}: it was up before`);
  }
  rig.world.errors.length = 0;
  return restartAndUse(operation, measured, rig, where);
}
