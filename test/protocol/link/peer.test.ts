/** protocol/link/peer.ts and what is below it, as SPEC.md 4 and 5 put it: two peers on a virtual line. */
import { expect } from 'chai';
import { createPeer } from '../../../protocol/link/peer';
import type { LinkError, Peer, PeerOptions } from '../../../protocol/link/types';
import type { CborValue } from '../../../protocol/cbor';
import {
  LINK_VERSION_MAX,
  MSG_INFO,
  MSG_PREV_TX,
  MSG_STATUS,
  REFUSE_BAD_REQUEST,
  REFUSE_LOCKED,
  REQUESTS_MAX,
} from '../../../protocol/wire';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';
import { line, LineEnd, LineOptions, seeded, seededBytes, TestClock } from '../../../tools/bench/wire/line';

interface Pair {
  clock: TestClock;
  ends: [LineEnd, LineEnd];
  hot: Peer;
  cold: Peer;
  ups: string[];
}

const KEY = new Uint8Array(32).fill(7);

function options(
  clock: TestClock,
  uart: LineEnd,
  role: 'initiator' | 'responder',
  isSecure: boolean,
  key = KEY,
  seed = 1,
): PeerOptions {
  const secure = isSecure
    ? { linkKey32: key, crypto: protocolCrypto(seededBytes(seeded(seed + (role === 'initiator' ? 100 : 200)))) }
    : undefined;
  return { uart, clock, role, bootId: role === 'initiator' ? 11 : 22, secure };
}

function pair(isSecure: boolean, lineOptions: LineOptions = {}, coldKey = KEY, more: Partial<PeerOptions> = {}): Pair {
  const clock = new TestClock();
  const ends = line(clock, lineOptions);
  const hot = createPeer({ ...options(clock, ends[0], 'initiator', isSecure), ...more });
  const cold = createPeer({ ...options(clock, ends[1], 'responder', isSecure, coldKey), ...more });
  const ups: string[] = [];
  hot.onUp(() => ups.push('hot up'));
  hot.onDown(() => ups.push('hot down'));
  cold.onUp(() => ups.push('cold up'));
  cold.onDown(() => ups.push('cold down'));
  return { clock, ends, hot, cold, ups };
}

function ask(
  peer: Peer,
  type: number,
  fields: CborValue[],
): { error?: LinkError; fields?: CborValue[]; isDone: boolean } {
  const result: { error?: LinkError; fields?: CborValue[]; isDone: boolean } = { isDone: false };
  peer.request(type, fields, (error, answer) => {
    expect(result.isDone, 'called back once').to.equal(false);
    Object.assign(result, { error, fields: answer, isDone: true });
  });
  expect(result.isDone, 'never from inside the call').to.equal(false);
  return result;
}

