/**
 * Version negotiation that refuses a downgrade: SPEC.md 2 and 4.2. Only version 1 is spoken, so ends that speak others
 * are made here: the same code told that it speaks version 2 as well, against ends that offer 0, 1, 2 and ranges of
 * them.
 */
import { expect } from 'chai';
import { crc32, putU32 } from '../../../protocol/bytes';
import { frameBody, frameLine } from '../../../protocol/link/frame';
import { Link, linkFeed, linkTimers } from '../../../protocol/link/link';
import { FRAME_HELLO, FRAME_HELLO_REPLY, LINK_VERSION_MAX, LINK_VERSION_MIN } from '../../../protocol/wire';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';
import { bareLink, seeded, seededBytes } from '../../../tools/bench/wire/line';

type Range = [min: number, max: number];

interface End {
  link: Link;
  /** What it has written and nobody has fetched. */
  out: Uint8Array[];
}

function end(role: 'initiator' | 'responder', [min, max]: Range, isSecure: boolean, bootId = 1): End {
  const out: Uint8Array[] = [];
  const secure = isSecure
    ? { linkKey32: new Uint8Array(32).fill(5), crypto: protocolCrypto(seededBytes(seeded(bootId * 10 + role.length))) }
    : undefined;
  const link = bareLink({ role, bootId, secure }, (bytes) => void out.push(Uint8Array.from(bytes)));
  Object.assign(link.own, { versionMin: min, versionMax: max });
  return { link, out };
}

/** Lets both ends talk for `ms`; `change` sees each frame's body on its way. */
function talk(
  hot: End,
  cold: End,
  fromMs: number,
  ms: number,
  change: (body: Uint8Array) => Uint8Array = (body) => body,
): void {
  for (let nowMs = fromMs; nowMs < fromMs + ms; nowMs += 50) {
    linkTimers(hot.link, nowMs);
    linkTimers(cold.link, nowMs);
    for (const [from, to] of [
      [hot, cold],
      [cold, hot],
    ]) {
      for (const line of from.out.splice(0)) {
        const body = frameBody(line[0] ? line.slice(0, -1) : line.slice(1, -1), line.length - (line[0] ? 1 : 2));
        linkFeed(to.link, body ? frameLine(change(body), true) : line, nowMs);
      }
    }
  }
}

const versionOf = (one: End): number => (one.link.session ? one.link.session.version : 0);

for (const isSecure of [false, true]) {
  describe(`link versions, ${isSecure ? 'authenticated' : 'plain'} (SPEC.md 2)`, () => {
    const cases: [Range, Range, number][] = [
      [[1, 1], [1, 1], 1],
      [[1, 1], [0, 0], 0],
      [[1, 1], [2, 2], 0],
      [[1, 1], [0, 1], 1],
      [[1, 1], [0, 2], 1],
      [[1, 1], [1, 2], 1],
      [[1, 1], [2, 1], 0],
      [[1, 1], [1, 0], 0],
      [[1, 1], [0, 255], 1],
      [[1, 2], [1, 2], 2],
      [[1, 2], [1, 1], 1],
      [[1, 2], [2, 2], 2],
      [[1, 2], [0, 3], 2],
      [[2, 2], [1, 1], 0],
      [[2, 2], [0, 1], 0],
      [[2, 2], [1, 2], 2],
      [[1, 2], [3, 9], 0],
    ];
    for (const [own, other, version] of cases) {
      const outcome = version ? `version ${version}` : 'no session';
      it(`${own.join('–')} and ${other.join('–')}: ${outcome}, whoever begins`, () => {
        for (const [a, b] of [
          [own, other],
          [other, own],
        ]) {
          const hot = end('initiator', a, isSecure);
          const cold = end('responder', b, isSecure);
          talk(hot, cold, 0, 9000);
          expect([versionOf(hot), versionOf(cold)]).to.deep.equal([version, version]);
          if (!version) expect(hot.link.stats.refusedVersions + cold.link.stats.refusedVersions).to.be.greaterThan(0);
        }
      });
    }

    it('the version agreed once is the floor while the end runs: an older peer is refused', () => {
      for (const role of ['initiator', 'responder'] as const) {
        const one = end(role, [1, 2], isSecure);
        const other = role === 'initiator' ? 'responder' : 'initiator';
        const both = (second: End, fromMs: number): void =>
          role === 'initiator' ? talk(one, second, fromMs, 70_000) : talk(second, one, fromMs, 70_000);
        both(end(other, [1, 2], isSecure, 2), 0);
        expect(versionOf(one)).to.equal(2);
        const older = end(other, [1, 1], isSecure, 3);
        both(older, 70_000);
        expect(versionOf(older), role).to.equal(0);
        const same = end(other, [1, 2], isSecure, 4);
        both(same, 200_000);
        expect([versionOf(one), versionOf(same)]).to.deep.equal([2, 2]);
      }
    });
  });
}

describe('someone on the line who lowers the offered versions', () => {
  const lowering =
    (kind: number) =>
    (body: Uint8Array): Uint8Array => {
      if (body[0] !== kind) return body;
      const out = Uint8Array.from(body);
      out[1] = 1;
      out[2] = 1;
      putU32(out, out.length - 4, crc32(out, out.length - 4));
      return out;
    };

  for (const kind of [FRAME_HELLO, FRAME_HELLO_REPLY]) {
    it(`gets no session on the authenticated link, ${kind === FRAME_HELLO ? 'HELLO' : 'HELLO_REPLY'} changed`, () => {
      const hot = end('initiator', [1, 2], true);
      const cold = end('responder', [1, 2], true);
      talk(hot, cold, 0, 20_000, lowering(kind));
      expect([versionOf(hot), versionOf(cold)]).to.deep.equal([0, 0]);
      talk(hot, cold, 20_000, 9000);
      expect([versionOf(hot), versionOf(cold)]).to.deep.equal([2, 2]);
    });

    it(`gets no session below the floor, ${kind === FRAME_HELLO ? 'HELLO' : 'HELLO_REPLY'} changed`, () => {
      const [hot, cold] = [end('initiator', [2, 2], false), end('responder', [2, 2], false)];
      talk(hot, cold, 0, 20_000, lowering(kind));
      expect([hot, cold].map(versionOf)).to.not.include(1);
    });
  }

  it('the one version that is spoken is the only one offered', () => {
    expect([LINK_VERSION_MIN, LINK_VERSION_MAX]).to.deep.equal([2, 2]);
    const { link } = end('initiator', [LINK_VERSION_MIN, LINK_VERSION_MAX], false);
    expect([link.own.versionMin, link.own.versionMax]).to.deep.equal([2, 2]);
  });
});
