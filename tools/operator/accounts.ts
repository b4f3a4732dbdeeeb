// Accounts at HSM-Cold with a person at the keyboard: V's identity scanned, every reviewed line agreed to, the public
// file written, and what V has to scan shown with the code that both screens must show. Leaves the board's state to
// provision.ts and restore.ts.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fail } from '../../protocol/errors';
import type { AccountFile } from '../../host/api/types';
import { addAccount, COLD_COMMANDS, linesOf, showAccount, type AccountData } from '../../host/operator';
import type { People } from '../console/people';
import { describeAccount } from './account-file';
import type { Pin } from './board';
import type { Desk } from './desk';
import { aPairingFrom, pairingText } from './pairing/payload';
import { qrLines, readScan } from './pairing/qr';

const SCAN_TRIES = 3;

/** Asks for what V shows: its pairing payload as a scanner types it, a PNG of the code, or the identity itself. */
async function askIdentity(people: People): Promise<Uint8Array> {
  people.say('Run "chaincloud vdevice --pair" at V and scan the code that it shows.');
  for (let i = 1; ; i++) {
    try {
      const text = readScan(await people.ask("V's pairing code as scanned, a PNG file of it, or V's identity:"));
      const identity = /^0[23][0-9a-f]{64}$/i.test(text) ? text : aPairingFrom('v', text).identity;
      return new Uint8Array(Buffer.from(identity, 'hex'));
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (i === SCAN_TRIES || (code !== 'pairing-form' && code !== 'no-qr')) throw error;
      people.say(`not taken: ${message.replace(`${code}: `, '')}`);
    }
  }
}

/** Shows V what it needs: the account's payload to scan, and the code that both screens must show. */
function showPairing({ people, hasColour }: Desk, file: AccountFile): void {
  const text = pairingText({ from: 'cold', identity: file.identity, account: file.account, network: file.network });
  for (const line of qrLines(text, hasColour === true)) people.say(line);
  people.say(`  for V, to scan or to type: ${text}`);
  people.say(
    `  pairing code ${file.pairing_code}: use the account only if V shows the same ("chaincloud ` +
      'vdevice --pair --scan ...")',
  );
}

export function writePublicFile(people: People, outDir: string, file: AccountFile): void {
  fs.mkdirSync(outDir, { recursive: true });
  const out = path.join(outDir, `account-${file.account}.json`);
  fs.writeFileSync(out, `${JSON.stringify(file, null, 2)}\n`);
  people.say(`  account ${file.account}: public file ${out}, for the API and V`);
}

/** Adds the accounts that the board lacks, each after a yes; writes their public files into `outDir`. */
export async function addAccounts(
  desk: Desk,
  pin: Pin,
  accounts: AccountData[],
  outDir: string,
): Promise<AccountFile[]> {
  const { client, people, transcript } = desk;
  const names = linesOf(COLD_COMMANDS['account list'].lines.account, await client.run('account list')).map(
    ({ name }) => name,
  );
  const files: AccountFile[] = [];
  for (const [i, reviewed] of accounts.entries()) {
    let data = reviewed;
    if (names[i] !== undefined && names[i] !== data.name)
      throw fail(
        'account-order',
        `account ${i} on the board is "${names[i]}" and in the file "${data.name}": the file must list ` +
          "accounts in the board's order",
      );
    let file: AccountFile;
    if (names[i] === undefined) {
      people.say(`\nAccount ${i}:`);
      if (data.vIdentity.length === 0) data = { ...data, vIdentity: await askIdentity(people) };
      for (const line of describeAccount(data)) people.say(`  ${line}`);
      if (!(await people.confirm('Is every line as it was reviewed?')))
        throw fail('declined', `account ${i} was not added: correct the file and run this again`);
      file = await addAccount(client, data, await pin.get());
      transcript.note('account added', {
        account: file.account,
        name: data.name,
        network: data.network,
        payout_address: data.payoutAddress,
        v_identity: file.v_identity ?? '',
        pairing_code: file.pairing_code ?? '',
      });
    } else {
      file = { ...(await showAccount(client, i)), hsm_phones: data.hsmPhones ?? [] };
      if (data.vIdentity.length > 0 && file.v_identity !== Buffer.from(data.vIdentity).toString('hex'))
        throw fail(
          'account-differs',
          `account ${i} on the board has another V identity than the file: change neither, find out why`,
        );
      people.say(`Account ${i} "${data.name}" is on the board already.`);
    }
    writePublicFile(people, outDir, file);
    showPairing(desk, file);
    files.push(file);
  }
  return files;
}
