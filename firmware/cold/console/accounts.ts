/**
 * Accounts at the console: what their data must be, changing what may change, showing them. Account data comes as
 * base64 of a CBOR array
 *   [name, network, script, v_identity 33, v_phones, admin_phones, payout address, policy (13 numbers), protocols,
 *   allow_list] where protocols is 1 (v1), 2 (v2) or 3, and allow_list holds addresses. Everything is checked before
 *   anything is written. Leaves to others: making an account's keys (commands/account-add.ts).
 */
import { copyBytes } from '../../crypto/bytes';
import { addressToScript, base64Decode, encodeXkey, pubkeyParse, sha256 } from '../../crypto/index';
import type { CommandDeclaration } from '../../console/command';
import { hexOf } from '../../console/hex';
import { printLine } from '../../console/terminal';
import { cborDecode, type CborValue } from '../../../protocol/cbor';
import { decimalOf } from '../../../protocol/bytes';
import { pairingCode } from '../../../protocol/request/authority';
import { fail } from '../../../protocol/errors';
import { readRecord } from '../../journal/journal';
import { R_ACCOUNT, R_ALLOW } from '../../journal/records';
import { coinOf, NODE_COLD, NODE_HOT, nodeChain, nodePub, purposeOf } from '../secrets/hierarchy';
import type { Network } from '../../crypto/wallet/address';
import { dayLimitText, hasDayLimit, policyFrom } from '../signing/policy';
import type { Cold } from '../cold';
import { accountRecordAt, isClosed, MAX_ACCOUNTS, type Account, type ScriptType } from '../state/state';
import { AUDIT_ACCOUNT_CHANGED } from '../../journal/audit-codes';
import { audit, saveCbor } from '../state/store';
import { scheduleOnce } from '../scheduler';
import { accountKeys } from '../secrets/account-keys';
import { requireAccount } from '../state/accounts';
import { notifyPolicy } from '../alarms/notices';

const NAME_MAX = 32;
/** Of an account's V, of its admins, of the platform's admins. */
export const PHONES_MAX = 4;
const ALLOW_MAX = 20;

/** Letters, digits, space and . - _ : a name stands in SMS and on terminals, whose alphabets differ. */
function isName(text: unknown): boolean {
  if (typeof text !== 'string' || !text.length || text.length > NAME_MAX) return false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const isWord = (c > 47 && c < 58) || (c > 64 && c < 91) || (c > 96 && c < 123);
    if (!isWord && ' .-_'.indexOf(text[i]) < 0) return false;
  }
  return true;
}

function isPhone(text: unknown): boolean {
  if (typeof text !== 'string' || text.length < 4 || text.length > 17 || text[0] !== '+') return false;
  for (let i = 1; i < text.length; i++) if (text.charCodeAt(i) < 48 || text.charCodeAt(i) > 57) return false;
  return true;
}

/** At most PHONES_MAX numbers in the form that an SMS is addressed with. */
export function arePhones(value: unknown): boolean {
  const list = value as unknown[];
  if (!list || typeof list === 'string' || !(list.length >= 0) || list.length > PHONES_MAX) return false;
  for (let i = 0; i < list.length; i++) if (!isPhone(list[i])) return false;
  return true;
}

/** Account data, all fields checked: an account's record without its number and HSM-Cold's identity. */
export type AccountFields = [
  name: string,
  network: Network,
  script: ScriptType,
  vIdentity: Uint8Array,
  vPhones: string[],
  adminPhones: string[],
  payout: string,
  policy: number[],
  protos: number,
  allowList: string[],
];

/**
 * `before` and the addresses' digests of script pubkeys, 20 bytes each. Throws `account-form`, what addressToScript
 * throws.
 */
export function allowDigests(before: Uint8Array[], addresses: string[], network: Network): Uint8Array[] {
  if (!(before.length + addresses.length <= ALLOW_MAX))
    throw fail('account-form', 'allow_list: ' + ALLOW_MAX + ' addresses at most');
  for (let i = 0; i < addresses.length; i++)
    before.push(copyBytes(sha256(addressToScript(addresses[i], network)), 0, 20));
  return before;
}

