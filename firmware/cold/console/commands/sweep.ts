/**
 * Sweeping cold coins by hand, at the console only. `sweep begin` names the sums, `sweep input` and `sweep prev` bring
 * each coin with its previous transaction, `sweep sign` shows what will happen, asks for a yes and the PIN, and gives
 * the signatures. Up to SWEEP_INPUTS_MAX coins in one sweep: a large one lies in the flash while it is made
 * (scratch.ts). The one output is the payout address that was registered with the account: there is no way to name
 * another. Inputs must be the account's cold receiving keys; those exist in memory only while the signatures are made,
 * from the seed that the PIN opens.
 */
import { copyBytes } from '../../../crypto/bytes';
import {
  addressToScript,
  base64Decode,
  ckdPub,
  constantTimeEqual,
  ecdsaSign,
  hash160,
  wipe,
  p2pkhScript,
} from '../../../crypto/index';
import { hexOf } from '../../../console/hex';
import type { CommandDeclaration } from '../../../console/command';
import { ask, printError, printLine, printOk, printThrown } from '../../../console/terminal';
import { cborDecode } from '../../../../protocol/cbor';
import { fail } from '../../../../protocol/errors';
import { AMOUNT_MAX_SATS, U32_MAX } from '../../../../protocol/wire';
import {
  accountNode,
  leafKey,
  nodeChain,
  nodePub,
  NODE_COLD_0,
  wipeNode,
  type PrivNode,
} from '../../secrets/hierarchy';
import { FEERATE_MAX_DEFAULT } from '../../../../protocol/request/policy';
import type { Cold, Sweep } from '../../cold';
import { AUDIT_SWEPT } from '../../../journal/audit-codes';
import { audit } from '../../state/store';
import { schedule } from '../../scheduler';
import { feedPrevTx, prevTxId, readPrevTx } from '../../signing/tx/prev-tx';
import { accountKeys } from '../../secrets/account-keys';
import { requireAccount } from '../../state/accounts';
import { seedByPin } from '../../secrets/pin';
import { openScratch } from '../../signing/tx/scratch';
import {
  draftBytes,
  finishInput,
  inputIndex,
  makeDraft,
  makeInput,
  putOutput,
  readInput,
  scriptOf,
  vbytesOf,
} from '../../signing/tx/draft';
import { endPass, segwitHash, startPass, stepPass, type Pass } from '../../signing/tx/hash';

export const SWEEP = {
  usage: 'sweep begin|input|prev|sign <base64>',
  order: 17,
  summary: 'signs a sweep of cold coins to the payout address',
  words: {
    begin: 'CBOR [account, tx_version, locktime, n_inputs (1 to 100), payout_sats, fee_sats]',
    input: 'CBOR [prev_txid (internal order), vout, sequence, chain (0), index, prev_tx_len]: a coin',
    prev: "a part of the coin's previous transaction",
    sign: 'without base64: shows what will be signed, asks, signs',
  },
  needs: ['unlocked', 'pin'],
  asks: { 'sign (yes or no)': 'yes: after what was shown' },
  lines: {
    account: ['sweep account <account:whole> <name:rest>', 'whose coins'],
    inputs: ['sweep inputs <inputs:whole> sats <sats:whole>', 'coins and their sum, satoshi'],
    pays: ['sweep pays <sats:whole> to <address:word>', 'the one output: the payout address'],
    fee: ['sweep fee <sats:whole>', 'satoshi'],
    sig: [
      'sig <input:whole> <pubkey:hex> <signature:hex>',
      'of an input: public key 33, signature 64 bytes, big endian',
    ],
  },
  errors: {
    usage: 'none of these forms',
    'no-account': 'no account has that number',
    'sweep-form': 'a field is wrong',
    'bad-state': 'not what comes next: begin, then input and prev for each coin, then sign',
    'policy-fee-rate': "the fee is above the account's limit",
    'prev-tx-hash': 'the previous transaction is another one',
    'not-own-coin': 'not a coin of that cold receiving key',
    'bad-fee': 'inputs are not outputs and fee',
    declined: 'the answer was not yes',
  },
} satisfies CommandDeclaration;

