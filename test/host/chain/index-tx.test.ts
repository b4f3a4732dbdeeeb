// Holds host/chain/index-tx.ts and block.ts: what others put into a transaction has a bound in the tables and in the
// answers; a transaction that spends one of the same chunk is found.
// Neighbours: at the bound, one more, far more; own outputs behind all of others.

import { expect } from 'chai';
import * as btc from '@scure/btc-signer';
import { parseTx } from '../../../host/bitcoin/tx';
import { findOwn, writeOwn } from '../../../host/chain/block';
import { FOREIGN_PARTS_MAX } from '../../../host/chain/index-tx';
import { Owners } from '../../../host/chain/owners';
import { scanRaws } from '../../../host/chain/readings';
import { bytesOf, hexOf } from '../../../host/bitcoin/hex';
import { startPlatform, type Platform } from '../api/fixture';
import { chainOf, type TestChain } from './chain-fixture';
import { scriptOfAddress } from '../../../host/bitcoin/address';

const LONG_OUTPUTS = 33_000;

function foreignScript(n: number): Uint8Array {
  return bytesOf('0014' + n.toString(16).padStart(40, '0'));
}

describe('host/chain/index-tx', () => {
  let platform: Platform;
  let chain: TestChain;
  beforeEach(async () => {
    platform = await startPlatform();
    chain = await chainOf(platform);
  });
  afterEach(async () => {
    await chain.close();
    await platform.close();
  });

  const scriptOf = (index: number): Uint8Array => scriptOfAddress(platform.keys.address(2, 0, index), 'regtest')!;

  /** Pays `foreign` outputs of others and then the account; spends `inputs` coins of others. */
  function wideTx(foreign: number, inputs: number, seed: number): string {
    const outputs = Array.from({ length: foreign }, (_, n) => ({ amount: 1000n, script: foreignScript(n) }));
    return hexOf(
      btc.RawTx.encode({
        version: 2,
        segwitFlag: false,
        inputs: Array.from({ length: inputs }, (_, index) => {
          return { txid: new Uint8Array(32).fill(seed), index, finalScriptSig: new Uint8Array(), sequence: 0 };
        }),
        outputs: [...outputs, { amount: 70_000n, script: scriptOf(0) }, { amount: 1000n, script: scriptOf(1) }],
        lockTime: 0,
      }),
    );
  }
  async function write(raw: string): Promise<string> {
    const parsed = parseTx(raw);
    const owners = new Owners(chain.db);
    await owners.learn(
      parsed.outputs.map(({ script }) => script),
      [],
    );
    await writeOwn(chain, owners, { raw, parsed, index: 0 }, { place: null });
    return parsed.txid;
  }
  const count = async (table: string, txid: string): Promise<number> =>
    Number((await chain.db.get<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table} WHERE txid = ?`, [txid]))?.n);

  it('inputs and outputs of others are bounded in the tables and in the answers; own ones are all there', async () => {
    for (const [foreign, kept] of [
      [FOREIGN_PARTS_MAX, FOREIGN_PARTS_MAX],
      [FOREIGN_PARTS_MAX + 1, FOREIGN_PARTS_MAX],
      [10_000, FOREIGN_PARTS_MAX],
    ]) {
      const txid = await write(wideTx(foreign, foreign, 1 + (foreign % 7)));
      expect([await count('tx_outputs', txid), await count('tx_inputs', txid)]).to.deep.equal([kept + 2, kept]);
      const { body } = await platform.get('/tx/detail/' + txid, platform.tokens.cold);
      expect([body.outputs.length, body.inputs.length, body.value]).to.deep.equal([kept + 2, kept, 71_000]);
      expect(
        body.outputs.slice(-2).map((output: { sn: number; is_mine: boolean }) => [output.sn, output.is_mine]),
      ).to.deep.equal([
        [foreign, true],
        [foreign + 1, true],
      ]);
    }
    const { body } = await platform.get('/tx', platform.tokens.cold);
    expect(JSON.stringify(body).length).to.be.lessThan(300_000);
    expect((await platform.get('/user', platform.tokens.cold)).body.balance).to.equal(3 * 71_000);
  });

  it('a transaction too long to spend from is kept without its octets, and no payment takes its coins', async () => {
    const raw = wideTx(LONG_OUTPUTS, 1, 9);
    const txid = await write(raw);
    expect(await chain.db.get('SELECT raw, size_bytes FROM txs WHERE txid = ?', [txid])).to.deep.equal({
      raw: '',
      size_bytes: raw.length / 2,
    });
    expect((await platform.get('/tx/detail/' + txid, platform.tokens.cold)).body.tx_size).to.equal(raw.length / 2);
  });

  it('a transaction that spends an own one of the same chunk is ours too', async () => {
    const parent = wideTx(1, 1, 3);
    const { txid } = parseTx(parent);
    const child = hexOf(
      btc.RawTx.encode({
        version: 2,
        segwitFlag: false,
        inputs: [{ txid: bytesOf(txid), index: 1, finalScriptSig: new Uint8Array(), sequence: 0 }],
        outputs: [{ amount: 60_000n, script: foreignScript(1) }],
        lockTime: 0,
      }),
    );
    const raws = [parent, wideTx(2, 1, 5).replace(hexOf(scriptOf(0)), hexOf(foreignScript(3))), child];
    const owners = new Owners(chain.db);
    const own = await findOwn(scanRaws(raws), owners);
    expect(own.map(({ index }) => index)).to.include.members([0, 2]);
    for (const tx of own) await writeOwn(chain, owners, tx, { place: null });
    const spent = await chain.db.get('SELECT account, side FROM tx_inputs WHERE txid = ?', [parseTx(child).txid]);
    expect(spent).to.deep.equal({ account: 0, side: 2 });
  });
});
