/** protocol/messages.ts and outs.ts: SPEC.md 5.2, every field at its maximum, one beyond, and of a wrong kind. */
import { expect } from 'chai';
import {
  aAttest,
  aAttestReply,
  aNoFields,
  aPing,
  aPrevTx,
  aSignBegin,
  aSignFinishReply,
  aSignInput,
  aSignOuts,
  aSignResult,
  aSignResultReply,
  attestFields,
  pingFields,
  prevTxFields,
  signBeginFields,
  signInputFields,
  signOutsFields,
} from '../../../protocol/link/messages';
import { parseOuts } from '../../../protocol/request/outs';
import type { CborValue } from '../../../protocol/cbor';
import * as wire from '../../../protocol/wire';

type Check = (fields: CborValue[]) => unknown;
const bytes = (n: number): Uint8Array => new Uint8Array(n).fill(1);
const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'accepted';
};

/** For each field: values that must pass and values that must not. */
interface FieldCase {
  name: string;
  good: CborValue[];
  bad: CborValue[];
}
const whole = (name: string, least: number, most: number): FieldCase => ({
  name,
  good: [least, most],
  bad: [least - 1, most + 1, least + 0.5, NaN, Infinity, '1', null, undefined, true, []],
});
const octets = (name: string, least: number, most: number): FieldCase => ({
  name,
  good: [bytes(least), bytes(most)],
  bad: [bytes(least - 1), bytes(most + 1), 'x'.repeat(least), null, [1], {}],
});
const text = (name: string, most: number): FieldCase => ({
  name,
  good: ['x', 'x'.repeat(most)],
  bad: ['', 'x'.repeat(most + 1), 'a"b', 'a\\b', 'a\nb', 'é', 'a\u007f', 5, null, bytes(3)],
});

const CASES: { name: string; check: Check; fields: FieldCase[] }[] = [
  {
    name: 'SIGN_BEGIN',
    check: aSignBegin,
    fields: [
      whole('account', 0, wire.ACCOUNT_MAX),
      { name: 'proto', good: [2], bad: [0, 3, '2', null] },
      whole('channel_id', 1, wire.CHANNEL_ID_MAX),
      text('user_tx_no', wire.USER_TX_NO_MAX),
      {
        name: 'outs',
        good: ['x', 'x'.repeat(wire.OUTS_INLINE_MAX), wire.OUTS_INLINE_MAX + 1, wire.OUTS_MAX],
        bad: [...text('outs', wire.OUTS_INLINE_MAX).bad, wire.OUTS_INLINE_MAX, wire.OUTS_MAX + 1],
      },
      whole('dynamic', 0, 1),
      octets('authority', 32, 32),
      whole('tx_version', 1, 2),
      whole('locktime', 0, wire.U32_MAX),
      whole('n_inputs', 1, wire.INPUTS_MAX),
      whole('fee_sats', 0, wire.AMOUNT_MAX_SATS),
      { name: 'change_index', good: [null, 0, wire.INDEX_MAX], bad: [undefined, -1, wire.INDEX_MAX + 1, '0', false] },
    ],
  },
  {
    name: 'SIGN_OUTS',
    check: aSignOuts,
    fields: [whole('offset', 0, wire.OUTS_MAX - 1), text('text', wire.OUTS_CHUNK_MAX)],
  },
  {
    name: 'SIGN_INPUT',
    check: aSignInput,
    fields: [
      whole('i', 0, wire.INPUTS_MAX - 1),
      octets('prev_txid', 32, 32),
      whole('vout', 0, wire.U32_MAX),
      whole('sequence', 0, wire.U32_MAX),
      whole('chain', 0, 1),
      whole('index', 0, wire.INDEX_MAX),
      whole('prev_tx_len', wire.PREV_TX_MIN, wire.PREV_TX_MAX),
    ],
  },
  {
    name: 'PREV_TX',
    check: aPrevTx,
    fields: [
      whole('i', 0, wire.INPUTS_MAX - 1),
      whole('offset', 0, wire.PREV_TX_MAX - 1),
      octets('bytes', 1, wire.PREV_TX_CHUNK_MAX),
    ],
  },
  {
    name: 'SIGN_FINISH reply',
    check: aSignFinishReply,
    fields: [whole('n_inputs', 1, wire.INPUTS_MAX), octets('digest', 32, 32)],
  },
  { name: 'SIGN_RESULT', check: aSignResult, fields: [whole('first', 0, wire.INPUTS_MAX - 1)] },
  {
    name: 'SIGN_RESULT reply',
    check: aSignResultReply,
    fields: [
      {
        name: 'sigs',
        good: [[bytes(64)], Array(4).fill(bytes(64))],
        bad: [[], Array(5).fill(bytes(64)), [bytes(63)], [bytes(65)], null, bytes(64)],
      },
    ],
  },
  {
    name: 'PING',
    check: aPing,
    fields: [
      whole('account', 0, wire.ACCOUNT_MAX),
      { name: 'proto', good: [2], bad: [0, 3] },
      whole('channel_id', 1, wire.CHANNEL_ID_MAX),
      text('user_tx_no', wire.USER_TX_NO_MAX),
      { name: 'outs', good: ['PING'], bad: ['ping', '', null] },
      whole('dynamic', 0, 1),
      octets('authority', 32, 32),
    ],
  },
  {
    name: 'ATTEST',
    check: aAttest,
    fields: [whole('account', 0, wire.ACCOUNT_MAX), whole('side', 1, 2), whole('batch_no', 0, wire.BATCH_NO_MAX)],
  },
  { name: 'ATTEST reply', check: aAttestReply, fields: [octets('digest', 32, 32), octets('sig', 64, 64)] },
];

