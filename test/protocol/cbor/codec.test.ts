/** protocol/cbor: RFC 8949 appendix A and 4.2.1, SPEC.md 3; cbor-x and cborg (strict) are asked both ways. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect } from 'chai';
import {
  cborDecode,
  cborDecodeSequence,
  cborEncode,
  cborEncodeSequence,
  CborError,
  CborValue,
} from '../../../protocol/cbor';
import { CBOR_BYTES_MAX, CBOR_DEPTH_MAX } from '../../../protocol/wire';
import { seeded } from '../../../tools/bench/wire/line';
import { anyValue, ofNotation } from '../../../tools/bench/wire/values';

const VECTORS = path.resolve(__dirname, '../../../../test/vectors/cbor');
const read = (name: string): any[] => JSON.parse(fs.readFileSync(path.join(VECTORS, name), 'utf8')).rows;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
// Its types are an ES module's, its code is loaded as CommonJS.
const { Encoder } = require('cbor-x') as {
  Encoder: new (options: object) => { encode(value: unknown): Buffer; decode(bytes: Buffer): unknown };
};
const cborX = new Encoder({ useRecords: false, mapsAsObjects: false, variableMapSize: true, tagUint8Array: false });

function failure(run: () => unknown): CborError {
  try {
    run();
  } catch (error) {
    expect(typeof (error as CborError).code, String(error)).to.equal('string');
    return error as CborError;
  }
  throw new Error('was accepted');
}

describe('cbor: RFC 8949 appendix A', () => {
  for (const row of read('appendix-a.json')) {
    it(`${row.hex}${row.refused ? ` is refused: ${row.refused}` : ''}`, () => {
      if (row.refused) return void expect(failure(() => cborDecode(unhex(row.hex))).code).to.equal(row.refused);
      const value = ofNotation(row.value);
      expect(cborDecode(unhex(row.hex))).to.deep.equal(value);
      if (!row.decode_only) expect(hex(cborEncode(value))).to.equal(row.hex);
    });
  }
});

describe('cbor: every invalid form has its code and offset (SPEC.md 3.3)', () => {
  for (const row of read('invalid.json')) {
    it(row.name, () => {
      const error = failure(() => cborDecode(unhex(row.hex)));
      expect([error.code, error.offset]).to.deep.equal([row.code, row.offset]);
    });
  }
});

describe('cbor: laws', () => {
  it('decode ∘ encode is the identity, encode is deterministic, 4,000 values', () => {
    const next = seeded(20261122);
    for (let i = 0; i < 4000; i++) {
      const value = anyValue(next, 4, 'mixed');
      const bytes = cborEncode(value);
      const back = cborDecode(bytes);
      expect(back).to.deep.equal(value);
      expect(hex(cborEncode(back))).to.equal(hex(bytes));
    }
  });

  it('every cut and every octet added is refused', () => {
    const next = seeded(5);
    for (let i = 0; i < 150; i++) {
      const bytes = cborEncode(anyValue(next, 2));
      for (let end = 0; end < bytes.length; end += 1 + (bytes.length >> 6))
        expect(failure(() => cborDecode(bytes.slice(0, end))).code).to.match(/^cbor-/);
      expect(failure(() => cborDecode(Uint8Array.from([...bytes, 0]))).code).to.equal('cbor-trailing');
    }
  });

  it('what the decoder takes has one form: a mutated encoding decodes to another value or not at all', () => {
    const next = seeded(77);
    for (let i = 0; i < 20_000; i++) {
      const bytes = cborEncode(anyValue(next, 2));
      const mutated = Uint8Array.from(bytes);
      mutated[Math.floor(next() * mutated.length)] ^= 1 << Math.floor(next() * 8);
      let value: CborValue;
      try {
        value = cborDecode(mutated);
      } catch (error) {
        expect((error as CborError).code).to.match(/^cbor-/);
        expect((error as CborError).offset).to.be.within(0, mutated.length);
        continue;
      }
      const again = hex(cborEncode(value));
      if (again !== hex(mutated))
        expect(hex(mutated), 'only a whole number as a float is forgiven').to.match(/f9|fa|fb/);
    }
  });

  it('holds integers to ±(2^53−1) exactly, amounts up to 21e14 among them', () => {
    for (const n of [2_100_000_000_000_000, 2_099_999_999_999_999, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]) {
      expect(cborDecode(cborEncode(n))).to.equal(n);
      expect(cborEncode(n)).to.have.length(9);
    }
    expect(hex(cborEncode(2 ** 53)), 'beyond, a float: never an integer that is not exact').to.equal('fa5a000000');
  });

  it('takes `__proto__` as a key like any other, harmlessly', () => {
    const bytes = unhex('a1695f5f70726f746f5f5fa167697341646d696ef5');
    const value = cborDecode(bytes) as Map<string, CborValue>;
    expect(({} as { isAdmin?: boolean }).isAdmin).to.equal(undefined);
    expect((value as unknown as { isAdmin?: boolean }).isAdmin).to.equal(undefined);
    expect(value.get('__proto__')).to.deep.equal({ isAdmin: true });
    expect(hex(cborEncode(value))).to.equal(hex(bytes));
    const own = JSON.parse('{"__proto__":{"isAdmin":true}}');
    expect(hex(cborEncode(own))).to.equal(hex(bytes));
  });

  it('keeps integer keys apart from text keys', () => {
    const map = new Map<string | number, CborValue>([
      [1, 'integer'],
      ['1', 'text'],
      [-1, 'negative'],
    ]);
    expect(hex(cborEncode(map))).to.equal('a30167696e746567657220686e656761746976656131647465' + '7874');
    expect(cborDecode(cborEncode(map))).to.deep.equal(
      new Map([
        [1, 'integer'],
        [-1, 'negative'],
        ['1', 'text'],
      ] as never),
    );
  });

  it('reads and writes sequences (RFC 8742)', () => {
    expect(cborDecodeSequence(new Uint8Array(0))).to.deep.equal([]);
    expect(cborDecodeSequence(cborEncodeSequence([1, 'a', [2]]))).to.deep.equal([1, 'a', [2]]);
    expect(failure(() => cborDecodeSequence(unhex('0118'))).code).to.equal('cbor-truncated');
  });
});

describe('cbor: limits at the maximum and one beyond', () => {
  const nested = (depth: number): CborValue => (depth ? [nested(depth - 1)] : 0);

  it('nesting', () => {
    expect(cborDecode(cborEncode(nested(CBOR_DEPTH_MAX)))).to.deep.equal(nested(CBOR_DEPTH_MAX));
    expect(failure(() => cborEncode(nested(CBOR_DEPTH_MAX + 1))).code).to.equal('cbor-depth');
    expect(failure(() => cborDecode(unhex('81'.repeat(CBOR_DEPTH_MAX + 1) + '00'))).code).to.equal('cbor-depth');
    expect(failure(() => cborDecode(unhex('81'.repeat(500_000)))).code).to.equal('cbor-depth');
    const loop: CborValue[] = [];
    loop.push(loop);
    expect(failure(() => cborEncode(loop)).code).to.equal('cbor-depth');
  });

  it('octets', () => {
    const most = new Uint8Array(CBOR_BYTES_MAX - 5);
    expect((cborDecode(cborEncode(most)) as Uint8Array).length).to.equal(most.length);
    expect(failure(() => cborEncode(new Uint8Array(CBOR_BYTES_MAX - 4))).code).to.equal('cbor-too-long');
    expect(failure(() => cborDecode(new Uint8Array(CBOR_BYTES_MAX + 1))).code).to.equal('cbor-too-long');
  });

  it('items, as the caller bounds them', () => {
    expect(cborDecode(unhex('83010203'), 4)).to.deep.equal([1, 2, 3]);
    expect(failure(() => cborDecode(unhex('83010203'), 3)).code).to.equal('cbor-items');
    expect(failure(() => cborDecode(unhex('84' + '80'.repeat(4)), 4)).code).to.equal('cbor-items');
  });

  it('refuses to encode what has no form', () => {
    class Thing {}
    for (const value of [
      () => 0,
      Symbol('x'),
      1n,
      new Date(),
      new Thing(),
      new Uint16Array(2),
      new ArrayBuffer(2),
      /x/,
    ]) {
      expect(failure(() => cborEncode(value as never)).code, String(value)).to.equal('cbor-unsupported');
    }
    expect(failure(() => cborEncode('\ud800')).code).to.equal('cbor-bad-text');
    expect(failure(() => cborEncode('a\udc00b')).code).to.equal('cbor-bad-text');
    expect(failure(() => cborEncode(new Map([[1.5, 0]]))).code).to.equal('cbor-bad-key');
    expect(failure(() => cborDecode('00' as never)).code).to.equal('cbor-not-bytes');
  });
});

describe('cbor: against other codecs', () => {
  it('cborg, strict, takes what we write and writes what we take: 3,000 values', async () => {
    const cborg = await import('cborg');
    const { rfc8949EncodeOptions } = cborg as any;
    const next = seeded(4242);
    for (let i = 0; i < 3000; i++) {
      const value = anyValue(next, 3);
      const ours = cborEncode(value);
      expect(
        cborg.decode(ours, { strict: true, rejectDuplicateMapKeys: true, allowUndefined: true }),
        hex(ours),
      ).to.deep.equal(value);
      const theirs = cborg.encode(value, rfc8949EncodeOptions ?? { float64: false });
      expect(cborDecode(theirs), hex(theirs)).to.deep.equal(value);
      expect(hex(theirs)).to.equal(hex(ours));
    }
  });

  it('cbor-x takes what we write; we take what it writes in shortest form: 3,000 values', () => {
    const next = seeded(99);
    let taken = 0;
    for (let i = 0; i < 3000; i++) {
      const value = anyValue(next, 3, 'mixed');
      const ours = cborEncode(value);
      expect(normal(cborX.decode(Buffer.from(ours))), hex(ours)).to.deep.equal(normal(value));
      let back: CborValue;
      try {
        back = cborDecode(new Uint8Array(cborX.encode(value)));
      } catch (error) {
        expect((error as CborError).code, 'cbor-x sorts no keys and shortens no floats').to.be.oneOf([
          'cbor-key-order',
          'cbor-non-shortest',
        ]);
        continue;
      }
      taken++;
      expect(normal(back)).to.deep.equal(normal(value));
    }
    expect(taken).to.be.greaterThan(1000);
  });
});

/** cbor-x gives every map as a Map, bytes as Buffers and 64-bit integers as BigInt. */
function normal(value: any): unknown {
  if (value instanceof Uint8Array) return hex(value);
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(normal);
  if (value instanceof Map) return [...value].map(([k, v]) => [`${typeof k} ${k}`, normal(v)]).sort();
  if (value && typeof value === 'object')
    return Object.entries(value)
      .map(([k, v]) => [`string ${k}`, normal(v)])
      .sort();
  return value;
}