export const SWEEP_INPUTS_MAX = 100;

function aWhole(value: unknown, max: number, what: string): number {
  if (typeof value !== 'number' || !(value >= 0) || value > max || Math.floor(value) !== value)
    throw fail('sweep-form', what);
  return value;
}

function fieldsOf(base64: string, count: number): unknown[] {
  const fields = cborDecode(base64Decode(base64)) as unknown[] | null;
  if (!fields || fields.length !== count) throw fail('sweep-form', count + ' fields are expected');
  return fields;
}

/** [account, tx_version, locktime, n_inputs, payout_sats, fee_sats] */
function begin(cold: Cold, argument: string): void {
  const fields = fieldsOf(argument, 6);
  const account = requireAccount(cold, aWhole(fields[0], U32_MAX, 'account'));
  const nInputs = aWhole(fields[3], SWEEP_INPUTS_MAX, 'n_inputs');
  const payoutSats = aWhole(fields[4], AMOUNT_MAX_SATS, 'payout_sats');
  const feeSats = aWhole(fields[5], AMOUNT_MAX_SATS, 'fee_sats');
  if (!nInputs || !payoutSats) throw fail('sweep-form', 'inputs and an amount are expected');
  const version = aWhole(fields[1], 2, 'tx_version');
  const locktime = aWhole(fields[2], 499999999, 'locktime');
  const draft = makeDraft(openScratch(cold, draftBytes(nInputs, 1)), account.script, {
    txVersion: version,
    locktime: locktime,
    nInputs: nInputs,
    feeSats: feeSats,
  });
  putOutput(draft, payoutSats, addressToScript(account.payout, account.network));
  draft.amountSats = payoutSats;
  if (feeSats > (account.policy.maxFeerateSatVb || FEERATE_MAX_DEFAULT) * vbytesOf(draft, false))
    throw fail('policy-fee-rate', 'the fee is too high for the size');
  cold.sweep = { account: account.n, draft: draft, index: 0, signed: 0 };
  printOk(cold.terminal);
}

function open(cold: Cold): Sweep {
  if (!cold.sweep) throw fail('bad-state', 'sweep begin comes first');
  return cold.sweep;
}

/** [prev_txid 32 internal order, vout, sequence, chain, index, prev_tx_len] */
function input(cold: Cold, argument: string): void {
  const it = open(cold);
  const fields = fieldsOf(argument, 6);
  if (it.reader || it.draft.done >= it.draft.nInputs) throw fail('bad-state', 'no input is expected now');
  if (!(fields[0] instanceof Uint8Array) || fields[0].length !== 32) throw fail('sweep-form', 'prev_txid');
  if (fields[3] !== 0) throw fail('sweep-form', 'only receiving addresses are swept');
  it.index = aWhole(fields[4], 0x7fffffff, 'index');
  it.record = makeInput(it.draft, {
    prevTxid: fields[0],
    vout: aWhole(fields[1], U32_MAX, 'vout'),
    sequence: aWhole(fields[2], U32_MAX, 'sequence'),
    chain: 0,
    index: it.index,
  });
  it.reader = readPrevTx(aWhole(fields[5], 1000000, 'prev_tx_len'), fields[1] as number);
  printOk(cold.terminal);
}

function prev(cold: Cold, argument: string): void {
  const it = open(cold);
  const reader = it.reader;
  if (!reader) throw fail('bad-state', 'sweep input comes first');
  feedPrevTx(reader, base64Decode(argument));
  if (reader.leftBytes) return printOk(cold.terminal);
  const record = it.record as Uint8Array;
  if (!constantTimeEqual(prevTxId(reader), record.subarray(0, 32)))
    throw fail('prev-tx-hash', 'the previous transaction is another one');
  schedule(cold, {
    isIdle: false,
    step: function () {
      if (!constantTimeEqual(scriptOf(it.draft.script, hash160(coldPub(cold, it, it.index))), reader.script))
        throw fail('not-own-coin', 'the coin does not belong to that cold receiving key');
      finishInput(it.draft, record, reader.sats);
      it.record = undefined;
      it.reader = undefined;
      printOk(cold.terminal);
      return false;
    },
    failed: endSweep,
  });
}