for (const isSecure of [false, true]) {
  describe(`link, ${isSecure ? 'authenticated' : 'plain'} (SPEC.md 4, 5)`, () => {
    it('comes up, answers, refuses, stays up', () => {
      const { clock, hot, cold, ups } = pair(isSecure, { baud: 115_200 });
      cold.onRequest((type, fields, reply, refuse) => {
        if (type === MSG_INFO) reply(['hello', fields[0]]);
        else if (type === MSG_STATUS) refuse(REFUSE_LOCKED, 'locked');
        else throw Object.assign(new Error('x'), { code: 'bad-request' });
      });
      clock.run(1000);
      expect(ups).to.have.members(['hot up', 'cold up']);
      const info = ask(hot, MSG_INFO, [5]);
      const status = ask(hot, MSG_STATUS, []);
      const other = ask(hot, MSG_PREV_TX, []);
      clock.run(2000);
      expect(info.fields).to.deep.equal(['hello', 5]);
      expect([status.error?.code, status.error?.refusal, status.error?.tag]).to.deep.equal([
        'refused',
        REFUSE_LOCKED,
        'locked',
      ]);
      expect(other.error?.refusal).to.equal(REFUSE_BAD_REQUEST);
      clock.run(24 * 3_600_000);
      expect(ups, 'keep-alive holds it up for a day').to.have.length(2);
    });

    it('carries messages of several frames both ways and refuses longer ones', () => {
      const { clock, hot, cold } = pair(isSecure, { baud: 115_200 });
      cold.onRequest((_type, fields, reply) => reply([fields[0]]));
      clock.run(1000);
      const big = ask(hot, MSG_INFO, [new Uint8Array(2000).fill(9)]);
      const small = ask(hot, MSG_INFO, [1]);
      const tooBig = ask(hot, MSG_INFO, [new Uint8Array(2048)]);
      clock.run(3000);
      expect((big.fields as Uint8Array[])[0]).to.deep.equal(new Uint8Array(2000).fill(9));
      expect(small.fields).to.deep.equal([1]);
      expect(tooBig.error?.code).to.equal('link-too-long');
    });

    it('loses, doubles and damages octets without losing or doubling a request', () => {
      for (let seed = 1; seed <= 20; seed++) {
        const next = seeded(seed * 7919);
        const handled: number[] = [];
        const { clock, hot, cold } = pair(isSecure, {
          baud: 115_200,
          fault: (bytes) => {
            const chance = next();
            if (chance < 0.03) return undefined;
            if (chance < 0.06) return bytes.map((b, i) => (i === 3 ? b ^ 0x10 : b));
            if (chance < 0.08) return Uint8Array.from([...bytes, 0, 1, 2, 3, 0x55]);
            if (chance < 0.1) return Uint8Array.from([...bytes, ...bytes]);
            return bytes;
          },
        });
        cold.onRequest((_type, fields, reply) => {
          handled.push(fields[0] as number);
          reply([fields[0], new Uint8Array(60)]);
        });
        clock.run(60_000, () => hot.isUp() && cold.isUp());
        const results = Array.from({ length: 12 }, (_, i) => ask(hot, MSG_PREV_TX, [i, new Uint8Array(200)]));
        clock.run(clock.uptimeMs() + 600_000, () => results.every((r) => r.isDone));
        expect(
          results.map((r) => r.error?.code),
          `seed ${seed}`,
        ).to.deep.equal(results.map(() => undefined));
        expect(results.map((r) => r.fields?.[0])).to.deep.equal(results.map((_, i) => i));
        expect(handled, `seed ${seed}: each once, in order`).to.deep.equal(results.map((_, i) => i));
      }
    });

    it('tells a restart of the other end from silence', () => {
      const { clock, ends, hot, cold, ups } = pair(isSecure);
      cold.onRequest(() => undefined);
      clock.run(1000);
      const lost = ask(hot, MSG_INFO, []);
      clock.run(1100);
      const reborn = createPeer({ ...options(clock, ends[1], 'responder', isSecure, KEY, 9), bootId: 23 });
      reborn.onRequest((_t, _f, reply) => reply(['new']));
      clock.run(40_000);
      expect(lost.error?.code).to.equal('link-restarted');
      expect(ups.filter((u) => u.startsWith('hot'))).to.deep.equal(['hot up', 'hot down', 'hot up']);
      const again = ask(hot, MSG_INFO, []);
      clock.run(41_000);
      expect(again.fields).to.deep.equal(['new']);
    });

    it('goes down on silence, ends requests, comes back', () => {
      let isCut = false;
      const { clock, hot, cold, ups } = pair(isSecure, { fault: (bytes) => (isCut ? undefined : bytes) });
      cold.onRequest((_t, _f, reply) => reply([]));
      clock.run(1000);
      isCut = true;
      const lost = ask(hot, MSG_INFO, []);
      clock.run(120_000);
      expect(lost.error?.code).to.equal('link-down');
      const early = ask(hot, MSG_INFO, []);
      clock.run(121_000);
      expect(early.error?.code).to.equal('link-down');
      isCut = false;
      clock.run(140_000);
      for (const who of ['hot', 'cold']) {
        expect(ups.filter((u) => u.startsWith(who))).to.deep.equal([`${who} up`, `${who} down`, `${who} up`]);
      }
      const again = ask(hot, MSG_INFO, []);
      clock.run(141_000);
      expect(again.error).to.equal(undefined);
    });

    it('hands out one request at a time where the program asks for it, all answered in order', () => {
      const { clock, hot, cold } = pair(isSecure, { baud: 115_200 }, KEY, { oneAtATime: true });
      let atOnce = 0;
      const order: CborValue[] = [];
      cold.onRequest((_type, fields, reply, refuse) => {
        expect(++atOnce).to.equal(1);
        const end = (): void => {
          atOnce--;
          order.push(fields[0]);
          if (fields[0] === 2) refuse(REFUSE_LOCKED, 'no');
          else reply([]);
        };
        if (fields[0] === 0 || fields[0] === 3) clock.after(700, end);
        else end();
      });
      clock.run(1000);
      const results = Array.from({ length: 8 }, (_, i) => ask(hot, MSG_INFO, [i, new Uint8Array(100)]));
      clock.run(60_000);
      expect(order).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(results.map((r) => r.error?.code)).to.deep.equal(results.map((_, i) => (i === 2 ? 'refused' : undefined)));
    });

    it('bounds what waits: queue, open requests, time', () => {
      const { clock, hot, cold } = pair(isSecure, {}, KEY, { queueMax: 4, requestTimeoutMs: 5000 });
      let atOnce = 0;
      cold.onRequest(() => void atOnce++);
      clock.run(1000);
      const all = Array.from({ length: 4 }, () => ask(hot, MSG_INFO, []));
      const refused = ask(hot, MSG_INFO, []);
      clock.run(1001);
      const more = Array.from({ length: 4 }, () => ask(hot, MSG_INFO, []));
      clock.run(1002);
      const waiting = Array.from({ length: 4 }, () => ask(hot, MSG_INFO, []));
      clock.run(2000);
      expect(refused.error?.code).to.equal('link-busy');
      expect(atOnce).to.equal(REQUESTS_MAX);
      clock.run(20_000);
      for (const result of [...all, ...more, ...waiting]) expect(result.error?.code).to.equal('link-timeout');
    });
  });
}

