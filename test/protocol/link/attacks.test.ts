/**
 * What someone with a hand on the Hot-Cold line can do, and what noise does: SPEC.md 4.1–4.3,
 * test/vectors/wire/invalid.json.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect } from 'chai';
import { crc32, getU32, putU32 } from '../../../protocol/bytes';
import { frameBody, frameLine } from '../../../protocol/link/frame';
import { linkFeed, linkFlush, linkTimers, Link } from '../../../protocol/link/link';
import { createPeer } from '../../../protocol/link/peer';
import type { CborValue } from '../../../protocol/cbor';
import type { Peer } from '../../../protocol/link/types';
import {
  FRAME_HELLO,
  FRAME_HELLO_REPLY,
  FRAME_NO_SESSION,
  HELLO_BYTES,
  LINK_VERSION_MAX,
  MSG_INFO,
} from '../../../protocol/wire';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';
import { bareLink, line, LineEnd, seeded, seededBytes, TestClock } from '../../../tools/bench/wire/line';

const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/**
 * A line through someone who sees whole frames' bodies and puts others (or none) in their place, check sums made good.
 */
function through(
  clock: TestClock,
  change: (body: Uint8Array, to: number) => Uint8Array | undefined,
): [LineEnd, LineEnd] {
  const pending = [[] as number[], [] as number[]];
  return line(clock, {
    fault: (bytes, to) => {
      const out: number[] = [];
      for (const byte of bytes) {
        if (byte !== 0) {
          pending[to].push(byte);
          continue;
        }
        const body = frameBody(Uint8Array.from(pending[to]), pending[to].length);
        pending[to] = [];
        const put = body && change(body, to);
        if (put) out.push(...frameLine(put, true));
      }
      return Uint8Array.from(out);
    },
  });
}

function goodCrc(body: Uint8Array): Uint8Array {
  putU32(body, body.length - 4, crc32(body, body.length - 4));
  return body;
}

function secured(clock: TestClock, ends: [LineEnd, LineEnd], seed = 1): { hot: Peer; cold: Peer } {
  const keys = (n: number) => ({
    linkKey32: new Uint8Array(32).fill(5),
    crypto: protocolCrypto(seededBytes(seeded(seed * 10 + n))),
  });
  const hot = createPeer({ uart: ends[0], clock, role: 'initiator', bootId: 1, secure: keys(1) });
  const cold = createPeer({ uart: ends[1], clock, role: 'responder', bootId: 2, secure: keys(2) });
  cold.onRequest((_t, fields, reply) => reply(['answer', ...fields]));
  return { hot, cold };
}

