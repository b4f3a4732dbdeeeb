// Which coins a payment spends, what it costs, what comes back. Pure arithmetic on satoshi and weight units.
// Spec: BIP141 (weight), BIP144. Signatures are counted at their largest (72 bytes with the sighash byte).

import type { ScriptKind } from './keys';

/** Change below this goes to the fee: it would cost more to spend than it is worth, and nodes do not relay it. */
export const DUST_SATS = 546;
/** Confirmations after which a coinbase output may be spent. */
export const COINBASE_MATURITY = 100;

export interface Coin {
  txid: string;
  vout: number;
  sats: number;
  chain: number;
  idx: number;
  confirmed: boolean;
}

export interface Selection {
  inputs: Coin[];
  feeSats: number;
  /** 0: no change output. */
  changeSats: number;
}

const INPUT_WEIGHT = { p2wpkh: 4 * 41 + 108, p2pkh: 4 * 148 };
const SCRIPT_BYTES = { p2wpkh: 22, p2pkh: 25 };
const SEGWIT_MARKER_WEIGHT = 2;

function varintBytes(n: number): number {
  return n < 0xfd ? 1 : 3;
}

/** Virtual bytes of a transaction with `inputs` of one kind and outputs of these script lengths (bytes). */
export function vsizeOf(kind: ScriptKind, inputs: number, scriptLensBytes: number[]): number {
  let weight = 4 * (8 + varintBytes(inputs) + varintBytes(scriptLensBytes.length)) + inputs * INPUT_WEIGHT[kind];
  for (const lenBytes of scriptLensBytes) weight += 4 * (8 + varintBytes(lenBytes) + lenBytes);
  if (kind === 'p2wpkh') weight += SEGWIT_MARKER_WEIGHT;
  return Math.ceil(weight / 4);
}

export function feeOf(vsize: number, feerateSatVb: number): number {
  return Math.ceil(vsize * feerateSatVb);
}

export interface SelectOptions {
  coins: Coin[];
  kind: ScriptKind;
  outsSats: number;
  outScriptLensBytes: number[];
  feerateSatVb: number;
  maxInputs: number;
}

/**
 * The smallest single coin that is enough, else the largest ones together; confirmed coins before our own change that
 * is still unconfirmed. Undefined when no choice of at most `maxInputs` is enough.
 */
export function selectCoins(options: SelectOptions): Selection | undefined {
  const confirmed = options.coins.filter((coin) => coin.confirmed);
  return (
    selectFrom(confirmed, options) ??
    (confirmed.length < options.coins.length ? selectFrom(options.coins, options) : undefined)
  );
}

function selectFrom(coins: Coin[], options: SelectOptions): Selection | undefined {
  const falling = [...coins].sort(
    (a, b) => b.sats - a.sats || (a.txid < b.txid ? -1 : a.txid > b.txid ? 1 : a.vout - b.vout),
  );
  for (let i = falling.length - 1; i >= 0; i--) {
    const alone = selectionOf([falling[i]], options);
    if (alone) return alone;
  }
  for (let count = 2; count <= Math.min(options.maxInputs, falling.length); count++) {
    const together = selectionOf(falling.slice(0, count), options);
    if (together) return together;
  }
  return undefined;
}

function selectionOf(
  inputs: Coin[],
  { kind, outsSats, outScriptLensBytes, feerateSatVb }: SelectOptions,
): Selection | undefined {
  const sum = inputs.reduce((total, coin) => total + coin.sats, 0);
  const bare = feeOf(vsizeOf(kind, inputs.length, outScriptLensBytes), feerateSatVb);
  if (sum < outsSats + bare) return undefined;
  const withChange = feeOf(vsizeOf(kind, inputs.length, [...outScriptLensBytes, SCRIPT_BYTES[kind]]), feerateSatVb);
  const changeSats = sum - outsSats - withChange;
  if (changeSats >= DUST_SATS) return { inputs, feeSats: withChange, changeSats };
  return { inputs, feeSats: sum - outsSats, changeSats: 0 };
}
