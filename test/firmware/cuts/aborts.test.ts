// Out of memory at any point leaves the state good: handlers of every operation are ended in their midst (abort.ts),
// the board goes on by itself, must notice and restart itself or end the operation all the same, and is then held to
// what cuts.test.ts holds it to. A bounded share here, a third of the operations; ABORTS=<number> has so many of each
// kind in each operation.
import { expect } from 'chai';
import { append, openJournal } from '../../../firmware/journal/journal';
import { FakeFlash } from '../fake-hal';
import { Aborter } from './abort';
import { agree, measure, restartAndUse, type Measured } from './cut';
import { OPERATIONS, type Operation } from './operations';
import { viewOf } from './view';

const EACH = Number(process.env.ABORTS ?? 1);
const isAll = process.env.ABORTS !== undefined;
/** Longest that a board may take to notice. */
const NOTICE_MS = 30_000;

interface Counted extends Measured {
  calls: number;
  arrays: number;
}

async function count(operation: Operation): Promise<Counted> {
  const measured = await measure(operation);
  const rig = await operation.make();
  const aborter = new Aborter(rig.cold);
  aborter.watchArrays();
  try {
    await operation.run(rig);
  } finally {
    aborter.done();
  }
  return { ...measured, calls: aborter.calls, arrays: aborter.arrays };
}

/** Ends a handler; answers whether the board restarted itself. */
async function abortAt(
  operation: Operation,
  counted: Counted,
  callAt: number,
  arrayAt: number,
  isRestarted: boolean,
): Promise<boolean> {
  const place = callAt ? `call ${callAt} of ${counted.calls}` : `array ${arrayAt} of ${counted.arrays}`;
  const where = `${operation.name}, ended at ${place}${isRestarted ? ', restarted' : ''}`;
  const rig = await operation.make();
  const aborter = new Aborter(rig.cold);
  rig.cold.rebooted = 0;
  Object.assign(aborter, { callAt, arrayAt });
  if (arrayAt) aborter.watchArrays();
  let isOver = false;
  operation.run(rig).then(
    () => (isOver = true),
    () => (isOver = true),
  );
  await rig.world.until(() => aborter.isAborted || isOver, 4_000_000);
  if (!aborter.isAborted) aborter.done();
  if (!aborter.isAborted) return false;
  if (!isRestarted) await rig.world.until(() => rig.cold.rebooted > 0, NOTICE_MS);
  const isNoticed = rig.cold.rebooted > 0;
  aborter.done();
  rig.world.errors.length = 0;
  if (!isRestarted && !isNoticed) agree(operation, counted, viewOf(rig.cold), where);
  await restartAndUse(operation, counted, rig, where).catch((error) => {
    throw Object.assign(error as Error, { message: `${where}: ${(error as Error).message}` });
  });
  return isNoticed;
}

function places(total: number, salt: number): number[] {
  return Array.from(
    { length: Math.min(EACH, total) },
    (_, i) => 1 + (((((i * 2 + 1) * total) / (2 * EACH) + salt * 7919) % total) | 0),
  );
}

describe('out of memory', () => {
  let noticed = 0;
  let made = 0;
  for (const [row, operation] of OPERATIONS.entries()) {
    if (operation.name === 'start' || operation.name === 'export the log' || (!isAll && row % 3 !== 2)) continue;
    it(`in the midst of: ${operation.name}`, async () => {
      const counted = await count(operation);
      for (const [i, callAt] of places(counted.calls, row).entries()) {
        noticed += Number(await abortAt(operation, counted, callAt, 0, (row + i) % 4 === 0));
        made++;
      }
      for (const [i, arrayAt] of places(counted.arrays, row + 3).entries()) {
        noticed += Number(await abortAt(operation, counted, 0, arrayAt, (row + i) % 4 === 1));
        made++;
      }
    }).timeout(3_600_000);
  }

  it('was noticed by the board itself in most cases', () => {
    console.log(`      ${made} handlers ended, ${noticed} of them noticed by the board itself`);
    expect(made).to.be.greaterThan(15);
    expect(noticed).to.be.greaterThan(made / 3);
  });

  it('a journal whose write did not end writes nothing more, and holds when it is opened again', () => {
    for (let at = 1; at < 8; at++) {
      const flash = new FakeFlash(8);
      const key = new Uint8Array(32).fill(9);
      const journal = openJournal(flash, key, true, { take: () => undefined, keep: () => true });
      append(journal, 200, new Uint8Array(20));
      journal.isWriting = true;
      expect(() => append(journal, 200, new Uint8Array(20))).to.throw('journal-stopped');
      let records = 0;
      openJournal(flash, key, false, { take: () => void records++, keep: () => true });
      expect(records).to.equal(1);
    }
  });
});
