// The journal keeps what it said it wrote, whatever happens in between. Header comments of firmware/journal/journal.ts
// and half.ts are the spec.
import { expect } from 'chai';
import {
  RECORD_PAYLOAD_MAX,
  SCRATCH_PAGES,
  append,
  compact,
  openJournal,
  walk,
  type Journal,
} from '../../../firmware/journal/journal';
import { FakeFlash, PowerCut } from '../fake-hal';

const KEY = new Uint8Array(32).fill(9);

/** A plain model: the latest payload by type, types 200 and above a list. */
class Model {
  latest = new Map<number, string>();
  at = new Map<number, number>();
  list: string[] = [];

  open(flash: FakeFlash, isFresh = false): Journal {
    this.latest.clear();
    this.at.clear();
    this.list = [];
    return openJournal(flash, KEY, isFresh, {
      take: (type, payload, offset) => {
        const text = Buffer.from(payload).toString('hex');
        if (type >= 200) {
          if (!this.list.includes(text)) this.list.push(text);
        } else {
          this.latest.set(type, text);
          this.at.set(type, offset);
        }
      },
      keep: (type, payload, offset) =>
        type >= 200 ? this.list.slice(-5).includes(Buffer.from(payload).toString('hex')) : this.at.get(type) === offset,
    });
  }
}

function payloadOf(n: number, lenBytes: number): Uint8Array {
  return Uint8Array.from({ length: lenBytes }, (_, i) => (n * 31 + i * 7) & 255);
}

function random(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 4294967296;
  };
}

describe('journal', () => {
  it('gives back what was appended, over restarts and compactions', () => {
    const flash = new FakeFlash(5 + SCRATCH_PAGES);
    const model = new Model();
    let journal = model.open(flash, true);
    for (let n = 0; n < 300; n++) {
      append(journal, 1 + (n % 7), payloadOf(n, n % 90));
      append(journal, 200, payloadOf(n, 20));
      if (n % 50 === 49) journal = model.open(flash);
    }
    model.open(flash);
    for (let type = 1; type <= 7; type++) {
      const n = 299 - ((299 + 1 - type) % 7);
      expect(model.latest.get(type)).to.equal(Buffer.from(payloadOf(n, n % 90)).toString('hex'));
    }
    expect(model.list.slice(-5)).to.deep.equal(
      [295, 296, 297, 298, 299].map((n) => Buffer.from(payloadOf(n, 20)).toString('hex')),
    );
  });

  it('takes payloads up to RECORD_PAYLOAD_MAX and refuses one octet more', () => {
    const flash = new FakeFlash(5 + SCRATCH_PAGES);
    const journal = new Model().open(flash, true);
    append(journal, 1, payloadOf(1, RECORD_PAYLOAD_MAX));
    expect(() => append(journal, 1, payloadOf(1, RECORD_PAYLOAD_MAX + 1)))
      .to.throw()
      .with.property('code', 'journal-record-long');
  });

  it('loses nothing that it had accepted, wherever the power is cut', () => {
    for (const part of [0, 0.01, 0.5, 0.97]) {
      let operations = 1;
      for (let cut = 1; cut <= operations; cut++) {
        const flash = new FakeFlash(5 + SCRATCH_PAGES);
        const model = new Model();
        let journal = model.open(flash, true);
        for (let n = 0; n < 120; n++) append(journal, 1 + (n % 5), payloadOf(n, 40));
        flash.operations = 0;
        flash.cutAt = cut;
        flash.cutPart = part;
        let accepted = 119;
        let tried = 119;
        try {
          for (let n = 120; n < 160; n++) {
            tried = n;
            append(journal, 1 + (n % 5), payloadOf(n, 60));
            accepted = n;
          }
          operations = flash.operations;
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
          operations = Math.max(operations, cut + 1);
        }
        flash.isOff = false;
        flash.cutAt = 0;
        journal = model.open(flash);
        for (let type = 1; type <= 5; type++) {
          const has = model.latest.get(type);
          const before = accepted - ((((accepted - (type - 1)) % 5) + 5) % 5);
          const allowed = [Buffer.from(payloadOf(before, before < 120 ? 40 : 60)).toString('hex')];
          if (tried % 5 === type - 1)
            allowed.push(Buffer.from(payloadOf(tried, tried < 120 ? 40 : 60)).toString('hex'));
          expect(allowed, `cut ${cut} part ${part} type ${type}`).to.include(has);
        }
        append(journal, 1, payloadOf(999, 10));
        expect(model.latest.get(1)).to.equal(Buffer.from(payloadOf(999, 10)).toString('hex'));
      }
    }
  }).timeout(120_000);

  it('notices a record that was changed, taken out or put back', () => {
    const next = random(5);
    for (let round = 0; round < 200; round++) {
      const flash = new FakeFlash(5 + SCRATCH_PAGES);
      const model = new Model();
      const journal = model.open(flash, true);
      for (let n = 0; n < 30; n++) append(journal, 1 + (n % 5), payloadOf(n, 40));
      const last = journal.end - 64;
      const from = journal.base + 32;
      const at = from + Math.floor(next() * (last - from - 64));
      flash.cells[at] ^= 1 << Math.floor(next() * 8);
      expect(() => model.open(flash), `octet ${at}`)
        .to.throw()
        .with.property('code', 'journal-corrupt');
    }
  });

  it('notices the older half put back in place of the newer one', () => {
    const flash = new FakeFlash(5 + SCRATCH_PAGES);
    const model = new Model();
    const journal = model.open(flash, true);
    append(journal, 1, payloadOf(1, 10));
    const old = flash.cells.slice(journal.base, journal.base + journal.halfBytes);
    const oldBase = journal.base;
    compact(journal);
    append(journal, 1, payloadOf(2, 10));
    flash.cells.fill(255, journal.base, journal.base + journal.halfBytes);
    expect(() => model.open(flash))
      .to.throw()
      .with.property('code', 'journal-corrupt');
    flash.cells.set(old, oldBase);
    model.open(flash);
    expect(model.latest.get(1), 'a copy of the whole flash is beyond any board without a monotonic counter').to.equal(
      Buffer.from(payloadOf(1, 10)).toString('hex'),
    );
  });

  it('says journal-full, and stays usable, when compaction frees nothing', () => {
    const flash = new FakeFlash(5 + SCRATCH_PAGES);
    const model = new Model();
    const journal = model.open(flash, true);
    const kept: number[] = [];
    expect(() => {
      for (let n = 0; n < 1000; n++) {
        append(journal, 1 + (n % 190), payloadOf(n, 400));
        kept.push(n);
      }
    })
      .to.throw()
      .with.property('code', 'journal-full');
    const count = model.latest.size;
    model.open(flash);
    expect(model.latest.size).to.equal(count);
  });

  it('walks what it holds, oldest first', () => {
    const journal = new Model().open(new FakeFlash(5 + SCRATCH_PAGES), true);
    for (let n = 0; n < 10; n++) append(journal, 200, payloadOf(n, 8));
    const seen: number[] = [];
    walk(journal, (_type, payload) => void seen.push(payload[0]));
    expect(seen).to.deep.equal(Array.from({ length: 10 }, (_, n) => (n * 31) & 255));
  });
});
