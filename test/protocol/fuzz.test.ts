/** A share of the benchmark's mutations and bad days on every test run: none crashes, none is accepted wrongly. */
import { expect } from 'chai';
import { badNetwork } from '../../tools/bench/wire/bad-network';
import { fuzzWire } from '../../tools/bench/wire/fuzz';

describe('mutations of CBOR, frames, SMS and texts (SPEC.md 1: refused, never repaired)', function () {
  this.timeout(120_000);

  it('40,000 of them', () => {
    const result = fuzzWire(40_000, 1);
    expect(result.samples).to.deep.equal([]);
    expect(result.wrong).to.equal(0);
  });

  it('200 operations over an SMS network with loss, duplicates and delays up to an hour', () => {
    const result = badNetwork(200, 5);
    expect([result.right, result.differing]).to.deep.equal([200, 0]);
  });
});
