/**
 * What is made from the declarations of messages and operations: every field at its limits, one beyond, and of a wrong
 * kind; encoders and validators undo each other. The octets are frozen in test/wire. Spec: SPEC.md 5.2, 6.3.
 */
import { expect } from 'chai';
import type { CborValue } from '../../../protocol/cbor';
import { aNoFields } from '../../../protocol/cbor/checks';
import { cborEncodeSequence } from '../../../protocol/cbor/encode';
import * as messages from '../../../protocol/link/messages';
import * as operations from '../../../protocol/sms/operations';
import * as wire from '../../../protocol/wire';
import type { Field } from '../../../protocol/wire/fields';
import { LINK_MESSAGES } from '../../../protocol/wire/link-messages';
import { SMS_OPERATIONS } from '../../../protocol/wire/sms-operations';
import { typeName, valueName } from '../../../tools/generate/wire/messages';
import { fieldCases } from '../support/field-cases';

type Codec = { [name: string]: ((value: never) => unknown) | undefined };

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'accepted';
};
const bytes = (n: number): Uint8Array => new Uint8Array(n).fill(1);

const CASES: { title: string; codec: Codec; validator: string; encoder?: string; fields: Field[] }[] = [
  ...LINK_MESSAGES.flatMap(({ name, fields, reply, isReplyChecked }) => [
    {
      title: name,
      codec: messages as unknown as Codec,
      validator: `a${typeName(name)}`,
      encoder: `${valueName(name)}Fields`,
      fields,
    },
    ...(isReplyChecked
      ? [
          {
            title: `${name} reply`,
            codec: messages as unknown as Codec,
            validator: `a${typeName(name)}Reply`,
            fields: reply,
          },
        ]
      : []),
  ]),
  ...SMS_OPERATIONS.filter(({ channel }) => !channel).map(({ name, fields }) => ({
    title: `SMS ${name}`,
    codec: operations,
    validator: `a${typeName(name)}`,
    encoder: `${valueName(name)}Fields`,
    fields,
  })),
].filter(({ fields }) => fields.length > 0);

describe('messages: each field at its limits', () => {
  for (const { title, codec, validator, encoder, fields } of CASES) {
    const check = codec[validator] as (fields: CborValue[]) => object;
    const cases = fieldCases(fields);
    const sound = cases.map((field) => field.good[0]);
    for (const [i, field] of cases.entries()) {
      it(`${title} ${field.name}`, () => {
        const at = (value: CborValue): CborValue[] => sound.map((other, j) => (j === i ? value : other));
        for (const value of field.good) expect(code(() => check(at(value)))).to.equal('accepted');
        for (const value of field.bad)
          expect(
            code(() => check(at(value))),
            String(value),
          ).to.equal('bad-request');
      });
    }

    it(`${title} takes neither fewer nor more fields`, () => {
      expect(code(() => check(sound.slice(1)))).to.equal('bad-request');
      expect(code(() => check([...sound, 0]))).to.equal('bad-request');
      expect(code(() => check([]))).to.equal('bad-request');
    });

    if (encoder)
      it(`${title} comes back as it was made`, () => {
        const encode = codec[encoder] as unknown as (m: object) => CborValue[];
        expect(encode(check(sound))).to.deep.equal(sound);
        // A text that follows in pieces is not in what comes back, and the largest offset leaves room for one octet.
        const isSmall = (name: string): boolean => name === 'outs' || (name === 'offset' && encoder === 'prevTxFields');
        const largest = cases.map(({ name, good }) => good[isSmall(name) ? 0 : good.length - 1]);
        expect(encode(check(largest))).to.deep.equal(largest);
      });
  }

  it('no validator and no encoder is there but of a declared message', () => {
    const declared = new Set(CASES.flatMap(({ validator, encoder }) => [validator, encoder]));
    for (const name of [...Object.keys(messages), ...Object.keys(operations)])
      expect(declared.has(name), name).equal(true);
  });

  it('a message without fields takes none', () => {
    expect(code(() => aNoFields([]))).to.equal('accepted');
    expect(code(() => aNoFields([0]))).to.equal('bad-request');
  });
});

describe('messages: fields that depend on each other', () => {
  const begin: CborValue[] = [1, wire.PROTO_V2, 9, 'no', 'x,1', 0, 900, bytes(32), 2, 0, 1, 500, null];
  const with1 = (i: number, value: CborValue): CborValue[] => begin.map((field, j) => (j === i ? value : field));

  it('an authority has the length of its protocol', () => {
    expect(code(() => messages.aSignBegin(begin))).to.equal('accepted');
    expect(code(() => messages.aSignBegin(with1(7, bytes(65))))).to.equal('bad-request');
    expect(code(() => messages.aSignBegin(with1(1, wire.PROTO_V1)))).to.equal('bad-request');
    expect(code(() => messages.aSignBegin(with1(1, 3)))).to.equal('bad-request');
  });

  it('a long outs text is announced by its length', () => {
    const outs = 'x'.repeat(wire.OUTS_INLINE_MAX + 1);
    const short = messages.aSignBegin(begin);
    expect(short).to.include({ outs: 'x,1', outsLen: 3 });
    expect(messages.aSignBegin(messages.signBeginFields({ ...short, outs }))).to.include({
      outs: '',
      outsLen: outs.length,
    });
  });

  it('a piece of a previous transaction ends within its maximum', () => {
    expect(code(() => messages.aPrevTx([0, wire.PREV_TX_MAX - 400, bytes(400)]))).to.equal('accepted');
    expect(code(() => messages.aPrevTx([0, wire.PREV_TX_MAX - 399, bytes(400)]))).to.equal('bad-request');
  });

  it('a batch answer has a proof, seconds or nothing, by its status', () => {
    const answer = (status: number, result: CborValue): string =>
      code(() => operations.aBatchAnswer([1, 0, status, result]));
    expect(answer(wire.BATCH_DERIVING, wire.BATCH_WAIT_MAX_S)).to.equal('accepted');
    expect(answer(wire.BATCH_DERIVING, wire.BATCH_WAIT_MAX_S + 1)).to.equal('bad-request');
    expect(answer(wire.BATCH_DERIVING, bytes(16))).to.equal('bad-request');
    expect(answer(wire.BATCH_REFUSED, 0)).to.equal('accepted');
    expect(answer(wire.BATCH_REFUSED, 1)).to.equal('bad-request');
    expect(answer(3, 0)).to.equal('bad-request');
    const made = { side: 1, batchNo: 0, status: wire.BATCH_OK, seconds: 0 };
    expect(code(() => operations.batchAnswerFields(made))).to.equal('bad-request');
  });
});

describe('messages: what their declarations promise', () => {
  it('a reply that is not remembered changes nothing: repeating its request does no harm (SPEC.md 5.1)', () => {
    for (const { name, reply, isRead } of LINK_MESSAGES) {
      if (reply.some(({ type }) => type.kind === 'unchecked')) continue;
      const largest = fieldCases(reply).map(({ good }) => good[good.length - 1]);
      const octets = cborEncodeSequence([[wire.MSG_REPLY, 0, ...largest]]).length;
      if (octets > wire.REMEMBERED_REPLY_MAX) expect(isRead, name).to.equal(true);
    }
  });
});
