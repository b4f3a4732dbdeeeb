// Power cuts at the writes of HSM-Hot, and again at those of the start that follows: it is paired as before or as
// after, or new, never anything else; its log goes on without a gap; paired, it carries a payment. A bounded share
// here; CUTS=all cuts at every write.
import { expect } from 'chai';
import { textBytes } from '../../../firmware/crypto/bytes';
import { hmacSha256 } from '../../../firmware/crypto/index';
import { readDevice } from '../../../firmware/journal/device';
import { append, openJournal, roomBytes } from '../../../firmware/journal/journal';
import { R_AUDIT, readU32, writeU32 } from '../../../firmware/journal/records';
import { pairHot, valueOf } from '../../../host/operator';
import { MSG_ATTEST } from '../../../protocol/wire';
import { linkUp, PIN, readyRig, wake, type Rig } from '../rig';
import { isAll, newConsole, said, secondsOf, set, useBoard, WAYS, type Cut } from './cut';

const KEY = new Uint8Array(32).fill(7);

interface Operation {
  name: string;
  make(): Promise<Rig>;
  run(rig: Rig): Promise<unknown>;
  /** States that a cut may leave. */
  states: string[];
}

async function newHot(): Promise<Rig> {
  const rig = await readyRig();
  await rig.world.finish(rig.hotConsole.run('wipe', () => 'erase everything'));
  restart(rig);
  return rig;
}

function restart(rig: Rig): void {
  rig.hotOff();
  rig.hotOn();
  newConsole(rig);
}

/** HSM-Cold goes and comes: two entries in the log. */
async function coldGoes(rig: Rig): Promise<void> {
  rig.coldOff();
  await rig.world.until(() => rig.hot.flash.isOff, 120_000);
  rig.coldOn();
  newConsole(rig);
  if (!rig.hot.flash.isOff) await wake(rig);
}

/** A paired board whose journal has no room for one more entry. */
async function fullRig(): Promise<Rig> {
  const rig = await readyRig();
  rig.hotOff();
  const { flash } = rig.hot;
  let count = 0;
  const take = (type: number, payload: Uint8Array): void => void (type === R_AUDIT && (count = readU32(payload, 0)));
  const journal = openJournal(
    flash,
    hmacSha256(readDevice(flash)!.secret, textBytes('chaincloud hot journal')),
    false,
    { take, keep: () => true },
  );
  while (roomBytes(journal) > 80) {
    const payload = new Uint8Array(30);
    writeU32(payload, 0, count + 1);
    append(journal, R_AUDIT, payload);
  }
  rig.hotOn();
  newConsole(rig);
  await linkUp(rig);
  return rig;
}

const OPERATIONS: Operation[] = [
  {
    name: 'pair',
    states: ['factory', 'paired'],
    make: newHot,
    run: (rig) => rig.world.finish(pairHot(rig.coldConsole, rig.hotConsole, KEY, PIN)),
  },
  {
    name: 'start',
    states: ['paired'],
    make: () => readyRig(),
    run: async (rig) => {
      rig.hotOff();
      rig.hotOn(true);
      await rig.world.until(() => rig.hot.flash.isOff, 30_000);
    },
  },
  { name: 'HSM-Cold goes and comes', states: ['paired'], make: () => readyRig(), run: coldGoes },
  { name: 'compact', states: ['paired'], make: fullRig, run: coldGoes },
  {
    name: 'note what is malformed',
    states: ['paired'],
    make: () => readyRig(),
    run: (rig) => rig.ask(MSG_ATTEST, ['x']).catch(() => undefined),
  },
  {
    name: 'wipe',
    states: ['factory', 'paired'],
    make: () => readyRig(),
    run: (rig) => rig.world.finish(rig.hotConsole.run('wipe', () => 'erase everything')),
  },
];

/** The board's state as its console tells it. Throws when its log has a gap. */
async function stateOf(rig: Rig, where: string): Promise<string> {
  const lines = await rig.world.finish(rig.hotConsole.run('status'));
  const state = valueOf(lines, 'state').split(' ')[0];
  if (state !== 'paired') return state;
  const entries = (await rig.world.finish(rig.hotConsole.run('log')))
    .filter((line) => line.startsWith('log '))
    .map((line) => Number(line.split(' ')[1]));
  entries.forEach((n, i) => expect(n, `${where}: the log`).to.equal(entries[0] + i));
  return state;
}

/**
 * Cuts as cut.ts does; undefined when the operation was over before: how often a link comes up in it is not the same
 * each time.
 */
async function cutAt(operation: Operation, cut: Cut, second?: Cut): Promise<number | undefined> {
  const where = `${operation.name}, cut at ${said(cut)}${second ? `; its restart cut at ${said(second)}` : ''}`;
  const rig = await operation.make();
  const { flash } = rig.hot;
  set(rig.hot, cut);
  let isOver = false;
  operation.run(rig).then(
    () => (isOver = true),
    () => (isOver = true),
  );
  await rig.world.until(() => flash.isOff || isOver, 4_000_000);
  if (!flash.isOff) return undefined;
  if (second) {
    rig.hotOff();
    set(rig.hot, second);
    rig.hotOn(true);
    if (!flash.isOff) throw new Error(`${where}: it was up before`);
  }
  await rig.world.until(() => isOver, 4_000_000);
  rig.world.errors.length = 0;
  flash.operations = 0;
  restart(rig);
  const writes = flash.operations;
  const state = await stateOf(rig, where);
  if (!operation.states.includes(state)) throw new Error(`${where}: the board is ${state}`);
  if (state === 'factory') await rig.world.finish(pairHot(rig.coldConsole, rig.hotConsole, KEY, PIN));
  await useBoard(rig, where);
  if (rig.world.errors.length) throw new Error(`${where}: ${String(rig.world.errors[0])}`);
  return writes;
}

describe('power cuts of HSM-Hot', () => {
  let cuts = 0;
  let seconds = 0;
  for (const [row, operation] of OPERATIONS.entries()) {
    it(operation.name, async () => {
      const rig = await operation.make();
      rig.hot.flash.operations = 0;
      await operation.run(rig);
      const writes = rig.hot.flash.operations;
      expect(writes).to.be.greaterThan(0);
      const places = isAll
        ? Array.from({ length: writes }, (_, i) => i + 1)
        : [1 + ((row * 5) % writes), 1 + (writes >> 1)];
      for (const at of places) {
        for (const [k, way] of (isAll ? WAYS : [WAYS[(row + at) % 4]]).entries()) {
          const startWrites = await cutAt(operation, { at, ...way });
          if (startWrites === undefined) continue;
          cuts++;
          for (const again of secondsOf(startWrites, at * 4 + k + row, isAll && k === 1 && at === (writes + 1) >> 1)) {
            await cutAt(operation, { at, ...way }, { at: again, ...WAYS[(again + at + k) % 4] });
            seconds++;
          }
        }
      }
    }).timeout(isAll ? 3_600_000 : 120_000);
  }

  it('were made', () => {
    console.log(`      ${cuts} cuts, ${seconds} more in the starts after them`);
    expect(cuts).to.be.greaterThan(10);
  });
});
