// Holds host/operator/account-policy.ts: fees are limited where nobody said anything, and where somebody did, by what
// was said.
import { expect } from 'chai';
import { NO_DAY_LIMIT_SATS, policyFrom } from '../../../firmware/cold/signing/policy';
import { effectivePolicy, FEE_LIMITS_DEFAULT } from '../../../host/operator';
import { policyFields, TELL_ABOVE_DEFAULT, type AccountPolicy } from '../../../host/operator/account-policy';

describe('operator/account-policy', () => {
  it('limits fees of an account that says nothing of them, and nothing else', () => {
    expect(policyFrom(policyFields({ tellAboveSats: 0 }))).to.deep.equal({
      ...policyFrom(Array(13).fill(0)),
      ...FEE_LIMITS_DEFAULT,
    });
    expect(policyFields({ txMaxFeeSats: undefined })).to.deep.equal(policyFields());
    for (const limit of Object.values(FEE_LIMITS_DEFAULT)) expect(limit).to.be.greaterThan(0);
  });
  it('takes what the operator says, 0 for no limit too', () => {
    expect(effectivePolicy({ txMaxFeeSats: 7, windowMaxFeeSats: 0, tellAboveSats: 3 })).to.deep.equal({
      txMaxFeeSats: 7,
      maxFeerateSatVb: 200,
      windowMaxFeeSats: 0,
      tellAboveSats: 3,
    });
    const none = { txMaxFeeSats: 0, maxFeerateSatVb: 0, windowMaxFeeSats: 0, tellAboveSats: 0 };
    expect(policyFields(none)).to.deep.equal(Array(13).fill(0));
  });
  it('tells the admins of half of the limit of a day where nothing is said, none is the most that there is', () => {
    const toldOf = (policy: AccountPolicy): number[] => [4, 12].map((at) => policyFields(policy)[at]);
    expect([{ windowMaxSats: 9 }, { windowMaxSats: 9, tellAboveSats: 0 }, {}].map(toldOf)).to.deep.equal([
      [9, 4],
      [9, 0],
      [0, TELL_ABOVE_DEFAULT],
    ]);
    expect(toldOf({ windowMaxSats: 'none' })).to.deep.equal([NO_DAY_LIMIT_SATS, TELL_ABOVE_DEFAULT]);
  });
  it('gives every field in its place', () => {
    const all = {
      txMaxSats: 1,
      txMaxFeeSats: 2,
      maxFeerateSatVb: 3,
      windowSeconds: 4,
      windowMaxSats: 5,
      windowMaxFeeSats: 6,
      windowMaxCount: 7,
      maxOutputs: 8,
      minOutputSats: 9,
      fromMinute: 10,
      toMinute: 11,
      isAllowListOnly: true,
      tellAboveSats: 12,
    };
    const { isAllowListOnly, ...numbers } = all;
    expect(policyFrom(policyFields(all))).to.deep.equal({ ...numbers, allowList: Number(isAllowListOnly) });
  });
});
