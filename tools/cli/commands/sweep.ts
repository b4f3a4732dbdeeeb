// `chaincloud sweep`: carries an unsigned PSBT to HSM-Cold's console, shows what the board says it pays, asks, and
// writes the signed PSBT.
import * as fs from 'node:fs';
import { fail } from '../../../protocol/errors';
import { COLD_COMMANDS, lineOf, sweep } from '../../../host/operator';
import { atDesk, DESK_FLAGS } from '../../operator/desk';
import { pinOf, readStatus, unlockBoard } from '../../operator/board';
import { anAccountNumber, need, type Command } from '../command';

/** The PSBT in a file, base64 or binary, as base64. Throws code `psbt-file`. */
export function readPsbt(file: string): string {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch (error) {
    throw fail('psbt-file', `${file} cannot be read (${(error as NodeJS.ErrnoException).code}): check the path`);
  }
  if (bytes.subarray(0, 5).toString('latin1') === 'psbt\xff') return bytes.toString('base64');
  const text = bytes.toString('latin1').replace(/\s/g, '');
  if (/^cHNidP[A-Za-z0-9+/=]+$/.test(text)) return text;
  throw fail('psbt-file', `${file} is no PSBT: take the file that the API prepared for the sweep`);
}

/** The file for the signed PSBT can be written: tried before the board signs. Throws code `out-file`. */
function checkOut(file: string): void {
  const isThere = fs.existsSync(file);
  try {
    fs.closeSync(fs.openSync(file, 'a'));
    if (!isThere) fs.rmSync(file);
  } catch (error) {
    throw fail('out-file', `${file} cannot be written (${(error as NodeJS.ErrnoException).code}): nothing was signed`);
  }
}

/** What the board showed, in columns. Lines that are not about the sweep are left out. */
export function sweepTable(shown: string[]): string[] {
  const forms = COLD_COMMANDS.sweep.lines;
  const coin = (sats: number): string => `${(sats / 1e8).toFixed(8)} BTC`;
  const account = lineOf(forms.account, shown);
  const inputs = lineOf(forms.inputs, shown);
  const pays = lineOf(forms.pays, shown);
  const fee = lineOf(forms.fee, shown);
  if (!account || !inputs || !pays || !fee)
    throw fail('board-answer', 'the board did not show what it would sign: nothing was signed');
  return [
    `account  ${account.account} ${account.name}`,
    `inputs   ${inputs.inputs}, together ${coin(inputs.sats)}`,
    `pays     ${coin(pays.sats)}`,
    `to       ${pays.address}`,
    `fee      ${coin(fee.sats)} (${((fee.sats / inputs.sats) * 100).toFixed(2)} % of the sum)`,
  ];
}

export const sweepCommand: Command = {
  name: 'sweep',
  summary: 'has HSM-Cold sign a sweep of cold coins to the payout address',
  flags: {
    ...DESK_FLAGS,
    psbt: { value: 'FILE', help: 'the unsigned PSBT that the API prepared' },
    account: { value: 'N', help: 'number of the account on the board', default: '0' },
    out: { value: 'FILE', help: 'the signed PSBT, base64' },
  },
  async run(input) {
    const psbt = readPsbt(need(input, 'psbt'));
    const out = need(input, 'out');
    checkOut(out);
    const account = anAccountNumber('account', need(input, 'account'));
    return atDesk(input, async (desk) => {
      const pin = pinOf(desk.people);
      if ((await readStatus(desk.client)).state === 'locked') await unlockBoard(desk, pin);
      const result = await sweep(desk.client, psbt, {
        account,
        pin: () => pin.get(),
        confirm: (shown) => {
          desk.people.say('HSM-Cold would sign:');
          for (const line of sweepTable(shown)) desk.people.say(`  ${line}`);
          return desk.people.confirm('Sign this?');
        },
      });
      fs.writeFileSync(out, `${result.psbt}\n`);
      desk.transcript.note('sweep signed', { account, shown: sweepTable(result.shown).join('; ') });
      desk.people.say(`The signed PSBT is in ${out}: give it back to the API to broadcast it.`);
    });
  },
};
