// What HSM-Hot lets through of a signing: each request at its turn, once, and no more than was announced. Spec: SPEC.md
// 5.2.
import { expect } from 'chai';
import { followSigning, isLastReply, isNeeded, passOn, type Signing } from '../../../firmware/hot/signing';
import {
  MSG_PREV_TX,
  MSG_SIGN_FINISH,
  MSG_SIGN_INPUT,
  MSG_SIGN_OUTS,
  MSG_SIGN_RESULT,
  OUTS_CHUNK_MAX,
  PREV_TX_CHUNK_MAX,
} from '../../../protocol/wire';

type Request = [type: number, m: any];
const outs = (offset: number, length: number): Request => [MSG_SIGN_OUTS, { offset, text: 'x'.repeat(length) }];
const input = (i: number, prevTxLen = 300): Request => [MSG_SIGN_INPUT, { i, prevTxLen }];
const piece = (i: number, offset: number, length: number): Request => [
  MSG_PREV_TX,
  { i, offset, bytes: new Uint8Array(length) },
];
const finish: Request = [MSG_SIGN_FINISH, {}];
const result = (first: number): Request => [MSG_SIGN_RESULT, { first }];

/** What may come anywhere: of it only `next` may pass. */
const ALL: Request[] = [
  outs(0, 400),
  outs(400, 400),
  outs(800, 400),
  outs(800, 200),
  outs(800, 201),
  outs(0, 200),
  outs(0, 199),
  input(0),
  input(1),
  input(2),
  input(3),
  piece(0, 0, 300),
  piece(0, 0, 200),
  piece(0, 0, 199),
  piece(0, 200, 100),
  piece(0, 0, 301),
  piece(0, 300, 1),
  piece(1, 0, 300),
  piece(1, 0, 200),
  piece(1, 200, 100),
  piece(2, 0, 300),
  finish,
  result(0),
  result(1),
  result(4),
  result(8),
];

function only(signing: Signing, ...next: Request[]): void {
  const passing = ALL.filter(([type, m]) => isNeeded(signing, type, m));
  expect(passing).to.deep.equal(next);
}

function pass(signing: Signing, ...requests: Request[]): void {
  for (const [type, m] of requests) {
    expect(isNeeded(signing, type, m), JSON.stringify([type, m])).to.equal(true);
    passOn(signing, type, m);
  }
}

const begin = (nInputs: number, outsLen = 0): Signing =>
  followSigning({ nInputs, outs: outsLen ? '' : 'a,1', outsLen: outsLen || 3 } as never);

describe('hot/signing', () => {
  it('is the constants that the cases below suppose', () =>
    expect([OUTS_CHUNK_MAX, PREV_TX_CHUNK_MAX]).to.deep.equal([400, 400]));

  it('wants an announced text first, to its end and no further', () => {
    const signing = begin(1, 1000);
    only(signing, outs(0, 400), outs(0, 200));
    pass(signing, outs(0, 400));
    only(signing, outs(400, 400));
    pass(signing, outs(400, 400));
    only(signing, outs(800, 200));
    pass(signing, outs(800, 200));
    only(signing, input(0));
  });

  it('wants each input and its whole previous transaction, then finish, then the results in their order', () => {
    const signing = begin(2);
    only(signing, input(0));
    pass(signing, input(0));
    only(signing, piece(0, 0, 300), piece(0, 0, 200));
    pass(signing, piece(0, 0, 200));
    only(signing, piece(0, 200, 100));
    pass(signing, piece(0, 200, 100));
    only(signing, input(1));
    pass(signing, input(1), piece(1, 0, 300));
    only(signing, finish);
    pass(signing, finish);
    only(signing, result(0));
    pass(signing, result(0));
    only(signing);
  });

  it('asks for results once each, and knows the last', () => {
    const signing = begin(9);
    for (let i = 0; i < 9; i++) pass(signing, input(i, 60), piece(i, 0, 60));
    pass(signing, finish, result(0));
    only(signing, result(4));
    pass(signing, result(4));
    only(signing, result(8));
    pass(signing, result(8));
    only(signing);
    expect([0, 4, 8].map((first) => isLastReply(signing, MSG_SIGN_RESULT, first))).to.deep.equal([false, false, true]);
    expect(isLastReply(signing, MSG_SIGN_FINISH, 0)).to.equal(false);
  });

  it('lets at most twice as many pieces through as full ones would be', () => {
    const signing = begin(1);
    pass(signing, input(0, 100_000));
    let count = 0;
    for (let at = 0; at < 100_000; count++) {
      let length = 1;
      while (!isNeeded(signing, ...piece(0, at, length))) length++;
      pass(signing, piece(0, at, length));
      at += length;
    }
    expect(count).to.equal(500);
  });
});
