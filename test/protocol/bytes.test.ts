// Holds protocol/bytes.ts: one form of each number, none repaired.
import { expect } from 'chai';
import { decimalOf } from '../../protocol/bytes';
import { U32_MAX } from '../../protocol/wire';

/** Texts that parseInt or Number would make a number of, and that are none. */
export const REPAIRED = [
  '', ' ', '0abc', '0x1', '0X1', '0b1', '0o7', '1e3', '1E0', ' 1', '1 ', '\t1', '-0', '-1', '+1', '007', '00', '01',
  '1.0', '1.', '.5', '1,0', '1_000', 'NaN', 'Infinity', 'null', 'true', '4294967296', '10000000000', '1zzz', '١', '１',
]; // prettier-ignore

describe('protocol/bytes', () => {
  it('takes decimal digits within the bounds', () => {
    for (const value of [0, 1, 7, 10, 99, 1_760_000_000, U32_MAX])
      expect(decimalOf(String(value), 0, U32_MAX), String(value)).to.equal(value);
    expect([decimalOf('4', 5, 9), decimalOf('5', 5, 9), decimalOf('9', 5, 9), decimalOf('10', 5, 9)]).to.deep.equal([
      -1, 5, 9, -1,
    ]);
  });

  it('repairs nothing', () => {
    for (const text of [undefined, ...REPAIRED]) expect(decimalOf(text, 0, U32_MAX), String(text)).to.equal(-1);
  });
});