/** The fields that cannot change, except for the payout address. Throws `account-form`, what pubkeyParse throws. */
function checkFixed(fields: CborValue[]): void {
  if (fields[1] !== 'main' && fields[1] !== 'test' && fields[1] !== 'regtest') throw fail('account-form', 'network');
  if (fields[2] !== 'p2wpkh' && fields[2] !== 'p2pkh') throw fail('account-form', 'script');
  if (!(fields[3] instanceof Uint8Array) || fields[3].length !== 33) throw fail('account-form', 'v_identity');
  pubkeyParse(fields[3]);
}

/** Returns decoded account data. Throws `account-form` naming the field, what keys and addresses throw. */
export function anAccount(value: CborValue): AccountFields {
  const fields = value as AccountFields;
  if (!fields || fields.length !== 10) throw fail('account-form', 'ten fields are expected');
  if (!isName(fields[0])) throw fail('account-form', 'name: 1 to ' + NAME_MAX + ' letters, digits and . - _');
  checkFixed(fields);
  if (!arePhones(fields[4])) throw fail('account-form', 'v_phones');
  if (!arePhones(fields[5])) throw fail('account-form', 'admin_phones');
  addressToScript(fields[6], fields[1]);
  const policy = policyFrom(fields[7]);
  if (!policy) throw fail('account-form', 'policy');
  if (!hasDayLimit(policy)) throw fail('account-form', 'policy: a limit for a day, in satoshi or none, is missing');
  if (!(fields[8] >= 1 && fields[8] <= 3)) throw fail('account-form', 'protocols');
  if (!fields[9] || typeof fields[9] === 'string') throw fail('account-form', 'allow_list');
  return fields;
}

/** Writes an account's record. identity: HSM-Cold's public key of the account. */
export function saveAccount(cold: Cold, n: number, identity: Uint8Array, fields: AccountFields): void {
  saveCbor(cold, R_ACCOUNT, [
    n,
    fields[0],
    fields[1],
    fields[2],
    fields[3],
    identity,
    fields[4],
    fields[5],
    fields[6],
    fields[7],
    fields[8],
  ]);
}

/** The lines of printAccount. */
export const ACCOUNT_LINES = {
  account: ['account <account:whole>', 'its number'],
  name: ['name <name:rest>', 'its name'],
  network: ['network <network:main|test|regtest>', 'the Bitcoin network'],
  script: ['script <script:p2wpkh|p2pkh>', 'the form of its addresses'],
  identity: ['identity <identity:hex>', "HSM-Cold's public key of the account, 33 bytes"],
  v_identity: ['v_identity <v_identity:hex>', "V's public key, 33 bytes"],
  v_phones: ['v_phones <phones:rest>', "V's phones"],
  admin_phones: ['admin_phones <phones:rest>', "phones of the account's people"],
  payout: ['payout <address:word>', 'the one address that sweeps pay'],
  protocols: ['protocols <protocols:1|2|3>', '1: v1, 2: v2, 3: both'],
  day_limit: ['day_limit <sats:whole|none>', 'the most that a day may pay'],
  tell_above: ['tell_above <sats:whole>', 'a day that pays more is told to its admins by SMS; 0: never'],
  standing: ['standing <standing:open|closed>[ <reason:word>]', 'whether it pays, and why not'],
  fingerprint: ['fingerprint <fingerprint:hex>', 'of the master key'],
  cold_xpub: ['cold_xpub <xpub:word>', 'of the cold receiving addresses'],
  cold_descriptor: ['cold_descriptor <descriptor:word>', 'the same, BIP380 without checksum'],
  hot_xpub: ['hot_xpub <xpub:word>', 'of the hot addresses'],
  hot_descriptor: ['hot_descriptor <descriptor:word>', 'the same, BIP380 without checksum'],
  pairing: ['pairing <code:rest>', "the pairing code: V's screen must show the same"],
} satisfies CommandDeclaration['lines'];

/** The account whose number was typed. Throws `no-account`, for what is no number too. */
export function accountNamed(cold: Cold, text: string | undefined): Account {
  return requireAccount(cold, decimalOf(text, 0, MAX_ACCOUNTS - 1));
}

