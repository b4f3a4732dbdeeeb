// Holds host/kit/cbor-file.ts: items appended to a file, read up to where the file ends, cut or hostile (RFC 8742).

import { expect } from 'chai';
import { decodeSequence, encodeItem, isSequence } from '../../../host/kit/cbor-file';
import { cborDecode } from '../../../protocol/cbor';

const bytes = (hex: string) => Buffer.from(hex, 'hex');
const VALUES = [{ format: 'f' }, [1, -1, 'ü', true, null], 1_800_000_000_000, { at: 1.5, text: '' }];

describe('host/kit/cbor-file', () => {
  const whole = Buffer.concat(VALUES.map((value, i) => encodeItem(value, i === 0)));

  it('reads back what was appended; the first item begins the file with d9d9f7', () => {
    expect(whole.subarray(0, 3).toString('hex')).to.equal('d9d9f7');
    expect([isSequence(whole), isSequence(bytes('d9d9')), isSequence(bytes('a0'))]).to.deep.equal([true, false, false]);
    expect(decodeSequence(whole)).to.deep.equal({ items: VALUES, restBytes: 0 });
  });

  it('writes CBOR that the strict codec of the wire reads', () => {
    expect(cborDecode(encodeItem([1, 'a', false]))).to.deep.equal([1, 'a', false]);
    expect(encodeItem({ a: 1 }).toString()).to.equal(bytes('a1616101').toString());
  });

  it('a cut at every octet: the items before it, and how much of the next one is there', () => {
    const ends = [0];
    for (const [i, value] of VALUES.entries()) ends.push(ends[i] + encodeItem(value, i === 0).length);
    for (let length = 0; length <= whole.length; length++) {
      const count = ends.filter((end) => end > 0 && end <= length).length;
      const expected = { items: VALUES.slice(0, count), restBytes: length - ends[count] };
      expect(decodeSequence(whole.subarray(0, length)), `${length} octets`).to.deep.equal(expected);
    }
  });

  it('attack: huge lengths and deep nesting end at once, as a cut or as no CBOR', () => {
    const startedMs = Date.now();
    for (const hex of ['5b7fffffffffffffff', '7affffffff61', '9affffffff', 'bb0000000100000000', 'baffffffff6161'])
      expect(decodeSequence(bytes(hex))?.items ?? [], hex).to.deep.equal([]);
    expect(decodeSequence(Buffer.alloc(1_000_000, 0x81))?.items ?? []).to.deep.equal([]);
    expect(Date.now() - startedMs).to.be.below(5000);
  });

  it('attack: what is no CBOR is nothing: reserved lengths, a break outside, text in place of it', () => {
    for (const hex of ['1c', 'ff', '5f01ff', 'fe']) expect(decodeSequence(bytes(hex)), hex).to.equal(null);
  });

  it('attack: a name that reaches the prototype changes none', () => {
    const { items } = decodeSequence(bytes('a1695f5f70726f746f5f5fa16161' + '01'))!;
    expect(({} as { a?: number }).a).to.equal(undefined);
    expect(Object.getPrototypeOf(items[0])).to.equal(Object.prototype);
  });
});
