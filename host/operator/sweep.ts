// Carries a PSBT to HSM-Cold's console and its signatures back. The board gets every coin with its whole previous
// transaction and decides for itself; this side only translates. Spec: BIP174; the console's side is
// firmware/cold/console/commands/sweep.ts.
import * as btc from '@scure/btc-signer';
import { RawOldTx } from '@scure/btc-signer/script';
import { cborEncode } from '../../protocol';
import { fail } from '../../protocol/errors';
import { bytesOf } from '../bitcoin/hex';
import { derWithSighash } from '../bitcoin/signature';
import type { ConsoleClient } from './console-client';

/** Octets of a previous transaction in one console line. */
const CHUNK_BYTES = 600;

export interface SweepResult {
  /** Base64, signed and not yet finalised. */
  psbt: string;
  /** What the board showed before it signed, for the operator's eyes. */
  shown: string[];
}

interface Coin {
  txid: Uint8Array;
  vout: number;
  sequence: number;
  path: number[];
  raw: Uint8Array;
}

function base64(fields: unknown[]): string {
  return Buffer.from(cborEncode(fields as never)).toString('base64');
}

function coinOf(tx: btc.Transaction, i: number): Coin {
  const input = tx.getInput(i);
  const path = input.bip32Derivation?.[0]?.[1].path;
  if (!input.txid || input.index === undefined || !input.nonWitnessUtxo || !path) {
    throw fail('psbt-incomplete', `input ${i} needs its previous transaction and its derivation path`);
  }
  const raw = RawOldTx.encode({ ...input.nonWitnessUtxo, version: input.nonWitnessUtxo.version });
  return {
    txid: Uint8Array.from(input.txid).reverse(),
    vout: input.index,
    sequence: input.sequence ?? 0xffffffff,
    path,
    raw,
  };
}

async function carryCoin(client: ConsoleClient, coin: Coin): Promise<void> {
  const [chain, index] = coin.path.slice(-2);
  await client.run(`sweep input ${base64([coin.txid, coin.vout, coin.sequence, chain, index, coin.raw.length])}`);
  for (let at = 0; at < coin.raw.length; at += CHUNK_BYTES) {
    await client.run(`sweep prev ${Buffer.from(coin.raw.subarray(at, at + CHUNK_BYTES)).toString('base64')}`);
  }
}

/**
 * Has the board sign a sweep. options.confirm sees what the board shows (inputs, address, fee) and answers whether to
 * sign. Rejects with `psbt-incomplete`, `psbt-outputs`, `declined`, and the board's own codes (`bad-fee`,
 * `not-own-coin`, `pin-wrong` ...).
 */
export async function sweep(
  client: ConsoleClient,
  psbtBase64: string,
  options: {
    account: number;
    pin: string | (() => Promise<string>);
    confirm?: (shown: string[]) => boolean | Promise<boolean>;
  },
): Promise<SweepResult> {
  const tx = btc.Transaction.fromPSBT(new Uint8Array(Buffer.from(psbtBase64, 'base64')));
  if (tx.outputsLength !== 1) throw fail('psbt-outputs', 'a sweep has exactly one output: the payout address');
  const coins = Array.from({ length: tx.inputsLength }, (_, i) => coinOf(tx, i));
  const total = Array.from({ length: tx.inputsLength }, (_, i) => tx.getInput(i)).reduce(
    (sum, input) => sum + input.nonWitnessUtxo!.outputs[input.index!]!.amount,
    0n,
  );
  const payout = tx.getOutput(0).amount!;
  await client.run(
    `sweep begin ${base64([options.account, tx.version, tx.lockTime, tx.inputsLength, Number(payout), Number(total - payout)])}`,
  );
  for (const coin of coins) await carryCoin(client, coin);
  const shown: string[] = [];
  const lines = await client.run(
    'sweep sign',
    (question) => {
      if (question.startsWith('sign')) {
        const answer = (options.confirm ?? (() => true))(shown);
        return answer instanceof Promise ? answer.then((isYes) => (isYes ? 'yes' : 'no')) : answer ? 'yes' : 'no';
      }
      if (question !== 'PIN') return undefined;
      return typeof options.pin === 'string' ? options.pin : options.pin();
    },
    (line) => void shown.push(line),
  );
  for (const line of lines) {
    const m = /^sig (\d+) ([0-9a-f]{66}) ([0-9a-f]{128})$/.exec(line);
    if (!m) continue;
    const pub = bytesOf(m[2]!);
    tx.updateInput(Number(m[1]), { partialSig: [[pub, derWithSighash(bytesOf(m[3]!))]] });
  }
  return {
    psbt: Buffer.from(tx.toPSBT(0)).toString('base64'),
    shown: shown.filter((line) => line.startsWith('sweep ')),
  };
}
