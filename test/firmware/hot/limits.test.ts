// Rate limits of HSM-Hot at their limit and one beyond. Spec: SPEC.md 5.2.
import { expect } from 'chai';
import { MAX_ACCOUNTS } from '../../../firmware/cold/state/state';
import {
  ALL_TIMES,
  KNOWN_MAX,
  UNKNOWN_A_MINUTE,
  isWithinRate,
  learnAccount,
  makeLimits,
  type Limits,
} from '../../../firmware/hot/limits';
import {
  MSG_ATTEST,
  MSG_COLD_STATUS,
  MSG_PING,
  MSG_PREV_TX,
  MSG_SIGN_BEGIN,
  MSG_SIGN_FINISH,
  MSG_SIGN_RESULT,
} from '../../../protocol/wire';

function knowing(...accounts: number[]): Limits {
  const limits = makeLimits();
  accounts.forEach((account) => learnAccount(limits, account));
  return limits;
}

/** How many of `count` requests pass at once. */
function passing(limits: Limits, type: number, account: number | undefined, nowMs: number, count = 1000): number {
  let passed = 0;
  for (let n = 0; n < count; n++) if (isWithinRate(limits, type, account, nowMs)) passed++;
  return passed;
}

describe('hot/limits', () => {
  for (const [name, type, rate] of [
    ['signing', MSG_SIGN_BEGIN, 20],
    ['ping', MSG_PING, 10],
    ['attest', MSG_ATTEST, 30],
  ] as const) {
    it(`${name}: ${rate} at once for an account, then as many a minute`, () => {
      const limits = knowing(0, 1);
      expect(passing(limits, type, 0, 1000)).to.equal(rate);
      expect(passing(limits, type, 1, 1000), 'another account').to.equal(rate);
      expect(passing(limits, type, 0, 1000 + 60000 / rate + 1)).to.equal(1);
      expect(passing(limits, type, 0, 3_600_000)).to.equal(rate);
    });

    it(`${name}: ${ALL_TIMES * rate} for all accounts together`, () => {
      const limits = knowing(0, 1, 2, 3);
      let passed = 0;
      for (const account of [0, 1, 2, 3, 77]) passed += passing(limits, type, account, 1000);
      expect(passed).to.equal(ALL_TIMES * rate);
      expect(passing(limits, type, 3, 1000 + 60000 / (ALL_TIMES * rate) + 1)).to.equal(1);
    });

    it(`${name}: ${UNKNOWN_A_MINUTE} for all made-up accounts together, and known ones keep theirs`, () => {
      const limits = knowing(3);
      let passed = 0;
      for (let account = 100; account < 1100; account++) passed += passing(limits, type, account, 1000, 2);
      expect(passed).to.equal(UNKNOWN_A_MINUTE);
      expect(passing(limits, type, 3, 1000)).to.equal(rate);
      expect(limits.fullAtMs.length).to.equal(knowing(3).fullAtMs.length);
    });
  }

  for (const [name, type, rate] of [
    ['result', MSG_SIGN_RESULT, 120],
    ['finish', MSG_SIGN_FINISH, 60],
    ['status', MSG_COLD_STATUS, 60],
  ] as const) {
    it(`${name}: ${rate} at once, then as many a minute`, () => {
      const limits = makeLimits();
      expect(passing(limits, type, undefined, 0)).to.equal(rate);
      expect(passing(limits, type, undefined, 60_000)).to.equal(rate);
    });
  }

  it('pieces of a request have no rate of their own', () =>
    expect(passing(makeLimits(), MSG_PREV_TX, undefined, 0)).to.equal(1000));

  it('knows as many accounts as HSM-Cold holds, and each once', () => {
    expect(KNOWN_MAX).to.equal(MAX_ACCOUNTS);
    const limits = knowing(...Array.from({ length: 50 }, (_, n) => n >> 1));
    expect(limits.known).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});
