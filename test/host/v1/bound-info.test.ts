// Holds host/v1/bound-info.ts and outs.ts: docs/published-app.md 6.2 and 6.3, and the seal that ties a withdrawal to
// its id.

import { expect } from 'chai';
import { isAddress } from '../../../host/bitcoin/address';
import { OUTS_COUNT_MAX } from '../../../protocol/wire';
import { anOuts, decryptBoundInfo, decryptVtestInfo, encryptBoundInfo, encryptVtestInfo } from '../../../host/v1';
import { v1Cases } from './vectors';

const OUTS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080,10000';
const random = (lenBytes: number) => globalThis.crypto.getRandomValues(new Uint8Array(lenBytes));
const codeOf = (work: Promise<unknown>): Promise<string | null> =>
  work.then(
    () => null,
    (error) => error.code,
  );

describe('host/v1 sealed withdrawal', () => {
  it('opens under its own id and reads like any published one', async () => {
    const text = await encryptBoundInfo({ outs: OUTS, dynamic: 1 }, 11, 'pw', random);
    expect(await decryptBoundInfo(text, '11', 'pw')).to.deep.equal({
      outs: OUTS,
      dynamic: 1,
      confirmed: 0,
      sealed: true,
    });
    const plain = JSON.parse((await decryptVtestInfo(text, 'pw')).toString('utf8'));
    expect(plain).to.include({ outs: OUTS, dynamic: 1 });
  });

  it('attack: the same ciphertext under another id', async () => {
    const text = await encryptBoundInfo({ outs: OUTS, dynamic: 0 }, 11, 'pw', random);
    expect(await codeOf(decryptBoundInfo(text, '12', 'pw'))).to.equal('vtest-seal');
  });

  it('attack: any single bit of ciphertext or IV flipped', async () => {
    const text = await encryptBoundInfo({ outs: OUTS, dynamic: 0 }, 11, 'pw', random);
    const codes = new Set<string | null>();
    for (let i = 0; i < text.length - 17; i += 19) {
      if (text[i] === '/') continue;
      const digit = (parseInt(text[i], 16) ^ (1 << (i % 4))).toString(16);
      codes.add(await codeOf(decryptBoundInfo(text.slice(0, i) + digit + text.slice(i + 1), '11', 'pw')));
    }
    expect(codes.has(null)).to.equal(false);
  });

  it('reads the documented samples as not sealed', async () => {
    const row = v1Cases('vtest-info')[0];
    const info = await decryptBoundInfo(row.string, '11', row.password);
    expect(info).to.deep.equal({ outs: row.gson_info.outs, dynamic: 0, confirmed: 0, sealed: false });
  });

  it('gives a code for every plaintext that is no bitcoin withdrawal', async () => {
    const cases: [string, string][] = [
      ['hello', 'vtest-json'],
      ['[]', 'vtest-json'],
      ['{"outs":5}', 'vtest-json'],
      ['null', 'vtest-json'],
      ['{"outs":"a,1","dynamic":2}', 'vtest-json'],
      ['{"outs":"a,1","coin_code":"LTC"}', 'vtest-coin'],
      ['{"outs":"a,1","memo":""}', 'vtest-coin'],
      ['{"outs":"a,1","out_type":8}', 'vtest-coin'],
      ['{"outs":"a,1","seal":"00"}', 'vtest-seal'],
      ['{"outs":"a,1","vtest_id":11}', 'vtest-seal'],
    ];
    for (const [plain, code] of cases) {
      expect(await codeOf(decryptBoundInfo(await encryptVtestInfo(plain, 'pw', random), '11', 'pw')), plain).to.equal(
        code,
      );
    }
  });
});

describe('host/v1 outs (docs/published-app.md 6.3, stricter)', () => {
  const A = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

  it('reads addresses and amounts', () => {
    expect(anOuts(A + ',10000;' + A + ',2100', 'regtest')).to.deep.equal([
      { address: A, sats: 10000 },
      { address: A, sats: 2100 },
    ]);
  });

  it('refuses what the published app let through', () => {
    const bad = [
      '',
      ';',
      A + ',1;',
      ';' + A + ',1',
      A + ',+1',
      A + ',01',
      A + ',0',
      A + ',1,',
      A + ', 1',
      A + ',1e4',
      A + ',１',
      A + ',-1',
      A + ',2100000000000001',
      A + ',99999999999999999999',
      A,
      'x,1',
      A.toUpperCase().replace('B', 'b') + ',1',
      A + ',2100000000000000;' + A + ',1',
      Array(OUTS_COUNT_MAX + 1)
        .fill(A + ',1')
        .join(';'),
    ];
    for (const text of bad)
      expect(() => anOuts(text, 'regtest'), text)
        .to.throw()
        .with.property('code', 'bad-outs');
  });

  it('keeps the networks apart, each address kind', () => {
    const own: [string, 'main' | 'test' | 'regtest'][] = [
      ['1NbbvxBYxGGCBhaM8mow1HFWA7dB5yukmY', 'main'],
      ['33KbWPv518NPAvMWKT3T9h6cftAfEdWBsp', 'main'],
      ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'main'],
      ['bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0', 'main'],
      ['tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx', 'test'],
      [A, 'regtest'],
    ];
    for (const [address, network] of own) {
      for (const each of ['main', 'test', 'regtest'] as const)
        expect(isAddress(address, each), address + each).to.equal(each === network);
    }
    expect(isAddress('1XaavxBYxGGCBhaM8mow1HFWA7dB5yukmY', 'main')).to.equal(false);
  });
});
