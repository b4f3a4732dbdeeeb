// Cuts an operation at one of its writes, starts the board again and looks whether it agrees: it stands where it stood before or
// where it stands after, in every part; its log holds; its PIN opens it; V gets a channel and a payment through; and the
// operation, done again, ends where it should.
import { createConsoleClient, readLog, reopen, status, unlock, valueOf, verifyLog, wipe, provision } from '../../../host/operator';
import { makeCoin, out, pay } from '../payments';
import { DICE, linkUp, PIN, wake, type Rig } from '../rig';
import type { Operation } from './operations';
import { differences, viewOf, type View } from './view';

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

/** Which writes are cut: all of them, or `most` of them spread over an operation that writes a great deal in the same way. */
export function cutsOf(operation: Operation, writes: number): number[] {
  const bound = Math.min(writes, operation.most ?? writes);
  return Array.from({ length: bound }, (_, i) => 1 + Math.round((i * (writes - 1)) / Math.max(1, bound - 1)));
}

/** The board's console, as a person who types anew sees it. */
export function newConsole(rig: Rig): void {
  rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
  rig.hotConsole = createConsoleClient({ port: rig.hot.console.port });
}

/** Throws unless the view is the one before or after, in all parts but those that the operation says. */
export function agree(operation: Operation, { before, after }: Measured, view: View, where: string): void {
  if (view.fault && [...(operation.faults ?? []), before.fault, after.fault].includes(view.fault)) return;
  const stray = differences(view, before).filter((part) => view[part] !== after[part] && !operation.between?.includes(part));
  if (stray.length) throw new Error(`${where}: ${stray.map((part) => `${part} is ${view[part]}, was ${before[part]}, should become ${after[part]}`).join('; ')}`);
  const moved = differences(before, after).filter((part) => !operation.between?.includes(part));
  const done = moved.filter((part) => view[part] === after[part]);
  if (done.length && done.length < moved.length) throw new Error(`${where}: ${done.join()} as after, ${moved.filter((part) => !done.includes(part)).join()} as before`);
}

let tried = 0;

/** Is the board, just started, of use? Its log holds, its PIN opens it, V gets a channel and a payment through. */
export async function useBoard(rig: Rig, where: string): Promise<void> {
  const { world } = rig;
  const verdict = verifyLog(await world.finish(readLog(rig.coldConsole)));
  if (!verdict.ok) throw new Error(`${where}: the log does not hold: ${verdict.faults.join('; ')}`);
  const lines = await world.finish(status(rig.coldConsole));
  if (valueOf(lines, 'state') === 'locked') await world.run(10_000);
  if (valueOf(await world.finish(status(rig.coldConsole)), 'state') === 'locked') await wake(rig);
  if (/^account 0 closed/m.test((await world.finish(status(rig.coldConsole))).join('\n'))) await world.finish(reopen(rig.coldConsole, 0, PIN));
  await linkUp(rig);
  rig.v.pending = undefined;
  const had = rig.v.channel?.id;
  rig.v.open();
  if (!(await world.until(() => rig.v.channel !== undefined && rig.v.channel.id !== had, 600_000))) throw new Error(`${where}: no channel any more`);
  await pay(rig, { userTxNo: `use ${++tried}`, outs: out(9_000, 3), coins: [makeCoin(rig, { sats: 100_000, index: 7 })], feeSats: 1000 });
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

/** After a cut: starts the board, looks at it, uses it. isNew boards take a new seed, or are unlocked. */
export async function restartAndUse(operation: Operation, measured: Measured, rig: Rig, where: string): Promise<void> {
  rig.coldOff();
  rig.cold.flash.isOff = false;
  agree(operation, measured, viewOf(rig.cold), where);
  rig.coldOn();
  newConsole(rig);
  const fault = viewOf(rig.cold).fault!;
  if (fault) return renewBoard(rig, fault);
  if (operation.isNew) await rig.world.finish(unlock(rig.coldConsole, PIN).catch((error) => { if (error.code !== 'pin-wait') throw error; }));
  else await useBoard(rig, where);
  if (rig.world.errors.length) throw new Error(`${where}: ${String(rig.world.errors[0])}`);
}

/** part: how much of the cut write is still done; isFromEnd: a torn erase did its end. */
export async function cutAt(operation: Operation, measured: Measured, cut: number, part: number, isFromEnd: boolean): Promise<void> {
  const where = `${operation.name}, cut at write ${cut} of ${measured.writes}, ${part} of it done${isFromEnd ? ' from its end' : ''}`;
  const rig = await operation.make();
  const { flash } = rig.cold;
  flash.operations = 0;
  flash.cutAt = cut;
  flash.cutPart = part;
  flash.cutFromEnd = isFromEnd;
  let isOver = false;
  operation.run(rig).then(
    () => (isOver = true),
    () => (isOver = true),
  );
  await rig.world.until(() => flash.isOff || isOver, 4_000_000);
  if (!flash.isOff) throw new Error(`${where}: it was over before`);
  rig.world.errors.length = 0;
  await restartAndUse(operation, measured, rig, where);
}
