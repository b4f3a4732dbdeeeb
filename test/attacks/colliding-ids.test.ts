// Attack (I2): two transactions, or two contents, that the API made alike in half of their digests. Nothing is signed
// for the second. Invariants: 2 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { archiveOldest } from '../../firmware/cold/payments/archive';
import { GROUP_ENTRIES } from '../../firmware/cold/payments/groups';
import type { Thrown } from '../../firmware/cold/link/refusal';
import type { Signing } from '../../firmware/cold/signing/signing';
import type { Op } from '../firmware/model/model';
import { makeMachine, record, signingFor, type Machine } from '../firmware/model/world';
import { PAYMENTS_KEPT_MAX } from '../../firmware/cold/payments/tidy';
import { applyRefusal } from '../../firmware/cold/link/refuse';

const pay = (number: number, coin: number, fee = 500): Op => ({
  kind: 'pay',
  number,
  content: number,
  coins: [coin],
  sats: 1000,
  fee,
  change: -1,
});

/** Ids that share all octets up to `from`. */
const id = (from: number, other: number): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => (i < from ? 7 : other));

function tagOf(machine: Machine, op: Op, tx: Uint8Array, change?: (signing: Signing) => void): string {
  const signing = signingFor(machine, op);
  change?.(signing);
  try {
    record(machine.cold, signing, tx);
    return 'ok';
  } catch (error) {
    return applyRefusal(machine.cold, error as Thrown).code;
  }
}

function archived(machine: Machine): void {
  for (let n = 0; n < PAYMENTS_KEPT_MAX; n++) expect(tagOf(machine, pay(100 + n, 20), id(0, n))).to.equal('ok');
  archiveOldest(machine.cold);
  expect(machine.cold.state.archivedSerial).to.equal(GROUP_ENTRIES);
}

describe('attack: colliding ids', () => {
  for (const where of ['journal', 'archive']) {
    it(`a known id does not stand for the coin in common: ${where}`, () => {
      const machine = makeMachine();
      expect(tagOf(machine, pay(1, 1), id(16, 1))).to.equal('ok');
      if (where === 'archive') archived(machine);
      const serial = machine.cold.state.paymentSerial;
      expect(tagOf(machine, pay(1, 2), id(16, 2))).to.equal('no-common-coin');
      expect(tagOf(machine, pay(1, 2), id(16, 1))).to.equal('no-common-coin');
      expect(machine.cold.state.paymentSerial).to.equal(serial);
    });

    it(`content that is alike in half of its digest is other content: ${where}`, () => {
      const machine = makeMachine();
      expect(tagOf(machine, pay(1, 1), id(32, 1))).to.equal('ok');
      if (where === 'archive') archived(machine);
      const tag = tagOf(machine, pay(1, 1), id(32, 1), (signing) => {
        signing.content = signing.content.slice();
        signing.content[31] ^= 1;
      });
      expect(tag).to.equal(where === 'archive' ? 'no-common-coin' : 'user-tx-conflict');
    });
  }

  it('an id that is alike in 31 octets is another transaction, whose fee counts', () => {
    const machine = makeMachine();
    expect(tagOf(machine, pay(1, 1), id(31, 1))).to.equal('ok');
    expect(tagOf(machine, pay(1, 1, 900), id(31, 2))).to.equal('ok');
    expect(machine.cold.state.paymentSerial).to.equal(2);
    expect(tagOf(machine, pay(1, 1, 900), id(31, 2))).to.equal('ok');
    expect(machine.cold.state.paymentSerial).to.equal(2);
  });
});