describe('messages: each field at its bounds (SPEC.md 5.2)', () => {
  for (const { name, check, fields } of CASES) {
    const sound = fields.map((field) => field.good[0]);
    for (const [i, field] of fields.entries()) {
      it(`${name} ${field.name}`, () => {
        const at = (value: CborValue): CborValue[] => sound.map((other, j) => (j === i ? value : other));
        for (const value of field.good) expect(code(() => check(at(value)))).to.equal('accepted');
        for (const value of field.bad)
          expect(
            code(() => check(at(value))),
            String(value),
          ).to.equal('bad-request');
      });
    }
    it(`${name} takes neither fewer nor more fields`, () => {
      expect(code(() => check(sound.slice(1)))).to.equal('bad-request');
      expect(code(() => check([...sound, 0]))).to.equal('bad-request');
      expect(code(() => check([]))).to.equal('bad-request');
    });
  }

  it('an authority has the length of its protocol', () => {
    const begin = CASES[0].fields.map((field) => field.good[0]);
    begin[1] = wire.PROTO_V1;
    expect(code(() => aSignBegin(begin))).to.equal('bad-request');
    begin[6] = bytes(65);
    expect(code(() => aSignBegin(begin))).to.equal('accepted');
  });

  it('fields come back as they were made', () => {
    const begin = aSignBegin(
      CASES[0].fields.map((field) => (field.name === 'outs' ? 'x,1' : field.good[field.good.length - 1])),
    );
    expect(aSignBegin(signBeginFields(begin))).to.deep.equal(begin);
    const long = aSignBegin(signBeginFields({ ...begin, outs: 'x'.repeat(wire.OUTS_INLINE_MAX + 1) }));
    expect(long).to.deep.equal({ ...begin, outs: '', outsLen: wire.OUTS_INLINE_MAX + 1 });
    expect(aSignOuts(signOutsFields({ offset: 400, text: 'x' }))).to.deep.equal({ offset: 400, text: 'x' });
    const input = aSignInput(CASES[2].fields.map((field) => field.good[1]));
    expect(aSignInput(signInputFields(input))).to.deep.equal(input);
    const piece = aPrevTx([3, 17, bytes(9)]);
    expect(aPrevTx(prevTxFields(piece))).to.deep.equal(piece);
    const ping = aPing(CASES[7].fields.map((field) => field.good[0]));
    expect(aPing(pingFields(ping))).to.deep.equal(ping);
    expect(aAttest(attestFields({ account: 1, side: 2, batchNo: 3 }))).to.deep.equal({
      account: 1,
      side: 2,
      batchNo: 3,
    });
    expect(code(() => aNoFields([]))).to.equal('accepted');
    expect(code(() => aNoFields([0]))).to.equal('bad-request');
  });

  it('a piece of a previous transaction ends within its maximum', () => {
    expect(code(() => aPrevTx([0, wire.PREV_TX_MAX - 400, bytes(400)]))).to.equal('accepted');
    expect(code(() => aPrevTx([0, wire.PREV_TX_MAX - 399, bytes(400)]))).to.equal('bad-request');
  });
});

