// firmware/modem/lines.ts: lines of 3GPP TS 27.005 and 27.007 taken apart, and what is no such line.
// Neighbours of a clock that was never set (ubxlib #244, TinyGSM #620): the epochs of GPS, Unix and modems and their
// weeks that came round, years of two and four digits, by +CCLK and by the network's notice; no zone, one that is none.
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
      ['+CMS ERROR:500', 500],
      ['+CMS ERROR', -2],
      ['COMMAND NOT SUPPORT', -2],
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
    expect(timeOf('+CCLK: "2026/11/22,11:04:05+32"')).to.equal(utc);
    expect(timeOf('+CCLK:26/11/22,11:04:05+32')).to.equal(utc);
    expect(timeOf('+CCLK: "26/11/22,03:04:05-00"')).to.equal(utc);
    for (const line of [
      // ubxlib #244, T-SIM7000G #185, TinyGSM #620: clocks that were never set, and GPS weeks that came round.
      '+CCLK: "80/01/06,00:00:12+00"',
      '+CCLK: "70/01/01,00:00:12+00"',
      '+CCLK: "00/01/01,00:00:12+00"',
      '+CCLK: "07/04/15,00:00:12+00"',
      '+CCLK: "99/08/22,00:00:12+00"',
      '+CCLK: "19/04/07,00:00:12+00"',
      '+CCLK: "1980/01/06,00:00:12+00"',
      '*PSUTTZ: 1980,1,6,0,0,12,"+00",0',
      '*PSUTTZ: 70,1,1,0,0,12,"+00",0',
      '+CCLK: "24/12/31,23:59:59+00"',
      '+CCLK: "99/12/31,23:59:59+00"',
      '*PSUTTZ: 2080,1,6,0,0,12,"+00",0',
      '*PSUTTZ: 2004,1,1,0,0,12,"+32",0',
      // No zone: which time it is nobody knows. Hours, minutes, days, zones that are none.
      '+CCLK: "26/11/22,11:04:05"',
      '+CCLK: "26/11/22,24:04:05+32"',
      '+CCLK: "26/11/22,11:60:05+32"',
      '+CCLK: "26/11/22,11:04:60+32"',
      '+CCLK: "26/11/31,11:04:05+32"',
      '+CCLK: "26/02/29,11:04:05+32"',
      '+CCLK: "26/00/22,11:04:05+32"',
      '+CCLK: "26/11/00,11:04:05+32"',
      '+CCLK: "26/11/22,11:04:05+99"',
      '+CCLK: "26/11/22,11:04',
      '+CCLK: "26/1#/22,11:04:05+32"',
      '+CCLK: "04/01/01,00:00:00+32"',
      '+CCLK: ""',
      '+CCLK: "26/13/01,00:00:00+00"',
      '*PSUTTZ: ',
      '+CCLK: "zz/11/22,11:04:05+32"',
    ])
      expect(timeOf(line), line).to.equal(0);
  });
});
