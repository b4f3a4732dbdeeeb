// Holds host/v1/vtest-info.ts to docs/published-app.md 7 by the vectors that the published app itself produced.

import { expect } from 'chai';
import { decryptVtestInfo, encryptVtestInfo, vtestKey } from '../../../host/v1';
import { fromHex, toHex, v1Cases } from './vectors';

const CODES = ['vtest-format', 'vtest-decrypt'];

async function codeOf(work: Promise<unknown>): Promise<string | null> {
  return work.then(
    () => null,
    (error) => error.code,
  );
}

describe('host/v1 vtest_info (docs/published-app.md 7)', () => {
  for (const row of v1Cases('vtest-info')) {
    if (row.tag === 'kdf') {
      it(`${row.id} derives the app's key`, async () => {
        expect(toHex(await vtestKey(row.password, fromHex(row.salt)))).to.equal(row.key);
      });
    } else if (row.app_error) {
      it(`${row.id} refuses: ${row.desc}`, async () => {
        expect(await codeOf(decryptVtestInfo(row.string, row.password))).to.be.oneOf(CODES);
      });
    } else {
      it(`${row.id} reads: ${row.desc}`, async () => {
        const plain = await decryptVtestInfo(row.string, row.password);
        expect(toHex(plain)).to.equal(row.plain_hex.toUpperCase());
      });
    }
  }

  it('writes what it reads, in upper case, with salt and IV of their own', async () => {
    let next = 0;
    const random = (lenBytes: number) => new Uint8Array(lenBytes).map(() => (next = (next * 167 + 13) & 255));
    const plain = '{"outs":"提现,1","dynamic":0}';
    const [first, second] = [await encryptVtestInfo(plain, '密', random), await encryptVtestInfo(plain, '密', random)];
    expect(first).to.match(/^[0-9A-F]+\/[0-9A-F]{32}\/[0-9A-F]{16}$/);
    expect(second).to.not.equal(first);
    expect((await decryptVtestInfo(first, '密')).toString('utf8')).to.equal(plain);
  });

  it('refuses what Java reads as garbage: digits that are not hex', async () => {
    const bad = 'GG' + '00'.repeat(15) + '/' + '00'.repeat(16) + '/' + '00'.repeat(8);
    expect(await codeOf(decryptVtestInfo(bad, 'pw'))).to.equal('vtest-format');
  });

  it('refuses a text of more than 65,536 characters before any work', async () => {
    expect(await codeOf(decryptVtestInfo('0'.repeat(65537), 'pw'))).to.equal('vtest-format');
  });

  it('names no part of the password or plaintext in an error', async () => {
    const row = v1Cases('vtest-info').find((item) => item.tag === 'wrong-pw');
    const error = await decryptVtestInfo(row.string, row.password).catch((reason) => reason);
    expect(error.message).to.not.include(row.password);
  });
});
