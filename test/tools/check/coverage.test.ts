import { expect } from 'chai';
import { join } from 'node:path';
import { percentOf, report, totalsOf, type Summary } from '../../../tools/check/coverage';

const counts = (total: number, covered: number) => ({ total, covered });
const file = (lines: [number, number], branches: [number, number]) => ({
  lines: counts(...lines),
  branches: counts(...branches),
});
const SUMMARY: Summary = {
  total: file([160, 145], [14, 7]),
  [join('/root', 'protocol', 'a.ts')]: file([100, 90], [10, 5]),
  [join('/root', 'protocol', 'cbor', 'b.ts')]: file([50, 50], [2, 0]),
  [join('/root', 'host', 'c.ts')]: file([10, 5], [2, 2]),
};

describe('check: coverage and its floors', () => {
  it('adds up files by their top folder, and leaves the total out', () => {
    expect([...totalsOf(SUMMARY, '/root')]).to.deep.equal([
      ['protocol', file([150, 140], [12, 5])],
      ['host', file([10, 5], [2, 2])],
    ]);
  });

  it('rounds down: 89.999 % does not reach a floor of 90', () => {
    expect(percentOf(counts(100_000, 89_999))).to.equal(89.99);
    expect(percentOf(counts(3, 3))).to.equal(100);
    expect(percentOf(counts(0, 0))).to.equal(0);
  });

  it('holds at the floor, fails below it', () => {
    const totals = new Map([['protocol', file([100, 90], [4, 3])]]);
    expect(report(totals, { protocol: { lines: 90, branches: 75 } })).to.deep.equal({
      lines: [
        'ok   coverage of protocol, lines: 90.00 % (90 of 100), floor 90 %',
        'ok   coverage of protocol, branches: 75.00 % (3 of 4), floor 75 %',
      ],
      isHeld: true,
    });
    const below = report(totals, { protocol: { lines: 90.01, branches: 75 } });
    expect(below.isHeld).to.equal(false);
    expect(below.lines[0]).to.match(/^FAIL coverage of protocol, lines: 90\.00 %/);
  });

  it('fails where a folder has a floor and no file, or files and no floor', () => {
    const totals = new Map([['extra', file([1, 1], [1, 1])]]);
    expect(report(totals, { host: { lines: 0, branches: 0 } })).to.deep.equal({
      lines: [
        'FAIL coverage of host, lines: 0.00 % (0 of 0), floor 0 %',
        'FAIL coverage of host, branches: 0.00 % (0 of 0), floor 0 %',
        'FAIL coverage of extra, lines: 100.00 % (1 of 1), no floor is declared',
        'FAIL coverage of extra, branches: 100.00 % (1 of 1), no floor is declared',
      ],
      isHeld: false,
    });
  });
});
