// Power cuts at the writes of every operation, before, in the midst of and after each: SYSTEM invariant 5. A bounded share here, one cut an
// operation; CUTS=all cuts at every write in all three ways.
import { expect } from 'chai';
import { cutAt, cutsOf, measure } from './cut';
import { OPERATIONS } from './operations';

const isAll = process.env.CUTS === 'all';
const PARTS = [0, 0.5, 1];

describe('power cuts', () => {
  let cuts = 0;
  for (const [row, operation] of OPERATIONS.entries()) {
    it(operation.name, async () => {
      const measured = await measure(operation);
      const places = isAll ? cutsOf(operation, measured.writes) : [1 + ((row * 5) % Math.max(1, measured.writes))].slice(0, measured.writes);
      for (const [i, place] of places.entries()) {
        for (const part of isAll ? PARTS : [PARTS[row % 3]!]) await cutAt(operation, measured, place, part, (place + i) % 2 === 1);
        cuts++;
      }
    }).timeout(isAll ? 3_600_000 : 120_000);
  }

  it('were made at the writes of all operations', () => expect(cuts).to.be.greaterThan(30));
});
