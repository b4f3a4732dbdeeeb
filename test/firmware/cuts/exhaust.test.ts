// Out of memory at any allocation leaves the state good, held in the genuine interpreter with a fixed number of
// variables (ESPRUINO): a whole system, in which HSM-Cold has too little room for an operation, a different one each
// time. It restarts by itself, or has its power cut where it does not within a bounded time; then its journal opens,
// its log goes on, no number goes back, the account is closed if a closing was written down, nothing was signed
// unwritten or paid twice, and what was asked for is done, once. One room an operation here, by EXHAUST_SEED;
// EXHAUST=<number> has so many. EXHAUST_LOG=1 tells what happens.
import { expect } from 'chai';
import { buildOf } from '../../../tools/bench/firmware/peaks';
import { createLedger, type Ledger } from './exhaust/ledger';
import { FIRST, OPERATIONS } from './exhaust/operations';
import { createSystem, type System } from './exhaust/system';
import { exhaust, tallyText, type Tally } from './exhaust/trial';

const EACH = Number(process.env.EXHAUST ?? 1);
const SEED = process.env.EXHAUST_SEED ?? 'exhaust';
const SET_UP_MS = 300_000;
const ROOM_MS = 400_000;

describe('out of memory in the genuine interpreter (ESPRUINO)', () => {
  const tallies: Tally[] = [];
  let system: System | undefined;
  let ledger: Ledger;

  before(async function () {
    this.timeout(SET_UP_MS);
    const espruino = process.env.ESPRUINO;
    if (!espruino) {
      console.log('      ESPRUINO names no interpreter: this test needs one');
      return this.skip();
    }
    if (!buildOf(espruino)) {
      console.log('      this interpreter has no fixed number of variables that is large enough');
      return this.skip();
    }
    system = await createSystem(espruino, SEED);
    ledger = createLedger(system);
  });
  after(() => system?.close());

  for (const operation of [FIRST, ...OPERATIONS]) {
    it(operation.name, async () => {
      const tally = await exhaust(system!, ledger, operation, EACH, SEED);
      tallies.push(tally);
      console.log(`      ${tallyText(tally)}`);
      expect(tally.died, 'rooms in which memory ran out').to.be.greaterThan(0);
      if (operation === FIRST) await system!.finishSetUp();
    }).timeout(SET_UP_MS + EACH * ROOM_MS);
  }

  it('was noticed by the board itself in many cases', function () {
    if (tallies.length <= OPERATIONS.length) return this.skip();
    const sum = (name: keyof Tally): number => tallies.reduce((all, tally) => all + tally[name], 0);
    console.log(
      `      ${sum('rooms')} rooms, ${sum('died')} in which memory ran out: ${sum('restarts')} ` +
        `restarts, ${sum('crashes')} of them crashes, ${sum('cuts')} power cuts`,
    );
    expect(sum('restarts')).to.be.greaterThan(sum('died') / 3);
  });
});
