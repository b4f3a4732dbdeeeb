/** protocol/request/outs.ts: the grammar of outs. Spec: SPEC.md 5.2. */
import { expect } from 'chai';
import { parseOuts } from '../../../protocol/request/outs';
import * as wire from '../../../protocol/wire';

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'accepted';
};

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
