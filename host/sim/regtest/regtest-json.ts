// Bitcoin Core's JSON for blocks and transactions, made from the embedded node's. Amounts are BTC numbers, hashes as
// people write them. Spec: Bitcoin Core 27 RPC, getblock, getrawtransaction, decoderawtransaction.

import * as btc from '@scure/btc-signer';
import { reverseHex, type BcoinNode } from './bcoin';

/** Networks as btc-signer writes them; regtest differs from test in its bech32 prefix alone. */
export const REGTEST = { ...btc.TEST_NETWORK, bech32: 'bcrt' };

/** Satoshi as Bitcoin Core prints them. */
export function btcOfSats(sats: number): number {
  return Number((sats / 1e8).toFixed(8));
}

const TYPES: Record<string, string> = {
  pkh: 'pubkeyhash',
  sh: 'scripthash',
  wpkh: 'witness_v0_keyhash',
  wsh: 'witness_v0_scripthash',
  tr: 'witness_v1_taproot',
  pk: 'pubkey',
  ms: 'multisig',
};

/** scriptPubKey object of an output. */
export function scriptJson(script: any): object {
  const raw: Buffer = script.toRaw();
  const shape = { asm: script.toASM(), hex: raw.toString('hex') };
  if (raw[0] === 0x6a) return { ...shape, type: 'nulldata' };
  try {
    const decoded = btc.OutScript.decode(raw);
    const type = TYPES[decoded.type] ?? 'nonstandard';
    if (decoded.type === 'pk' || decoded.type === 'ms' || type === 'nonstandard') return { ...shape, type };
    return { ...shape, address: btc.Address(REGTEST).encode(decoded), type };
  } catch {
    return { ...shape, type: 'nonstandard' };
  }
}

/** What an input spends, as `getblock 3` shows it from the block's undo data. */
function prevoutJson(coin: any): object {
  return {
    generated: coin.coinbase,
    height: coin.height,
    value: btcOfSats(coin.value),
    scriptPubKey: scriptJson(coin.script),
  };
}

function inputJson(input: any, coin?: any): object {
  const witness = input.witness.items.map((item: Buffer) => item.toString('hex'));
  const tail = { ...(witness.length ? { txinwitness: witness } : {}), sequence: input.sequence };
  if (input.isCoinbase()) return { coinbase: input.script.toRaw().toString('hex'), ...tail };
  return {
    txid: reverseHex(input.prevout.hash),
    vout: input.prevout.index,
    scriptSig: { asm: input.script.toASM(), hex: input.script.toRaw().toString('hex') },
    ...(coin ? { prevout: prevoutJson(coin) } : {}),
    ...tail,
  };
}

/**
 * A transaction as `getblock 2` and `getrawtransaction true` show it, without where it was mined; with `view`, the
 * coins that it spends, as `getblock 3` does.
 */
export function txJson(tx: any, view?: any): Record<string, unknown> {
  return {
    txid: reverseHex(tx.hash('hex')),
    hash: reverseHex(tx.witnessHash('hex')),
    version: tx.version,
    size: tx.getSize(),
    vsize: tx.getVirtualSize(),
    weight: tx.getWeight(),
    locktime: tx.locktime,
    vin: tx.inputs.map((input: any) => inputJson(input, view?.getCoin(input.prevout))),
    vout: tx.outputs.map((output: any, n: number) => ({
      value: btcOfSats(output.value),
      n,
      scriptPubKey: scriptJson(output.script),
    })),
    hex: tx.toRaw().toString('hex'),
  };
}

/** Header fields of `entry`; `confirmations` is -1 off the main chain. */
export async function headerJson(node: BcoinNode, entry: any): Promise<Record<string, unknown>> {
  const { chain } = node;
  const isMain = await chain.isMainChain(entry);
  const next = isMain ? await chain.getNextHash(entry.hash) : null;
  return {
    hash: reverseHex(entry.hash),
    confirmations: isMain ? chain.height - entry.height + 1 : -1,
    height: entry.height,
    version: entry.version,
    versionHex: (entry.version >>> 0).toString(16).padStart(8, '0'),
    merkleroot: reverseHex(entry.merkleRoot),
    time: entry.time,
    mediantime: await chain.getMedianTime(entry),
    nonce: entry.nonce,
    bits: entry.bits.toString(16).padStart(8, '0'),
    difficulty: 4.656542373906925e-10,
    chainwork: entry.chainwork.toString('hex', 64),
    ...(entry.isGenesis() ? {} : { previousblockhash: reverseHex(entry.prevBlock) }),
    ...(next ? { nextblockhash: reverseHex(next) } : {}),
  };
}

/** `getblock` at verbosity 1 (ids), 2 (whole transactions) and 3 (with the coins that they spend). */
export async function blockJson(node: BcoinNode, entry: any, verbosity: number): Promise<Record<string, unknown>> {
  const block = await node.chain.getBlock(entry.hash);
  const view = verbosity >= 3 ? await node.chain.getBlockView(block) : undefined;
  return {
    ...(await headerJson(node, entry)),
    nTx: block.txs.length,
    strippedsize: block.getBaseSize(),
    size: block.getSize(),
    weight: block.getWeight(),
    tx: block.txs.map((tx: any) => (verbosity === 1 ? reverseHex(tx.hash('hex')) : txJson(tx, view))),
  };
}