function xpubOf(cold: Cold, account: Account, which: number): string {
  const keys = accountKeys(cold, account.n);
  const index = 0x80000000 + 2 * account.n + (which === NODE_HOT ? 1 : 0);
  return encodeXkey({
    isPrivate: false,
    isTest: account.network !== 'main',
    depth: 3,
    parent: copyBytes(keys, 2, 6),
    index: index,
    chain: nodeChain(keys, which),
    key: nodePub(keys, which),
  });
}

function printSide(cold: Cold, account: Account, name: string, which: number): void {
  const xpub = xpubOf(cold, account, which);
  const path =
    purposeOf(account.script) +
    'h/' +
    coinOf(account.network) +
    'h/' +
    (2 * account.n + (which === NODE_HOT ? 1 : 0)) +
    'h';
  const wrap = account.script === 'p2pkh' ? 'pkh(' : 'wpkh(';
  printLine(cold.terminal, name + '_xpub ' + xpub);
  printLine(
    cold.terminal,
    name + '_descriptor ' + wrap + '[' + hexOf(cold.state.fingerprint) + '/' + path + ']' + xpub + '/<0;1>/*)',
  );
}

/** Prints what the account's people need, in lines `name value`. Nothing secret. */
export function printAccount(cold: Cold, account: Account): void {
  const terminal = cold.terminal;
  printLine(terminal, 'account ' + account.n);
  printLine(terminal, 'name ' + account.name);
  printLine(terminal, 'network ' + account.network);
  printLine(terminal, 'script ' + account.script);
  printLine(terminal, 'identity ' + hexOf(account.identity));
  printLine(terminal, 'v_identity ' + hexOf(account.vIdentity));
  printLine(terminal, 'v_phones ' + account.vPhones.join(' '));
  printLine(terminal, 'admin_phones ' + account.adminPhones.join(' '));
  printLine(terminal, 'payout ' + account.payout);
  printLine(terminal, 'protocols ' + account.protos);
  printLine(terminal, 'day_limit ' + dayLimitText(account.policy));
  printLine(terminal, 'tell_above ' + account.policy.tellAboveSats);
  printLine(
    terminal,
    'standing ' + (isClosed(cold.state, account.n) ? 'closed ' + (account.closed || account.alarm) : 'open'),
  );
  printLine(terminal, 'fingerprint ' + hexOf(cold.state.fingerprint));
  printSide(cold, account, 'cold', NODE_COLD);
  printSide(cold, account, 'hot', NODE_HOT);
  printLine(terminal, 'pairing ' + pairingCode(cold.crypto, account.identity, account.vIdentity));
}

/**
 * Replaces an account's name, phones, policy, protocols and allow-list by those of new account data; its network,
 * script, V identity and payout address stay what they were and must be the same there (`account-fixed`). V is told of
 * the limits that hold now.
 */
export function changeAccount(cold: Cold, account: Account, base64: string): void {
  const fields = anAccount(cborDecode(base64Decode(base64)));
  const allow = allowDigests([], fields[9], fields[1]);
  if (
    fields[1] !== account.network ||
    fields[2] !== account.script ||
    hexOf(fields[3]) !== hexOf(account.vIdentity) ||
    hexOf(addressToScript(fields[6], fields[1])) !== hexOf(addressToScript(account.payout, fields[1]))
  ) {
    throw fail('account-fixed', 'network, script, V identity and payout address cannot change');
  }
  audit(cold, AUDIT_ACCOUNT_CHANGED, account.n, copyBytes(account.identity, 0, 8));
  saveCbor(cold, R_ALLOW, [account.n, allow]);
  saveAccount(cold, account.n, account.identity, fields);
  const n = account.n;
  scheduleOnce(cold, function () {
    notifyPolicy(cold, n);
  });
}

/**
 * Adds addresses to an account's allow-list: a line of the console does not hold a long list. Throws what account data
 * throws.
 */
export function allowMore(cold: Cold, account: Account, addresses: string[]): void {
  const at = accountRecordAt(cold.state, R_ALLOW, account.n);
  const before = at ? ((cborDecode(readRecord(cold.journal!, at)) as CborValue[])[1] as Uint8Array[]) : [];
  const allow = allowDigests(before, addresses, account.network);
  audit(cold, AUDIT_ACCOUNT_CHANGED, account.n, copyBytes(account.identity, 0, 8));
  saveCbor(cold, R_ALLOW, [account.n, allow]);
}
