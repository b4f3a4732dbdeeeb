// Every tag of the policy table (firmware/cold/signing/policy.ts), each at its limit and one beyond.
import { expect } from 'chai';
import type { Spent } from '../../../../protocol/request/policy';
import {
  dayLimitText,
  hasDayLimit,
  NO_DAY_LIMIT_SATS,
  policyFields,
  policyFrom,
  policyTag,
  type Payment,
  type Policy,
} from '../../../../firmware/cold/signing/policy';

const OPEN = new Array<number>(13).fill(0);
const NOON = 1_760_011_200;

function policy(changes: { [field: number]: number }): Policy {
  return policyFrom(OPEN.map((value, i) => changes[i] ?? value))!;
}

function payment(changes: Partial<Payment> = {}): Payment {
  return {
    outputs: 2,
    smallestSats: 10_000,
    isAllListed: false,
    amountSats: 100_000,
    feeSats: 1000,
    vbytes: 200,
    debitSats: 100_000,
    debitFeeSats: 1000,
    debitCount: 1,
    ...changes,
  };
}

const NOTHING: Spent = { sats: 0, feeSats: 0, count: 0 };

describe('policy', () => {
  const rows: [string, { [field: number]: number }, Partial<Payment>, Partial<Payment>, Spent?][] = [
    ['policy-tx-amount', { 0: 100_000 }, { amountSats: 100_000 }, { amountSats: 100_001 }],
    ['policy-tx-fee', { 1: 1000 }, { feeSats: 1000 }, { feeSats: 1001 }],
    ['policy-fee-rate', { 2: 5 }, { feeSats: 1000 }, { feeSats: 1001 }],
    [
      'policy-velocity',
      { 4: 300_000 },
      { debitSats: 100_000 },
      { debitSats: 100_001 },
      { sats: 200_000, feeSats: 0, count: 1 },
    ],
    [
      'policy-fee-velocity',
      { 5: 5000 },
      { debitFeeSats: 1000 },
      { debitFeeSats: 1001 },
      { sats: 0, feeSats: 4000, count: 1 },
    ],
    ['policy-count', { 6: 3 }, { debitCount: 0 }, { debitCount: 1 }, { sats: 0, feeSats: 0, count: 3 }],
    ['policy-outputs', { 7: 2 }, { outputs: 2 }, { outputs: 3 }],
    ['policy-dust', { 8: 10_000 }, { smallestSats: 10_000 }, { smallestSats: 9_999 }],
    ['policy-destination', { 11: 1 }, { isAllListed: true }, { isAllListed: false }],
  ];
  for (const [tag, limits, within, beyond, spent] of rows) {
    it(`${tag}: at the limit, and one beyond`, () => {
      expect(policyTag(policy(limits), payment(within), spent ?? NOTHING, NOON)).to.equal('');
      expect(policyTag(policy(limits), payment(beyond), spent ?? NOTHING, NOON)).to.equal(tag);
    });
  }

  it('policy-time: inside and outside of hours, also over midnight; policy-clock when the time is unknown', () => {
    const minute = Math.floor((NOON % 86400) / 60);
    expect(policyTag(policy({ 9: minute, 10: minute + 1 }), payment(), NOTHING, NOON)).to.equal('');
    expect(policyTag(policy({ 9: minute + 1, 10: minute + 2 }), payment(), NOTHING, NOON)).to.equal('policy-time');
    expect(policyTag(policy({ 9: minute, 10: minute - 1 }), payment(), NOTHING, NOON)).to.equal('');
    expect(policyTag(policy({ 9: minute + 1, 10: minute }), payment(), NOTHING, NOON)).to.equal('policy-time');
    expect(policyTag(policy({ 9: 0, 10: 1 }), payment(), NOTHING, 0)).to.equal('policy-clock');
  });

  it('without limits still caps the fee rate and the outputs', () => {
    expect(policyTag(policy({}), payment({ feeSats: 200_000 }), NOTHING, NOON)).to.equal('');
    expect(policyTag(policy({}), payment({ feeSats: 200_001 }), NOTHING, NOON)).to.equal('policy-fee-rate');
    expect(policyTag(policy({}), payment({ outputs: 101 }), NOTHING, NOON)).to.equal('policy-outputs');
  });

  it('a limit for a day is a window of a day or more in satoshi, or none', () => {
    const rows: [{ [field: number]: number }, boolean, string][] = [
      [{}, false, '0'],
      [{ 3: 86_400, 4: 1 }, true, '1'],
      [{ 4: 5 }, true, '5'],
      [{ 3: 86_401, 4: 5 }, true, '5'],
      [{ 3: 86_399, 4: 5 }, false, '5'],
      [{ 4: NO_DAY_LIMIT_SATS - 1 }, true, String(NO_DAY_LIMIT_SATS - 1)],
      [{ 4: NO_DAY_LIMIT_SATS }, true, 'none'],
      [{ 3: 60, 4: NO_DAY_LIMIT_SATS }, true, 'none'],
    ];
    for (const [changes, isThere, text] of rows)
      expect([hasDayLimit(policy(changes)), dayLimitText(policy(changes))], JSON.stringify(changes)).to.deep.equal([
        isThere,
        text,
      ]);
  });

  it('gives back the numbers that it read, in their order', () => {
    const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 13];
    expect(policyFields(policyFrom(numbers)!)).to.deep.equal(numbers);
  });

  it('takes the largest of each field, and not one more', () => {
    for (const [at, most] of [
      [7, 100],
      [9, 1439],
      [10, 1439],
      [11, 1],
      [12, NO_DAY_LIMIT_SATS],
    ]) {
      const fields = (value: number): number[] => OPEN.map((each, i) => (i === at ? value : each));
      expect(policyFields(policyFrom(fields(most))!)[at]).to.equal(most);
      expect(policyFrom(fields(most + 1)), String(at)).to.equal(undefined);
    }
    const noon = Math.floor((NOON % 86400) / 60);
    const timeTag = (from: number, to: number): string =>
      policyTag(policy({ 9: from, 10: to }), payment(), NOTHING, NOON);
    expect([
      timeTag(noon - 1, noon),
      timeTag(noon + 1, noon),
      timeTag(noon - 9, noon - 9),
      timeTag(5, 5),
    ]).to.deep.equal(['policy-time', 'policy-time', '', '']);
  });

  it('takes thirteen whole numbers and nothing else', () => {
    for (const bad of [
      undefined,
      [],
      OPEN.slice(1),
      [...OPEN, 0],
      [-1, ...OPEN.slice(1)],
      [0.5, ...OPEN.slice(1)],
      [2.1e15 + 1, ...OPEN.slice(1)],
      ['1', ...OPEN.slice(1)],
      OPEN.map((v, i) => (i === 9 ? 1440 : v)),
    ]) {
      expect(policyFrom(bad)).to.equal(undefined);
    }
  });
});
