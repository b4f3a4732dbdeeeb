// Rate limits of HSM-Hot at their limit and one beyond. The header comment of firmware/hot/limits.ts is the spec.
import { expect } from 'chai';
import { ATTEST_A_MINUTE, PING_A_MINUTE, SIGN_A_MINUTE, isWithinRate, type Limits } from '../../../firmware/hot/limits';
import { MSG_ATTEST, MSG_PING, MSG_PREV_TX, MSG_SIGN_BEGIN } from '../../../protocol/wire';

describe('hot/limits', () => {
  for (const [name, type, rate] of [['signing', MSG_SIGN_BEGIN, SIGN_A_MINUTE], ['ping', MSG_PING, PING_A_MINUTE], ['attest', MSG_ATTEST, ATTEST_A_MINUTE]] as const) {
    it(`${name}: ${rate} at once, then as many a minute`, () => {
      const limits: Limits = { buckets: [] };
      for (let n = 0; n < rate; n++) expect(isWithinRate(limits, type, 0, 1000)).to.equal(true);
      expect(isWithinRate(limits, type, 0, 1000)).to.equal(false);
      expect(isWithinRate(limits, type, 1, 1000), 'another account').to.equal(true);
      expect(isWithinRate(limits, type, 0, 1000 + 60000 / rate + 1)).to.equal(true);
      expect(isWithinRate(limits, type, 0, 1000 + 60000 / rate + 2)).to.equal(false);
      for (let n = 0; n < rate; n++) expect(isWithinRate(limits, type, 0, 3_600_000)).to.equal(true);
      expect(isWithinRate(limits, type, 0, 3_600_000)).to.equal(false);
    });
  }

  it('pieces of a request have no rate of their own, and made-up accounts fill no memory', () => {
    const limits: Limits = { buckets: [] };
    for (let n = 0; n < 1000; n++) expect(isWithinRate(limits, MSG_PREV_TX, -1, 0)).to.equal(true);
    for (let account = 0; account < 1000; account++) isWithinRate(limits, MSG_SIGN_BEGIN, account, 0);
    expect(limits.buckets.length).to.equal(16);
  });
});
