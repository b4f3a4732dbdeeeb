// The bench's run under faults, a bounded share of it: every operation ends, none with a wrong result, the ends agree,
// and a seed repeats the run: loss 10 %, duplicates 10 %, reordering, delay up to an hour.
import { expect } from 'chai';
import { fuzzPdus } from '../../../tools/bench/sms';
import { runFaults } from '../../../tools/bench/sms/faults';

describe('tools/bench/sms', function () {
  this.timeout(120_000);

  it('300 faults: everything ends, nothing is wrong, the ends agree', async () => {
    const run = await runFaults('test', 300);
    expect(run.networkFaults).to.be.at.least(300);
    expect(run.modemFaults).to.be.above(5);
    expect(run.hanging).to.equal(0);
    expect(run.differing).to.equal(0);
    expect(run.outcomes.wrong).to.equal(0);
    expect(run.outcomes.right).to.be.above(100);
    expect(run.operations.channel).to.be.above(10);
    expect(run.largestOctets).to.be.at.most(140);
  });

  it('the same seed gives the same run', async () => {
    expect(await runFaults('again', 30)).to.deep.equal(await runFaults('again', 30));
  });

  it('30,000 mutated PDUs', () => {
    const { taken, refused } = fuzzPdus('test', 30_000);
    expect(taken + refused).to.equal(30_000);
    expect(Math.min(taken, refused)).to.be.above(1000);
  });
});
