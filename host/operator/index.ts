// What an operator does at HSM-Cold's console, as functions: used by the command line and by the simulator's operator.
// Nothing secret is kept here: PINs, words and link keys pass through. Every function rejects with the board's own
// code.
import { cborEncode } from '../../protocol';
import { fail } from '../../protocol/errors';
import type { AccountFile } from '../api/types';
import type { ConsoleClient } from './console-client';
import { withChecksum } from './descriptor';
import { COLD_COMMANDS } from './board-commands';
import { linesOf, readLine } from './board-lines';
import { policyFields, type AccountPolicy } from './account-policy';

export { CANCEL_LINE, createConsoleClient, type ConsoleClient } from './console-client';
export { FEE_LIMITS_DEFAULT } from '../../protocol/request/policy';
export { effectivePolicy, type AccountPolicy } from './account-policy';
export { COLD_COMMANDS, HOT_COMMANDS } from './board-commands';
export { lineOf, linesOf, readLine } from './board-lines';
export { sweep } from './sweep';
export { verifyLog, verifyShown, parseLog, type AuditEntry, type AuditPin, type LogVerdict } from './audit';
export { verifyHeartbeat, pinsOfHeartbeats } from './heartbeat';

/** The reviewed data of an account, entered at the console. */
export interface AccountData {
  name: string;
  network: 'main' | 'test' | 'regtest';
  script: 'p2wpkh' | 'p2pkh';
  /** V's identity, compressed, 33 bytes. */
  vIdentity: Uint8Array;
  vPhones: string[];
  adminPhones: string[];
  /** The only address that sweeps pay. */
  payoutAddress: string;
  /** What it leaves out of fees has FEE_LIMITS_DEFAULT. */
  policy?: AccountPolicy;
  /** Default v2 only. */
  protocols?: Array<'v1' | 'v2'>;
  allowList?: string[];
  /** Not for the board: numbers of its SIM cards, for the public file. */
  hsmPhones?: string[];
}

/** Digits of the dice and 32 bytes of the host's own random generator. */
export interface CeremonyEntropy {
  dice: string;
  hostEntropy: Uint8Array;
}

export interface Ceremony {
  /** Secret: shown once, to be written on paper. */
  words: string[];
  fingerprint: string;
}

const DICE_A_LINE = 50;

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Answers by question; each value is given once, in order. */
function answersFor(table: { [startsWith: string]: string | string[] }): (question: string) => string | undefined {
  return (question) => {
    for (const [start, value] of Object.entries(table)) {
      if (!question.startsWith(start)) continue;
      return typeof value === 'string' ? value : value.shift();
    }
    return undefined;
  };
}

function diceLines(dice: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < dice.length; at += DICE_A_LINE) lines.push(dice.slice(at, at + DICE_A_LINE));
  return [...lines, ''];
}

/** Value of the line `name value` among a command's lines. */
export function valueOf(lines: string[], name: string): string {
  const line = lines.find((each) => each.startsWith(`${name} `) || each === name);
  return line === undefined ? '' : line.slice(name.length + 1);
}

/** The ceremony on a new board: makes the seed, takes its words down, answers the check questions, sets the PIN. */
export async function provision(
  client: ConsoleClient,
  options: CeremonyEntropy & { pin: string; onWord?: (n: number, word: string) => void },
): Promise<Ceremony> {
  const words: string[] = [];
  const fixed = answersFor({
    dice: diceLines(options.dice),
    'host entropy': hexOf(options.hostEntropy),
    PIN: options.pin,
  });
  const lines = await client.run(
    'provision',
    (question) => {
      const check = /^check word (\d+)$/.exec(question);
      return check ? words[Number(check[1]) - 1] : fixed(question);
    },
    (line) => {
      const shown = readLine(COLD_COMMANDS.provision.lines.word, line);
      if (!shown) return;
      words.push(shown.word);
      options.onWord?.(shown.n, shown.word);
    },
  );
  return { words, fingerprint: valueOf(lines, 'fingerprint') };
}

/**
 * Makes a new or wiped board hold the seed of the words. The board still takes dice and host entropy, for its own
 * generator.
 */
export async function restore(
  client: ConsoleClient,
  options: CeremonyEntropy & { words: string[]; pin: string },
): Promise<{ fingerprint: string }> {
  const answers = answersFor({
    words: options.words.join(' '),
    dice: diceLines(options.dice),
    'host entropy': hexOf(options.hostEntropy),
    PIN: options.pin,
  });
  return { fingerprint: valueOf(await client.run('restore', answers), 'fingerprint') };
}

async function withPin(client: ConsoleClient, command: string, pin: string): Promise<string[]> {
  return client.run(command, answersFor({ PIN: pin }));
}

export async function unlock(client: ConsoleClient, pin: string): Promise<void> {
  await withPin(client, 'unlock', pin);
}

export async function lock(client: ConsoleClient): Promise<void> {
  await client.run('lock');
}

/**
 * Sets the clock, which only goes forward. Throws `time-back`, and `time-far` unless isForced: far from what the board
 * and its network know.
 */
export async function setTime(
  client: ConsoleClient,
  unixSeconds: number,
  pin: string,
  isForced = false,
): Promise<void> {
  await withPin(client, `time ${Math.floor(unixSeconds)}${isForced ? ' force' : ''}`, pin);
}

/** Phones of the platform's admins, who get the alarms. */
export async function setPhones(client: ConsoleClient, phones: string[], pin: string): Promise<void> {
  await withPin(client, `phones ${phones.join(' ')}`.trim(), pin);
}

/**
 * Gives both boards the same new link key (32 secret bytes), over their own consoles. Throws `hot-paired`, with nothing
 * changed, when HSM-Hot has one.
 */
