// Power cuts at the writes of every operation, before, in the midst of and after each, and then at those of the start
// that follows, which puts what it found torn into the other half: SYSTEM docs/threat-model.md I5. A bounded share
// here, two cuts an operation; CUTS=all cuts at every write in all four ways, each again at two writes of the start
// after it, and one torn write an operation at all of them.
import { expect } from 'chai';
import { cutAt, isAll, measure, secondsOf, WAYS } from './cut';
import { OPERATIONS } from './operations';

describe('power cuts', () => {
  let cuts = 0;
  let seconds = 0;
  for (const [row, operation] of OPERATIONS.entries()) {
    it(operation.name, async () => {
      const measured = await measure(operation);
      const { writes } = measured;
      const places = isAll
        ? Array.from({ length: writes }, (_, i) => i + 1)
        : [1 + ((row * 5) % Math.max(1, writes))].slice(0, writes);
      for (const at of places) {
        for (const [k, way] of (isAll ? WAYS : [WAYS[row % 4]]).entries()) {
          const startWrites = await cutAt(operation, measured, { at, ...way });
          cuts++;
          for (const again of secondsOf(startWrites, at * 4 + k + row, isAll && k === 1 && at === (writes + 1) >> 1)) {
            await cutAt(operation, measured, { at, ...way }, { at: again, ...WAYS[(again + at + k) % 4] });
            seconds++;
          }
        }
      }
    }).timeout(isAll ? 3_600_000 : 120_000);
  }

  it('were made at the writes of all operations', () => {
    console.log(`      ${cuts} cuts, ${seconds} more in the starts after them`);
    expect(cuts).to.be.greaterThan(30);
    expect(seconds).to.be.greaterThan(30);
  });
});
