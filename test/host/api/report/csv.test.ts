// Statements as CSV. Spec: RFC 4180; fields that a spreadsheet would run are defused.

import { expect } from 'chai';
import { statementCsv, type Statement } from '../../../../host/api/report';

const statement = (userTxNo: string): Statement => ({
  account: 3,
  side: 'hot_sending',
  from: '2026-01-01T00:00:00',
  to: null,
  tip: { height: 9, hash: 'ff' },
  opening_balance: 5,
  deposits: 0,
  sends: 2,
  sweeps: 0,
  others: 0,
  fees: 1,
  closing_balance: 2,
  entries: [
    {
      at: '2026-01-02T00:00:00',
      height: 8,
      tx_hash: 'aa',
      kind: 'send',
      user_tx_no: userTxNo,
      received: 0,
      paid: 2,
      fee: 1,
      balance: 2,
    },
  ],
});

describe('host/report csv', () => {
  it('has an opening line, the entries and a closing line, ended by CR LF', () => {
    expect(statementCsv(statement('7'))).to.equal(
      [
        'account,side,at,kind,height,tx_hash,user_tx_no,received,paid,fee,balance',
        '3,hot_sending,2026-01-01T00:00:00,opening,,,,,,,5',
        '3,hot_sending,2026-01-02T00:00:00,send,8,aa,7,0,2,1,2',
        '3,hot_sending,,closing,9,,,0,2,1,2',
        '',
      ].join('\r\n'),
    );
  });

  for (const [given, expected] of [
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['=SUM(A1)', "'=SUM(A1)"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@x', "'@x"],
    ['=a,b', `"'=a,b"`],
  ]) {
    it(`writes ${given} as ${expected}`, () => {
      expect(statementCsv(statement(given)).split('\r\n')[2]).to.equal(
        `3,hot_sending,2026-01-02T00:00:00,send,8,aa,${expected},0,2,1,2`,
      );
    });
  }
});
