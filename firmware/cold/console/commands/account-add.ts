/**
 * `account add`: makes an account. Its data is checked before the PIN is asked for, its public keys are derived a
 * multiplication a task, and then it is written down, the log first. A power cut within leaves none, or one whose
 * sealed keys the next unlocking writes.
 */
import { copyBytes } from '../../../crypto/bytes';
import { base64Decode, ckdPub, fingerprint, pubkeyCreate, wipe } from '../../../crypto/index';
import type { CommandDeclaration } from '../../../console/command';
import { printOk, printThrown } from '../../../console/terminal';
import { cborDecode } from '../../../../protocol/cbor';
import { fail } from '../../../../protocol/errors';
import { KEYS_BYTES, R_ALLOW, R_KEYS } from '../../../journal/records';
import {
  accountNode,
  coinOf,
  hardenedPath,
  identityNode,
  NODE_COLD,
  NODE_COLD_0,
  NODE_HOT,
  NODE_HOT_0,
  NODE_HOT_1,
  nodeChain,
  nodePub,
  purposeOf,
  putNode,
  wipeNode,
  type PrivNode,
} from '../../secrets/hierarchy';
import { ACCOUNT_LINES, allowDigests, anAccount, printAccount, saveAccount, type AccountFields } from '../accounts';
import { withSeed } from '../needs';
import type { Cold } from '../../cold';
import { MAX_ACCOUNTS } from '../../state/state';
import { AUDIT_ACCOUNT_ADDED } from '../../../journal/audit-codes';
import { audit, save, saveCbor } from '../../state/store';
import { schedule } from '../../scheduler';
import { saveSecrets } from '../../secrets/account-keys';
import { requireAccount } from '../../state/accounts';
import { endGate, stepGate, type GateWork } from '../../sms/pairing';

export const ACCOUNT_ADD = {
  usage: 'account add <base64>',
  order: 6,
  summary: 'makes an account',
  words: { base64: 'account data (accounts.ts)' },
  needs: ['unlocked', 'pin'],
  lines: ACCOUNT_LINES,
  errors: {
    'accounts-full': 'the board holds as many accounts as it can',
    'account-form': 'a field of the data is wrong',
  },
} satisfies CommandDeclaration;

/** An account being made. Secret: seed64, wiped at the end, and gate. */
interface Adding {
  /** Until they are written; without the allow-list. */
  fields?: AccountFields;
  allow: Uint8Array[];
  seed64: Uint8Array;
  /** R_KEYS as it comes about. */
  keys: Uint8Array;
  identityPub: Uint8Array;
  /** The pairing's key, at the end. */
  gate: GateWork;
  /** Steps done. */
  at: number;
}

/**
 * Decodes and checks account data (accounts.ts). Throws `accounts-full`, `account-form`, what decoding and addresses
 * throw.
 */
function readAdding(cold: Cold, base64: string): Adding {
  if (cold.state.accountCount >= MAX_ACCOUNTS)
    throw fail('accounts-full', 'the board holds ' + MAX_ACCOUNTS + ' accounts at most');
  const fields = anAccount(cborDecode(base64Decode(base64)));
  const allow = allowDigests([], fields[9], fields[1]);
  fields.pop();
  const none = new Uint8Array(0);
  return { fields: fields, allow: allow, seed64: none, keys: none, identityPub: none, gate: {}, at: 0 };
}

/** Public key of a node that is wiped. */
function pubOf(node: PrivNode): Uint8Array {
  const pub = pubkeyCreate(node.key);
  wipeNode(node);
  return pub;
}

function putSide(it: Adding, n: number, side: number, which: number): void {
  const node = accountNode(it.seed64, it.fields![2], it.fields![1], n, side);
  const chain = copyBytes(node.chain, 0, 32);
  putNode(it.keys, which, pubOf(node), chain);
}

function putChain(it: Adding, from: number, chain: number, which: number): void {
  const child = ckdPub({ key: nodePub(it.keys, from), chain: nodeChain(it.keys, from) }, chain);
  putNode(it.keys, which, child.key, child.chain);
}

/** The record's head: number, and fingerprint of m/a'/b', the parent that the account keys' xpubs name. */
function putHead(it: Adding, n: number): void {
  it.keys = new Uint8Array(KEYS_BYTES);
  it.keys[1] = n;
  it.keys.set(fingerprint(pubOf(hardenedPath(it.seed64, purposeOf(it.fields![2]), coinOf(it.fields![1]), -1))), 2);
}

function write(cold: Cold, it: Adding, n: number): void {
  audit(cold, AUDIT_ACCOUNT_ADDED, n, copyBytes(it.identityPub, 0, 8));
  save(cold, R_KEYS, it.keys);
  if (it.allow.length) saveCbor(cold, R_ALLOW, [n, it.allow]);
  saveAccount(cold, n, it.identityPub, it.fields!);
  it.fields = undefined;
}

/** At most one multiplication a step; true while there are more. */
function stepAdding(cold: Cold, it: Adding): boolean {
  const n = it.at < 8 ? cold.state.accountCount : cold.state.accountCount - 1;
  const at = it.at++;
  if (at === 0) putHead(it, n);
  else if (at === 1) putSide(it, n, 2, NODE_COLD);
  else if (at === 2) putSide(it, n, 1, NODE_HOT);
  else if (at === 3) putChain(it, NODE_COLD, 0, NODE_COLD_0);
  else if (at === 4) putChain(it, NODE_HOT, 0, NODE_HOT_0);
  else if (at === 5) putChain(it, NODE_HOT, 1, NODE_HOT_1);
  else if (at === 6) it.identityPub = pubOf(identityNode(it.seed64, n));
  else if (at === 7) write(cold, it, n);
  else if (at === 8) saveSecrets(cold, requireAccount(cold, n), it.seed64);
  else if (!stepGate(cold, it.gate, n)) {
    wipe(it.seed64);
    printAccount(cold, requireAccount(cold, n));
    printOk(cold.terminal);
    cold.started(cold);
    return false;
  }
  return true;
}

/** Makes the account in slices and shows it. seed64 is wiped at the end; what waited for an account is started then. */
function addAccount(cold: Cold, it: Adding, seed64: Uint8Array): void {
  it.seed64 = seed64;
  schedule(cold, {
    isIdle: false,
    step: function () {
      return stepAdding(cold, it);
    },
    failed: function (error) {
      wipe(it.seed64);
      endGate(it.gate);
      printThrown(cold.terminal, error);
    },
  });
}

export function runAccountAdd(cold: Cold, words: string[]): void {
  const adding = readAdding(cold, words[2] || '');
  // The text is long: nothing holds it while the PIN is asked for.
  words[2] = '';
  withSeed(cold, function (seed) {
    addAccount(cold, adding, copyBytes(seed, 0, seed.length));
  });
}
