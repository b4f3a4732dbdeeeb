/** protocol/link/frame.ts and bytes.ts: SPEC.md 4.1, COBS in its one form, finding the next frame after any garbage. */
import * as zlib from 'node:zlib';
import { expect } from 'chai';
import { crc32, textOfBytes, bytesOfText, getU32, putU32 } from '../../../protocol/bytes';
import { frameBody, frameLine, lineBuffer, lineClear, lineTake } from '../../../protocol/link/frame';
import { FRAME_BODY_MAX, LINE_FRAME_MAX } from '../../../protocol/wire';
import { seeded, seededBytes } from '../../../tools/bench/wire/line';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replace(/ /g, ''), 'hex'));
const run = (n: number, from = 1): number[] => Array.from({ length: n }, (_, i) => ((from + i - 1) % 255) + 1);

/** Examples of Cheshire & Baker's encoding as commonly published, with the closing 00. */
const EXAMPLES: [string, number[], string][] = [
  ['00', [0], '01 01 00'],
  ['00 00', [0, 0], '01 01 01 00'],
  ['00 11 00', [0, 0x11, 0], '01 02 11 01 00'],
  ['11 22 00 33', [0x11, 0x22, 0, 0x33], '03 11 22 02 33 00'],
  ['11 22 33 44', [0x11, 0x22, 0x33, 0x44], '05 11 22 33 44 00'],
  ['11 00 00 00', [0x11, 0, 0, 0], '02 11 01 01 01 00'],
  ['01..fe', run(254), `ff ${hex(Uint8Array.from(run(254)))} 00`],
  ['00 01..fe', [0, ...run(254)], `01 ff ${hex(Uint8Array.from(run(254)))} 00`],
  ['01..ff', run(255), `ff ${hex(Uint8Array.from(run(254)))} 02 ff 00`],
  ['02..ff 00', [...run(254, 2), 0], `ff ${hex(Uint8Array.from(run(254, 2)))} 01 01 00`],
  ['03..ff 00 01', [...run(253, 3), 0, 1], `fe ${hex(Uint8Array.from(run(253, 3)))} 02 01 00`],
];

describe('frames: COBS', () => {
  for (const [name, body, wire] of EXAMPLES) {
    it(name, () => {
      const line = frameLine(Uint8Array.from(body), false);
      expect(hex(line)).to.equal(wire.replace(/ /g, ''));
      expect(frameBody(line, line.length - 1)).to.deep.equal(Uint8Array.from(body));
    });
  }

  it('every length to the maximum comes back and fits the line', () => {
    const next = seeded(3);
    for (let n = 1; n <= FRAME_BODY_MAX; n++) {
      const body = n % 3 ? seededBytes(next)(n) : new Uint8Array(n).fill(n % 2 ? 0 : 7);
      const line = frameLine(body, n % 2 === 0);
      const from = n % 2 === 0 ? 1 : 0;
      expect(line.length - from).to.be.at.most(LINE_FRAME_MAX);
      expect(line.subarray(from, -1).indexOf(0), 'no 00 inside').to.equal(-1);
      expect(frameBody(line.subarray(from), line.length - 1 - from)).to.deep.equal(body);
    }
  });

  for (const [name, wire] of [
    ['block past the end', '03 11'],
    ['empty', ''],
    ['a code of 00', '01 00'],
    ['an empty block after a full one', `ff ${'11'.repeat(254)} 01`],
  ]) {
    it(`refuses ${name}`, () => expect(frameBody(unhex(wire), unhex(wire).length)).to.equal(undefined));
  }
});

describe('frames: off the line', () => {
  const bodies = (chunks: Uint8Array[]): string[] => {
    const line = lineBuffer();
    const found: string[] = [];
    for (const bytes of chunks) {
      let from = lineTake(line, bytes, 0);
      while (from >= 0) {
        const body = line.isOverlong ? undefined : frameBody(line.bytes, line.fill);
        if (body) found.push(hex(body));
        lineClear(line);
        from = lineTake(line, bytes, from);
      }
    }
    return found;
  };

  it('in chunks of any size', () => {
    const frames = [[1, 2, 3], [0, 0], run(300)].map((body) => frameLine(Uint8Array.from(body), false));
    const all = Uint8Array.from(frames.flatMap((frame) => [...frame]));
    for (const size of [1, 7, 64, 1000]) {
      const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
        all.slice(i * size, (i + 1) * size),
      );
      expect(bodies(chunks)).to.deep.equal(['010203', '0000', hex(Uint8Array.from(run(300)))]);
    }
  });

  it('after any garbage the next frame but one is found: 2,000 times', () => {
    const next = seeded(44);
    const good = frameLine(Uint8Array.from([9, 8, 7, 6, 5]), false);
    for (let i = 0; i < 2000; i++) {
      const garbage = seededBytes(next)(Math.floor(next() * 1500));
      expect(bodies([garbage, good, good]).pop()).to.equal('0908070605');
      expect(bodies([garbage, Uint8Array.from([0]), good]).pop()).to.equal('0908070605');
    }
  });

  it('an endless line takes no more room than a frame', () => {
    const line = lineBuffer();
    for (let i = 0; i < 10_000; i++) lineTake(line, new Uint8Array(64).fill(1), 0);
    expect([line.isOverlong, line.fill <= LINE_FRAME_MAX, line.bytes.length <= LINE_FRAME_MAX + 256]).to.deep.equal([
      true,
      true,
      true,
    ]);
  });
});

describe('bytes', () => {
  it('CRC-32 is zlib’s', function () {
    const zlibCrc32 = (zlib as unknown as { crc32?: (data: Uint8Array) => number }).crc32;
    expect(crc32(bytesOfText('123456789'), 9)).to.equal(0xcbf43926);
    if (!zlibCrc32) return;
    const next = seeded(6);
    for (let i = 0; i < 50; i++) {
      const bytes = seededBytes(next)(i * 7);
      expect(crc32(bytes, bytes.length)).to.equal(zlibCrc32(bytes));
    }
  });

  it('text and u32', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(bytesOfText(textOfBytes(all, 0, 256))).to.deep.equal(all);
    expect(textOfBytes(all, 65, 68)).to.equal('ABC');
    const four = new Uint8Array(4);
    for (const n of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
      putU32(four, 0, n);
      expect(getU32(four, 0)).to.equal(n);
    }
  });
});
