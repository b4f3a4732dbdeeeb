import { expect } from 'chai';
import type { Check } from '../../../tools/check/check';
import { allowedBy, lowered, report } from '../../../tools/check/main';

const check = (name: string): Check => ({ name, find: () => [] });
const findings = (count: number) => Array.from({ length: count }, (_, i) => ({ place: `f${i}`, text: 'wrong' }));

describe('check: the report and the baseline', () => {
  it('allows what the baseline has, and none without it', () => {
    expect(allowedBy({ a: 3 }, check('a'))).to.equal(3);
    expect(allowedBy({ a: 3 }, check('b'))).to.equal(0);
  });

  it('fails with more findings than allowed, and lists them', () => {
    expect(report(check('a'), findings(2), 1, false)).to.equal(
      'FAIL a: 2 of 1 allowed\n     f0  wrong\n     f1  wrong',
    );
    expect(report(check('a'), findings(1), 1, false)).to.equal('ok   a: 1 of 1 allowed');
  });

  it('lowers the baseline and never raises it', () => {
    const counts = new Map([
      [check('a'), 2],
      [check('b'), 5],
      [check('c'), 0],
    ]);
    expect(lowered({ a: 3, b: 4, c: 1 }, counts)).to.deep.equal({ a: 2, b: 4 });
  });
});