describe('link, authenticated: what a probe on the wire can do (SPEC.md 4.3)', () => {
  it('never comes up with another link key, nor with a plain end', () => {
    const { clock, hot, cold } = pair(true, {}, new Uint8Array(32).fill(8));
    clock.run(600_000);
    expect([hot.isUp(), cold.isUp()]).to.deep.equal([false, false]);
    const mixed = new TestClock();
    const ends = line(mixed);
    const secure = createPeer(options(mixed, ends[0], 'initiator', true));
    const plain = createPeer(options(mixed, ends[1], 'responder', false));
    mixed.run(600_000);
    expect([secure.isUp(), plain.isUp()]).to.deep.equal([false, false]);
  });

  it('can neither read, change, repeat nor end a session', () => {
    const seen: { bytes: Uint8Array; to: number }[] = [];
    const { clock, ends, hot, cold, ups } = pair(true, {
      fault: (bytes, to) => {
        seen.push({ bytes, to });
        return bytes;
      },
    });
    const handled: CborValue[] = [];
    cold.onRequest((_t, fields, reply) => {
      handled.push(fields[0]);
      reply(['the secret answer']);
    });
    clock.run(1000);
    ask(hot, MSG_INFO, ['the secret question']);
    clock.run(2000);
    const record = seen.slice();
    const all = Buffer.concat(record.map((s) => s.bytes)).toString('latin1');
    expect(all).not.to.include('secret');
    for (const { bytes, to } of record) ends[1 - to].inject(bytes);
    clock.run(4000);
    expect(handled, 'a recorded session played again does nothing').to.deep.equal(['the secret question']);
    const again = ask(hot, MSG_INFO, ['second']);
    clock.run(30_000);
    expect(again.fields).to.deep.equal(['the secret answer']);
    expect(ups.filter((u) => u.endsWith('down'))).to.deep.equal([]);
    expect(hot.isUp() && cold.isUp()).to.equal(true);
  });
});

describe('link versions (SPEC.md 2)', () => {
  it('refuses to go below the floor it was given', () => {
    const { clock, hot, cold } = pair(false, {}, KEY, { versionMin: LINK_VERSION_MAX + 1 });
    clock.run(60_000);
    expect([hot.isUp(), cold.isUp()]).to.deep.equal([false, false]);
    expect(cold.stats.refusedVersions).to.be.greaterThan(0);
  });
});
