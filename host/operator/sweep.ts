// Has HSM-Cold sign a sweep. The board gets every coin with its whole previous transaction and decides for itself; this
// side checks the PSBT before (sweep-psbt.ts), compares what the board shows with it, and verifies each signature
// after. The console's side is firmware/cold/console/commands/sweep.ts.
import { cborEncode } from '../../protocol';
import { fail } from '../../protocol/errors';
import { bytesOf } from '../bitcoin/hex';
import { COLD_COMMANDS } from './board-commands';
import { lineOf, linesOf } from './board-lines';
import type { ConsoleClient } from './console-client';
import { readSweepPsbt, type InputSignature, type SweepAccount, type SweepRequest } from './sweep-psbt';

const SHOWN = COLD_COMMANDS.sweep.lines;
const ACCOUNT = COLD_COMMANDS['account show'].lines;
/** Octets of a previous transaction in one console line. */
const PREV_TX_PIECE_BYTES = 600;

export interface SweepResult {
  /** Base64, signed and not yet finalised. */
  psbt: string;
  /** What the board showed before it signed, for the operator's eyes. */
  shown: string[];
}

export interface SweepOptions {
  account: number;
  pin: string | (() => Promise<string>);
  /** Sees what the board shows (inputs, address, fee); false declines. */
  confirm?: (shown: string[]) => boolean | Promise<boolean>;
}

function base64(fields: unknown[]): string {
  return Buffer.from(cborEncode(fields as never)).toString('base64');
}

/** Brings the coins to the board, each with its previous transaction. Rejects with the board's codes. */
async function carry(client: ConsoleClient, account: number, request: SweepRequest): Promise<void> {
  const { version, lockTime, coins, payoutSats, feeSats } = request;
  await client.run(
    `sweep begin ${base64([account, version, lockTime, coins.length, Number(payoutSats), Number(feeSats)])}`,
  );
  for (const { txid, vout, sequence, chain, index, raw } of coins) {
    await client.run(`sweep input ${base64([txid, vout, sequence, chain, index, raw.length])}`);
    for (let at = 0; at < raw.length; at += PREV_TX_PIECE_BYTES)
      await client.run(`sweep prev ${Buffer.from(raw.subarray(at, at + PREV_TX_PIECE_BYTES)).toString('base64')}`);
  }
}

/** Does the board show the sweep that was asked for? Throws `board-answer`. */
function checkShown(shown: string[], request: SweepRequest, payout: string): void {
  const inputs = lineOf(SHOWN.inputs, shown);
  const pays = lineOf(SHOWN.pays, shown);
  const isSame =
    inputs?.inputs === request.coins.length &&
    BigInt(inputs.sats) === request.payoutSats + request.feeSats &&
    pays !== undefined &&
    BigInt(pays.sats) === request.payoutSats &&
    pays.address === payout &&
    lineOf(SHOWN.fee, shown)?.sats === Number(request.feeSats);
  if (!isSame) throw fail('board-answer', 'the board does not show the sweep of the PSBT: nothing was signed');
}

/**
 * Has the board show and sign what was checked here. Rejects with `board-answer`, `declined`, and the board's own codes
 * (`bad-fee`, `not-own-coin`, `pin-wrong` ...).
 */
export async function askSignatures(
  client: ConsoleClient,
  request: SweepRequest,
  payout: string,
  options: SweepOptions,
): Promise<{ signatures: InputSignature[]; shown: string[] }> {
  const { account, pin, confirm = () => true } = options;
  await carry(client, account, request);
  const shown: string[] = [];
  const isYes = async (): Promise<string> => {
    checkShown(shown, request, payout);
    return (await confirm(shown)) ? 'yes' : 'no';
  };
  const lines = await client.run(
    'sweep sign',
    (question) => {
      if (question.startsWith('sign')) return isYes();
      if (question !== 'PIN') return undefined;
      return typeof pin === 'string' ? pin : pin();
    },
    (line) => void shown.push(line),
  );
  return {
    signatures: linesOf(SHOWN.sig, lines).map(({ input, pubkey, signature }) => ({
      input,
      pubkey: bytesOf(pubkey),
      signature: bytesOf(signature),
    })),
    shown: shown.filter((line) => line.startsWith('sweep ')),
  };
}

async function accountOf(client: ConsoleClient, account: number): Promise<SweepAccount> {
  const lines = await client.run(`account show ${account}`);
  const network = lineOf(ACCOUNT.network, lines);
  const script = lineOf(ACCOUNT.script, lines);
  const payout = lineOf(ACCOUNT.payout, lines);
  if (!network || !script || !payout) throw fail('board-answer', `the board does not show account ${account}`);
  return { ...network, ...script, payout: payout.address };
}

/**
 * Has the board sign a sweep: the PSBT is checked before the board signs, its signatures are verified after. Rejects
 * with what readSweepPsbt, askSignatures and SweepPsbt.sign throw.
 */
export async function sweep(client: ConsoleClient, psbtBase64: string, options: SweepOptions): Promise<SweepResult> {
  const account = await accountOf(client, options.account);
  const psbt = readSweepPsbt(psbtBase64, account);
  const { signatures, shown } = await askSignatures(client, psbt.request, account.payout, options);
  return { psbt: psbt.sign(signatures), shown };
}
