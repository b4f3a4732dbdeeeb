// The ring of archives: rewritten in place for ever, nothing paid twice (I2), whatever is cut (I5), and no account
// takes another's room (I13).
import { expect } from 'chai';
import { GROUP_BYTES, groupsMax, PAGE_GROUPS } from '../../../../firmware/cold/payments/groups';
import { KEEP_S, retireOldest } from '../../../../firmware/cold/payments/retire';
import { spentSince } from '../../../../firmware/cold/payments/window';
import { openStore } from '../../../../firmware/cold/state/open-store';
import { makeState } from '../../../../firmware/cold/state/state';
import { PowerCut } from '../../fake-hal';
import type { Machine } from '../../model/world';
import { GAP_S, numberFound, passTime, payAs, probe, ringMachine, tidy } from './ring';

const KNOWN = 'no-common-coin';
/** Octets of a page's indexes. */
const INDEXES_BYTES = 124;

/** Starts the board again with what its flash holds. */
function restart({ board, cold }: Machine): void {
  Object.assign(board.flash, { isOff: false, cutAt: 0 });
  cold.state = makeState();
  openStore(cold, false);
}

/** Pays numbers from `from` to `to`, GAP_S apart. */
function payNumbers(machine: Machine, from: number, to: number, gapS = GAP_S): void {
  for (let n = from; n <= to; n++) {
    expect(payAs(machine, String(n), n), String(n)).to.equal('ok');
    passTime(machine, gapS);
    tidy(machine);
  }
}

