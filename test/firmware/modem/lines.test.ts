// firmware/modem/lines.ts: lines of 3GPP TS 27.005 and 27.007 taken apart, and what is no such line.
import { expect } from 'chai';
import { RESULT_NONE, numberIn, quotedIn, resultOf, timeOf } from '../../../firmware/modem/lines';

describe('firmware/modem/lines', () => {
  it('final results', () => {
    const cases: [string, number][] = [
      ['OK', 0],
      ['ERROR', -2],
      ['+CMS ERROR: 500', 500],
      ['+CME ERROR: 10', 10],
      ['+CMS ERROR: 1', 1],
      ['+CME ERROR: SIM busy', -2],
      ['+CMS ERROR: 0', -2],
      ['OKAY', RESULT_NONE],
      ['', RESULT_NONE],
      ['ok', RESULT_NONE],
      ['\x00OK', RESULT_NONE],
      ['+CMTI: "SM",1', RESULT_NONE],
      ['CMS ERROR: 500', RESULT_NONE],
    ];
    for (const [line, result] of cases) expect(resultOf(line), line).to.equal(result);
  });

  it('fields, numbers, quoted text', () => {
    const numbers = [
      numberIn('+CMTI: "SM",7', 1),
      numberIn('+CMTI: "SM",7', 2),
      numberIn('+CMTI: "SM",7', 0),
      numberIn('+CSQ: 21,0', 0),
      numberIn('+X: -3', 0),
      numberIn('', 0),
    ];
    expect(numbers).to.deep.equal([7, -1, -1, 21, -1, -1]);
    expect([quotedIn('+COPS: 0,0,"CHINA MOBILE"'), quotedIn('+COPS: 0'), quotedIn('"x')]).to.deep.equal([
      'CHINA MOBILE',
      '',
      '',
    ]);
  });

  it('network time and clock', () => {
    const utc = Date.UTC(2026, 10, 22, 3, 4, 5) / 1000;
    expect(timeOf('*PSUTTZ: 2026,11,22,3,4,5,"+32",0')).to.equal(utc);
    expect(timeOf('*PSUTTZ: 26, 11, 22, 3, 4, 5,"+32",0')).to.equal(utc);
    expect(timeOf('+CCLK: "26/11/22,11:04:05+32"')).to.equal(utc);
    expect(timeOf('+CCLK: "26/11/21,23:04:05-16"')).to.equal(utc);
    for (const line of [
      '+CCLK: "04/01/01,00:00:00+32"',
      '+CCLK: ""',
      '+CCLK: "26/13/01,00:00:00+00"',
      '*PSUTTZ: ',
      '+CCLK: "zz/11/22,11:04:05+32"',
    ])
      expect(timeOf(line), line).to.equal(0);
  });
});