describe('someone in the middle of the authenticated link', () => {
  it('changes any octet of HELLO or its answer, check sum made good: no session comes of it', function () {
    this.timeout(60_000);
    for (const kind of [FRAME_HELLO, FRAME_HELLO_REPLY]) {
      for (let at = 1; at < (kind === FRAME_HELLO ? HELLO_BYTES : 61); at++) {
        const clock = new TestClock();
        let isActive = true;
        const { hot, cold } = secured(
          clock,
          through(clock, (body) => {
            if (!isActive || body[0] !== kind || at >= body.length - 4) return body;
            const other = Uint8Array.from(body);
            other[at] ^= at === 1 || at === 2 ? 3 : 0x41;
            return goodCrc(other);
          }),
        );
        clock.run(20_000);
        expect([hot.isUp(), cold.isUp()], `kind ${kind} octet ${at}`).to.deep.equal([false, false]);
        isActive = false;
        clock.run(40_000);
        expect([hot.isUp(), cold.isUp()], `kind ${kind} octet ${at}, afterwards`).to.deep.equal([true, true]);
      }
    }
  });

  it('floods either end with hellos, answers and NO_SESSION of its own: the session goes on', () => {
    const clock = new TestClock();
    const ends = line(clock);
    const { hot, cold } = secured(clock, ends);
    clock.run(1000);
    const downs: string[] = [];
    hot.onDown(() => downs.push('hot'));
    cold.onDown(() => downs.push('cold'));
    const next = seeded(5);
    let answered = 0;
    const handled: CborValue[] = [];
    cold.onRequest((_t, fields, reply) => {
      handled.push(fields[0]);
      reply(['answer', ...fields]);
    });
    for (let i = 0; i < 300; i++) {
      const hello = new Uint8Array(HELLO_BYTES + 4);
      hello.set([FRAME_HELLO, 1, 1, 9, 9, 9, 9, 1, 0xe9, 2, 8, 0, 8]);
      hello.set(seededBytes(next)(16), 13);
      ends[0].inject(frameLine(goodCrc(hello), true));
      ends[1].inject(frameLine(goodCrc(new Uint8Array([FRAME_NO_SESSION, 0, 0, 0, 0])), true));
      ends[1].inject(frameLine(goodCrc(Uint8Array.from([FRAME_HELLO_REPLY, ...seededBytes(next)(64)])), true));
      for (const end of ends)
        end.inject(frameLine(Uint8Array.from([next() < 0.5 ? 0xa0 : 0x90, ...seededBytes(next)(20)]), true));
      hot.request(MSG_INFO, [i], (error, fields) => {
        expect(error).to.equal(undefined);
        expect(fields).to.deep.equal(['answer', i]);
        answered++;
      });
      clock.run(clock.uptimeMs() + 300);
    }
    clock.run(clock.uptimeMs() + 30_000);
    expect(answered).to.equal(300);
    expect(handled, 'once each, though sessions were renewed meanwhile').to.deep.equal(
      Array.from({ length: 300 }, (_, i) => i),
    );
    expect(hot.stats.handshakes).to.be.greaterThan(10);
    expect(downs).to.deep.equal([]);
  });

  it('replaces the frame that proves a renewed session by a HELLO: the link stops for seconds, not a minute', () => {
    const clock = new TestClock();
    let attacks = 0;
    let left = 0;
    const next = seeded(6);
    const ends = through(clock, (body, to) => {
      if (to !== 1 || (body[0] & 0xa0) !== 0xa0 || !left) return body;
      left--;
      attacks++;
      const hello = new Uint8Array(HELLO_BYTES + 4);
      hello.set([FRAME_HELLO, 1, 1, 9, 9, 9, 9, 1, 0xe9, 2, 8, 0, 8]);
      hello.set(seededBytes(next)(16), 13);
      return goodCrc(hello);
    });
    const { hot, cold } = secured(clock, ends);
    clock.run(1000);
    const downs: string[] = [];
    hot.onDown(() => downs.push('hot'));
    cold.onDown(() => downs.push('cold'));
    for (let round = 1; round <= 8; round++) {
      left = 1 + (round % 4);
      ends[1].inject(frameLine(goodCrc(new Uint8Array([FRAME_NO_SESSION, 0, 0, 0, 0])), true));
      clock.run(clock.uptimeMs() + 100);
      const startMs = clock.uptimeMs();
      let answeredMs = 0;
      hot.request(MSG_INFO, [round], (error) => {
        expect(error).to.equal(undefined);
        answeredMs = clock.uptimeMs() - startMs;
      });
      clock.run(startMs + 70_000);
      expect(answeredMs, `round ${round}`).to.be.within(1, 6000);
    }
    expect([attacks > 12, downs]).to.deep.equal([true, []]);
  });

  it('holds frames back, swaps and repeats them: each request is handled once, in order', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const next = seeded(seed * 31);
      const clock = new TestClock();
      let kept: Uint8Array | undefined;
      const handled: CborValue[] = [];
      const { hot, cold } = secured(
        clock,
        through(clock, (body) => {
          if (body[0] < 0x80) return body;
          const other = kept;
          if (next() < 0.2) {
            kept = Uint8Array.from(body);
            return other;
          }
          return next() < 0.1 && other ? other : body;
        }),
        seed,
      );
      cold.onRequest((_t, fields, reply) => {
        handled.push(fields[0]);
        reply([fields[0]]);
      });
      clock.run(60_000, () => hot.isUp() && cold.isUp());
      let answered = 0;
      for (let i = 0; i < 8; i++) {
        hot.request(MSG_INFO, [i], (error, fields) => {
          expect([error, fields[0]]).to.deep.equal([undefined, i]);
          answered++;
        });
      }
      clock.run(clock.uptimeMs() + 170_000, () => answered === 8);
      expect(handled, `seed ${seed}`).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
    }
  });
});

/** A plain responder whose session is up, and what it has written since. */
function upResponder(): { link: Link; written: Uint8Array[] } {
  const written: Uint8Array[] = [];
  const link = bareLink({ role: 'responder', bootId: 2 }, (bytes) => void written.push(bytes));
  const hello = new Uint8Array(HELLO_BYTES + 4);
  hello.set([FRAME_HELLO, LINK_VERSION_MAX, LINK_VERSION_MAX, 0, 0, 0, 7, 1, 0xe9, 2, 8, 0, 8]);
  linkFeed(link, frameLine(goodCrc(hello), true), 0);
  linkFeed(link, frameLine(goodCrc(new Uint8Array([0x20, 0, 0, 0, 0, 0, 0])), false), 0);
  linkTimers(link, 0);
  linkFlush(link, 100);
  written.splice(0);
  return { link, written };
}

describe('invalid frames, each named by its fault: ignored, counted, nothing changed', () => {
  const rows: { name: string; line: string }[] = JSON.parse(
    fs.readFileSync(path.resolve(__dirname, '../../../../test/vectors/wire/invalid.json'), 'utf8'),
  ).rows;
  for (const row of rows) {
    it(row.name, () => {
      const { link, written } = upResponder();
      const before = JSON.stringify([link.session, link.inbox, link.events]);
      linkFeed(link, unhex(row.line), 200);
      expect(link.stats.badFrames).to.equal(1);
      expect(JSON.stringify([link.session, link.inbox, link.events])).to.equal(before);
      expect(written).to.deep.equal([]);
      linkFeed(link, frameLine(goodCrc(new Uint8Array([0x20, 1, 0, 5, 0, 0, 0, 0])), false), 200);
      expect(
        link.inbox.map((bytes) => [...bytes]),
        'the next good frame is taken',
      ).to.deep.equal([[5]]);
    });
  }

  it('a line without an end costs no memory and one bad frame', () => {
    const { link } = upResponder();
    for (let i = 0; i < 2000; i++) linkFeed(link, new Uint8Array(64).fill(0x55), 200);
    linkFeed(link, new Uint8Array([0]), 200);
    expect([link.stats.badFrames, link.line.bytes.length, link.line.fill]).to.deep.equal([1, 0, 0]);
    expect(getU32(new Uint8Array(4), 0)).to.equal(0);
  });
});