describe('cold/payments/retire', () => {
  it('a ring of four pages takes payments for ever; what is forgotten is old, names are never forgotten', () => {
    const machine = ringMachine(4);
    expect(payAs(machine, 'order-1', 1)).to.equal('ok');
    payNumbers(machine, 10, 200);
    expect(payAs(machine, 'order-2', 2)).to.equal('ok');
    payNumbers(machine, 201, 1000);
    expect(machine.cold.state.archiveCount).to.be.greaterThan(3 * 4 * PAGE_GROUPS);
    expect(probe(machine, 'order-1')).to.equal(KNOWN);
    expect(probe(machine, 'order-2')).to.equal(KNOWN);
    const said = Array.from({ length: 991 }, (_, i) => probe(machine, String(10 + i)));
    const firstKnown = said.indexOf(KNOWN);
    expect(said.slice(0, firstKnown).every((tag) => tag === 'old')).to.equal(true);
    expect(said.slice(firstKnown).every((tag) => tag === KNOWN)).to.equal(true);
    expect(991 - firstKnown).to.be.greaterThan(KEEP_S / GAP_S);
    restart(machine);
    expect(probe(machine, '10')).to.equal('old');
    expect(probe(machine, '1000')).to.equal(KNOWN);
    expect(probe(machine, 'order-1')).to.equal(KNOWN);
  }).timeout(60_000);

  it('a number below the mark that was never paid is old; one recorded after the mark rose is known', () => {
    const machine = ringMachine(4);
    payNumbers(machine, 100, 300);
    expect(payAs(machine, '5', 5)).to.equal('old');
    expect(payAs(machine, '301', 301)).to.equal('ok');
    expect(payAs(machine, '0', 7)).to.equal('old');
  }).timeout(60_000);

  it('nothing younger than three days retires: the account waits, and goes on when they are over', () => {
    const machine = ringMachine(4);
    let n = 0;
    let said = 'ok';
    while (said === 'ok') {
      said = payAs(machine, String(++n), n);
      passTime(machine, 1);
      tidy(machine);
    }
    expect(said).to.equal('room');
    expect(n).to.be.within(40, 8 * groupsMax(machine.board.flash));
    expect(retireOldest(machine.cold)).to.equal(false);
    expect(probe(machine, '1')).to.equal(KNOWN);
    passTime(machine, KEEP_S);
    tidy(machine);
    expect(payAs(machine, String(n), n)).to.equal('ok');
    expect(probe(machine, '1')).to.equal('old');
  }).timeout(60_000);

  it("an account that has its share waits alone; another one's payments are found and made", () => {
    const machine = ringMachine(6, 2);
    expect(payAs(machine, '1', 1_000_001, 1)).to.equal('ok');
    let n = 0;
    while (payAs(machine, String(++n), n) === 'ok') {
      passTime(machine, 1);
      tidy(machine);
    }
    for (let m = 2; m < 40; m++) {
      expect(payAs(machine, String(m), 1_000_000 + m, 1)).to.equal('ok');
      passTime(machine, 1);
      tidy(machine);
    }
    expect(payAs(machine, String(n), n)).to.equal('room');
    expect(probe(machine, '1', 1)).to.equal(KNOWN);
  }).timeout(60_000);

  it('sums of the window are the same whatever is archived', () => {
    const machine = ringMachine(6);
    for (let n = 1; n <= 120; n++) {
      expect(payAs(machine, String(n), n)).to.equal('ok');
      passTime(machine, 600);
      tidy(machine);
      const spent = spentSince(machine.cold, 0, machine.model.now - 86_400);
      const count = Math.min(n, 144);
      expect(spent).to.deep.equal({ sats: 100 * count, feeSats: count, count });
    }
  }).timeout(60_000);

  for (const [what, offset] of [
    ['an entry', 30],
    ['an index', PAGE_GROUPS * 512 + 3],
  ] as const)
    it(`${what} that was changed stops the board`, () => {
      const machine = ringMachine(6);
      payNumbers(machine, 1, 80, 60);
      machine.board.flash.archived[offset] ^= 1;
      expect(() => restart(machine))
        .to.throw()
        .with.property('code', 'archive-lost');
    }).timeout(60_000);

  it('a number is looked for in the indexes and one page, however many payments there are', () => {
    const machine = ringMachine(58);
    const { flash } = machine.board;
    const read = flash.readBytes.bind(flash);
    let octets = 0;
    flash.readBytes = (offset, lenBytes) => {
      if (offset >= flash.cells.length) octets += lenBytes;
      return read(offset, lenBytes);
    };
    const lookUp = (userTxNo: string): number => {
      octets = 0;
      expect(numberFound(machine, userTxNo)).to.equal(true);
      return octets;
    };
    payNumbers(machine, 1000, 1100, 1);
    expect(lookUp('1003')).to.be.lessThan(2 * PAGE_GROUPS * GROUP_BYTES);
    payNumbers(machine, 1101, 4000, 1);
    const pages = Math.ceil(machine.cold.state.archiveCount / PAGE_GROUPS);
    expect(pages).to.be.greaterThan(50);
    for (const userTxNo of ['1003', '2500', '3900'])
      expect(lookUp(userTxNo)).to.be.lessThan(pages * INDEXES_BYTES + 2 * PAGE_GROUPS * GROUP_BYTES);
  }).timeout(120_000);

  it('a power cut at each write: nothing known is forgotten, and the ring goes on', () => {
    const made = ringMachine(4);
    payAs(made, 'name', 1);
    payNumbers(made, 2, 120);
    passTime(made, 10 * KEEP_S);
    let cuts = 0;
    for (let isCut = true; isCut; cuts++) {
      const machine = ringMachine(4);
      const { board } = machine;
      board.flash.cells.set(made.board.flash.cells);
      board.flash.archived.set(made.board.flash.archived);
      machine.model.now = made.model.now;
      restart(machine);
      passTime(machine, 0);
      Object.assign(board.flash, { operations: 0, cutAt: cuts + 1, cutPart: [0, 0.4, 0.999][cuts % 3] });
      isCut = false;
      try {
        retireOldest(machine.cold);
        payNumbers(machine, 121, 140);
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
        isCut = true;
      }
      restart(machine);
      passTime(machine, 0);
      expect(probe(machine, 'name')).to.equal(KNOWN);
      for (let n = 2; n <= 120; n += 7) expect(probe(machine, String(n)), `${cuts} ${n}`).to.be.oneOf([KNOWN, 'old']);
      payNumbers(machine, 200, 212);
      restart(machine);
      expect(probe(machine, '212')).to.equal(KNOWN);
    }
    expect(cuts).to.be.greaterThan(60);
  }).timeout(240_000);
});
