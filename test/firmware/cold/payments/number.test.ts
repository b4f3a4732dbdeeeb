// What a payment is known by (SPEC.md 5.3): numbers in canonical decimal, names of every other form. Invariant I2.
import { expect } from 'chai';
import { numberAt, paymentTag } from '../../../../firmware/cold/payments/number';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('cold/payments/number', () => {
  for (const text of ['0', '7', '10', '4294967296', '999999999999999'])
    it(`${text} is a number`, () => expect(numberAt(paymentTag(0, text), 0)).to.equal(Number(text)));

  for (const text of ['', '00', '007', '1e3', '-1', '+1', ' 1', '1 ', '1.0', '0x1', '1000000000000000', 'order-7'])
    it(`'${text}' is a name`, () => expect(numberAt(paymentTag(0, text), 0)).to.equal(-1));

  it('zeros are neither', () => expect(numberAt(new Uint8Array(16), 0)).to.equal(-2));

  it('two texts never share a tag; a name has another one in each account', () => {
    const texts = ['1', '01', '1 ', '11', '256', '65536', 'a', 'b'];
    expect(new Set(texts.map((text) => hex(paymentTag(0, text)))).size).to.equal(texts.length);
    expect(hex(paymentTag(0, 'a'))).to.not.equal(hex(paymentTag(1, 'a')));
  });
});