/** Ends the sweep under way for an error. */
function endSweep(error: unknown, cold: Cold): void {
  cold.sweep = undefined;
  printThrown(cold.terminal, error);
}

function coldPub(cold: Cold, it: Sweep, index: number): Uint8Array {
  const keys = accountKeys(cold, it.account);
  return ckdPub({ key: nodePub(keys, NODE_COLD_0), chain: nodeChain(keys, NODE_COLD_0) }, index).key;
}

function show(cold: Cold): void {
  const it = open(cold);
  const draft = it.draft;
  const terminal = cold.terminal;
  const account = requireAccount(cold, it.account);
  if (draft.done !== draft.nInputs || it.reader) throw fail('bad-state', 'inputs are missing');
  if (draft.sumSats !== draft.amountSats + draft.feeSats) throw fail('bad-fee', 'inputs are not outputs and fee');
  printLine(terminal, 'sweep account ' + account.n + ' ' + account.name);
  printLine(terminal, 'sweep inputs ' + draft.nInputs + ' sats ' + draft.sumSats);
  printLine(terminal, 'sweep pays ' + draft.amountSats + ' to ' + account.payout);
  printLine(terminal, 'sweep fee ' + draft.feeSats);
  ask(terminal, 'sign (yes or no)', function (line) {
    if (line !== 'yes') return endSweep(fail('declined', 'nothing was signed'), cold);
    ask(terminal, 'PIN', function (pin) {
      let seed: Uint8Array;
      try {
        seed = seedByPin(cold, pin);
      } catch (error) {
        return printThrown(terminal, error);
      }
      sign(cold, it, seed);
    });
  });
}

function signNext(cold: Cold, it: Sweep, node: PrivNode): void {
  const draft = it.draft;
  const record = readInput(draft, it.signed);
  const index = inputIndex(record);
  const pub = coldPub(cold, it, index);
  const hash20 = hash160(pub);
  if (!draft.digests) {
    if (!it.pass) it.pass = startPass(draft, it.signed, p2pkhScript(hash20));
    if (stepPass(draft, it.pass)) return;
  }
  const hash = it.pass ? endPass(draft, it.pass) : segwitHash(draft, record, hash20);
  const priv = leafKey(node, accountKeys(cold, it.account), NODE_COLD_0, index);
  const sig = ecdsaSign(hash, priv);
  wipe(priv);
  printLine(cold.terminal, 'sig ' + it.signed + ' ' + hexOf(pub) + ' ' + hexOf(sig));
  it.pass = undefined;
  it.signed++;
}

/** The unsigned transaction is hashed and written into the log first; then a signature a slice. */
function sign(cold: Cold, it: Sweep, seed: Uint8Array): void {
  const draft = it.draft;
  let node: PrivNode;
  try {
    const account = requireAccount(cold, it.account);
    node = accountNode(seed, account.script, account.network, account.n, 2);
  } catch (error) {
    return endSweep(error, cold);
  } finally {
    wipe(seed);
  }
  it.pass = startPass(draft, -1, new Uint8Array(0));
  schedule(cold, {
    isIdle: false,
    step: function () {
      if (draft.id) signNext(cold, it, node);
      else if (!stepPass(draft, it.pass as Pass)) {
        audit(cold, AUDIT_SWEPT, it.account, copyBytes(endPass(draft, it.pass as Pass), 0, 8));
        it.pass = undefined;
      }
      if (it.signed < draft.nInputs) return true;
      wipeNode(node);
      if (cold.sweep === it) cold.sweep = undefined;
      printOk(cold.terminal);
      return false;
    },
    failed: function (error) {
      wipeNode(node);
      endSweep(error, cold);
    },
  });
}

export function runSweep(cold: Cold, words: string[]): void {
  const action = words[1];
  const argument = words[2] || '';
  try {
    if (action === 'begin') begin(cold, argument);
    else if (action === 'input') input(cold, argument);
    else if (action === 'prev') prev(cold, argument);
    else if (action === 'sign') show(cold);
    else printError(cold.terminal, 'usage', 'sweep begin|input|prev|sign');
  } catch (error) {
    endSweep(error, cold);
  }
}
