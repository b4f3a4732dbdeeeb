import { expect } from 'chai';
import { fail as leanFail } from '../../firmware/fail';
import { fail } from '../../protocol/errors';

describe('firmware/fail', () => {
  it('makes what protocol/errors makes, without a stack', () => {
    const lean = leanFail('locked', 'unlock first');
    const full = fail('locked', 'unlock first');
    expect(lean).to.be.instanceOf(Error);
    expect([lean.code, lean.message, `${lean}`]).to.deep.equal([full.code, full.message, `${full}`]);
    expect(lean.stack).to.equal(undefined);
  });
});