describe('outs grammar (SPEC.md 5.2)', () => {
  const A = '1NbbvxBYxGGCBhaM8mow1HFWA7dB5yukmY';
  const B = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
  const yes = (): boolean => true;
  const parse = (outs: string): unknown => parseOuts(outs, 'main', yes);

  it('reads outputs in order, amounts exact', () => {
    expect(parse(`${A},10000;${B},2100000000000000`.replace('2100000000000000', '2099999999990000'))).to.deep.equal([
      { address: A, sats: 10000 },
      { address: B, sats: 2_099_999_999_990_000 },
    ]);
    expect(parse(`${A},1;${A},1`), 'the same output twice is the website’s to want').to.have.length(2);
  });

  it('asks about every address with the network', () => {
    const asked: string[] = [];
    parseOuts(`${A},1;${B},2`, 'regtest', (address, network) => asked.push(`${network} ${address}`) > 0);
    expect(asked).to.deep.equal([`regtest ${A}`, `regtest ${B}`]);
    expect(code(() => parseOuts(`${A},1`, 'main', () => false))).to.equal('bad-outs');
  });

  const REFUSED: [string, string][] = [
    ['nothing', ''],
    ['leading separator', `;${A},1`],
    ['trailing separator', `${A},1;`],
    ['two separators', `${A},1;;${A},1`],
    ['no amount', `${A}`],
    ['empty amount', `${A},`],
    ['trailing comma', `${A},1,`],
    ['zero', `${A},0`],
    ['leading zero', `${A},010`],
    ['plus', `${A},+1`],
    ['minus', `${A},-1`],
    ['decimal', `${A},1.0`],
    ['exponent', `${A},1e4`],
    ['hexadecimal', `${A},0x10`],
    ['space', `${A}, 1`],
    ['space before', ` ${A},1`],
    ['full-width digits', `${A},\uff11`],
    ['above 21e14', `${A},2100000000000001`],
    ['17 digits', `${A},10000000000000000`],
    ['sum above 21e14', `${A},2100000000000000;${B},1`],
    ['no address', ',1'],
    ['short address', 'abc,1'],
    ['address of 65', `${'a'.repeat(65)},1`],
    ['odd character', `${A}!,1`],
    ['newline', `${A},1\n`],
    ['PING', 'PING'],
    ['101 outputs', Array(101).fill(`${A},1`).join(';')],
    ['too long', 'x'.repeat(wire.OUTS_MAX + 1)],
  ];
  for (const [name, outs] of REFUSED) it(`refuses ${name}`, () => expect(code(() => parse(outs))).to.equal('bad-outs'));

  it('takes 20 outputs of the longest form', () => {
    expect(
      parse(
        Array(20)
          .fill(`${'a'.repeat(64)},100000000000000`)
          .join(';'),
      ),
    ).to.have.length(20);
    expect(parse(`${A},2100000000000000`)).to.deep.equal([{ address: A, sats: wire.AMOUNT_MAX_SATS }]);
  });
});