export async function pairHot(
  cold: ConsoleClient,
  hot: ConsoleClient,
  linkKey: Uint8Array,
  pin: string,
): Promise<void> {
  if (!valueOf(await hot.run('status'), 'state').startsWith('factory'))
    throw fail('hot-paired', 'HSM-Hot is paired with a board: "wipe" at its console first');
  await withPin(cold, `link key ${hexOf(linkKey)}`, pin);
  await hot.run(`link key ${hexOf(linkKey)}`);
}

/** Account data as the console takes it: base64 of a CBOR array, see firmware/cold/console/accounts.ts. */
export function accountDataText(data: AccountData): string {
  const protocols = (data.protocols ?? ['v2']).reduce((bits, name) => bits | (name === 'v1' ? 1 : 2), 0);
  const fields = [
    data.name,
    data.network,
    data.script,
    data.vIdentity,
    data.vPhones,
    data.adminPhones,
    data.payoutAddress,
    policyFields(data.policy),
    protocols,
    data.allowList ?? [],
  ];
  return Buffer.from(cborEncode(fields)).toString('base64');
}

function accountFile(lines: string[], hsmPhones: string[]): AccountFile {
  return {
    account: Number(valueOf(lines, 'account')),
    network: valueOf(lines, 'network') as AccountFile['network'],
    script: valueOf(lines, 'script') as AccountFile['script'],
    identity: valueOf(lines, 'identity'),
    fingerprint: valueOf(lines, 'fingerprint'),
    cold: { xpub: valueOf(lines, 'cold_xpub'), descriptor: withChecksum(valueOf(lines, 'cold_descriptor')) },
    hot: { xpub: valueOf(lines, 'hot_xpub'), descriptor: withChecksum(valueOf(lines, 'hot_descriptor')) },
    pairing_code: valueOf(lines, 'pairing'),
    hsm_phones: hsmPhones,
    v_identity: valueOf(lines, 'v_identity'),
  };
}

/** Addresses of an allow-list that go into one line of the console. */
const ALLOW_A_LINE = 8;

/** The data without what of its allow-list does not fit a line: allowMore brings that. */
function firstOf(data: AccountData): AccountData {
  return { ...data, allowList: data.allowList?.slice(0, ALLOW_A_LINE) };
}

async function allowMore(client: ConsoleClient, account: number, data: AccountData, pin: string): Promise<void> {
  const list = data.allowList ?? [];
  for (let at = ALLOW_A_LINE; at < list.length; at += ALLOW_A_LINE)
    await withPin(client, `account allow ${account} ${list.slice(at, at + ALLOW_A_LINE).join(' ')}`, pin);
}

/**
 * Makes the account on the board; answers its public file, for the API and V. Until a long allow-list is whole, less is
 * allowed.
 */
export async function addAccount(client: ConsoleClient, data: AccountData, pin: string): Promise<AccountFile> {
  const file = accountFile(
    await withPin(client, `account add ${accountDataText(firstOf(data))}`, pin),
    data.hsmPhones ?? [],
  );
  await allowMore(client, file.account, data, pin);
  return file;
}

export async function changeAccount(
  client: ConsoleClient,
  account: number,
  data: AccountData,
  pin: string,
): Promise<void> {
  await withPin(client, `account change ${account} ${accountDataText(firstOf(data))}`, pin);
  await allowMore(client, account, data, pin);
}

export async function showAccount(client: ConsoleClient, account: number): Promise<AccountFile> {
  return accountFile(await client.run(`account show ${account}`), []);
}

/** Opens a closed account again. */
export async function reopen(client: ConsoleClient, account: number, pin: string): Promise<void> {
  await withPin(client, `reopen ${account}`, pin);
}

/** The lines of `status`. */
export async function status(client: ConsoleClient): Promise<string[]> {
  return client.run('status');
}

/** The lines of `log`, from entry `from` on: for verifyLog and verifyShown. */
export async function readLog(client: ConsoleClient, from = 0): Promise<string[]> {
  return client.run(`log ${from}`);
}

/** The encrypted state of the board as text, one line each; only the seed of its words opens it. */
export async function backup(client: ConsoleClient, pin: string): Promise<string> {
  const lines = await withPin(client, 'backup', pin);
  return `${linesOf(COLD_COMMANDS.backup.lines.backup, lines)
    .map(({ line }) => line)
    .join('\n')}\n`;
}

/** What a backup must not be behind of. */
export interface RestoredUpTo {
  channelIds: readonly number[];
  payments?: number;
  isForced?: boolean;
}

/**
 * Reads a state backup into a board that was restored from its words. channelIds: the highest channel number that each
 * account's V shows, in the order of the accounts; payments: how many the chain shows from hot addresses, 0 where
 * nobody counted. A backup behind any of them is refused with `backup-old` unless isForced.
 */
export async function restoreState(
  client: ConsoleClient,
  text: string,
  options: RestoredUpTo & { pin: string },
): Promise<void> {
  await withPin(client, 'state begin', options.pin);
  for (const line of text.split('\n')) if (line.trim() !== '') await client.run(`state line ${line.trim()}`);
  await endRestoring(client, options);
}

/** The last step of restoreState, again: after `backup-old`, with isForced. */
export async function endRestoring(client: ConsoleClient, options: RestoredUpTo & { pin: string }): Promise<void> {
  const { channelIds, payments, isForced, pin } = options;
  await withPin(
    client,
    `state end ${channelIds.join(',') || '-'}${payments ? ` paid ${payments}` : ''}${isForced ? ' force' : ''}`,
    pin,
  );
}

/** Erases the board. */
export async function wipe(client: ConsoleClient, pin?: string): Promise<void> {
  await client.run('wipe', answersFor({ type: 'erase everything', PIN: pin ?? '' }));
}
