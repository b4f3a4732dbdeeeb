/**
 * The exact bytes that are hashed, and nothing else is ever signed: built from the draft alone (draft.ts). BIP143's
 * three digests and the unsigned id are computed once, in steps; a p2pkh signature hashes the whole transaction again,
 * and its unsigned id beside it, which must come out the same. Spec: BIP143 (p2wpkh), the original signature hash
 * (p2pkh), BIP141 (txid).
 */
import { SIGHASH_ALL } from '../../../crypto/sign/sighash';
import {
  sha256Update,
  sha256For,
  sha256Init,
  sha256Final,
  constantTimeEqual,
  sha256,
  segwitSighashDigest,
  p2pkhScript,
} from '../../../crypto/index';
import type { Sha256 } from '../../../crypto/hash/sha256-running';
import { putLe, readInput, INPUT_SEQUENCE, draftBytes, OUTPUT_BYTES, inputSats, type TxDraft } from './draft';
import { scratchRead } from './scratch';
import { fail } from '../../../../protocol/errors';

/** Inputs or outputs hashed in one step. */
const ITEMS_A_STEP = 8;

/** The transaction being hashed. at: the input that carries `code` (-1: none does, the unsigned transaction). */
export interface Pass {
  i: number;
  at: number;
  code: Uint8Array;
  tx: Sha256;
  /** p2pkh: the unsigned transaction again. */
  plain?: Sha256;
  /** p2wpkh: what BIP143 shares between inputs. */
  shared?: Sha256[];
}

function le4(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  putLe(bytes, 0, value, 4);
  return bytes;
}

/** A count of at most 65,535 as in a transaction. */
export function varint(value: number): Uint8Array {
  return value < 253 ? new Uint8Array([value]) : new Uint8Array([253, value, value >> 8]);
}

function update(pass: Pass, bytes: Uint8Array): void {
  sha256Update(pass.tx, bytes);
  if (pass.plain) sha256Update(pass.plain, bytes);
}

/** Begins hashing: at -1 for the unsigned id and BIP143's digests, else a p2pkh input's signature hash. */
export function startPass(draft: TxDraft, at: number, code: Uint8Array): Pass {
  const nInputs = draft.nInputs;
  const pass: Pass = { i: 0, at: at, code: code, tx: sha256For(18 + 41 * nInputs + draft.outputsBytes + code.length) };
  if (at >= 0 && !draft.scratch.ram) pass.plain = sha256Init();
  if (at < 0 && draft.script !== 'p2pkh')
    pass.shared = [sha256For(36 * nInputs), sha256For(4 * nInputs), sha256For(draft.outputsBytes)];
  update(pass, le4(draft.version));
  update(pass, varint(draft.nInputs));
  return pass;
}

function hashInput(draft: TxDraft, pass: Pass): void {
  const input = readInput(draft, pass.i);
  const outpoint = input.subarray(0, 36);
  const sequence = input.subarray(INPUT_SEQUENCE, INPUT_SEQUENCE + 4);
  const empty = new Uint8Array(1);
  if (pass.shared) {
    sha256Update(pass.shared[0], outpoint);
    sha256Update(pass.shared[1], sequence);
  }
  update(pass, outpoint);
  if (pass.i === pass.at) {
    sha256Update(pass.tx, varint(pass.code.length));
    sha256Update(pass.tx, pass.code);
    if (pass.plain) sha256Update(pass.plain, empty);
  } else update(pass, empty);
  update(pass, sequence);
}

function hashOutput(draft: TxDraft, pass: Pass): void {
  const n = pass.i - draft.nInputs;
  const slot = scratchRead(draft.scratch, draftBytes(draft.nInputs, n), OUTPUT_BYTES);
  const output = slot.subarray(0, 9 + slot[8]);
  if (!n) update(pass, varint(draft.nOutputs));
  if (pass.shared) sha256Update(pass.shared[2], output);
  update(pass, output);
}

/** Hashes the next ITEMS_A_STEP; true while there are more. */
export function stepPass(draft: TxDraft, pass: Pass): boolean {
  const end = draft.nInputs + draft.nOutputs;
  for (let n = 0; n < ITEMS_A_STEP && pass.i < end; n++) {
    if (pass.i < draft.nInputs) hashInput(draft, pass);
    else hashOutput(draft, pass);
    pass.i++;
  }
  return pass.i < end;
}

/**
 * The digest of a pass that is through. Throws `scratch-changed` when the transaction is not the one that was written
 * down.
 */
export function endPass(draft: TxDraft, pass: Pass): Uint8Array {
  update(pass, le4(draft.locktime));
  if (pass.plain && !constantTimeEqual(sha256(sha256Final(pass.plain)), draft.id!))
    throw fail('scratch-changed', 'not the transaction that was written down');
  if (pass.at >= 0) sha256Update(pass.tx, le4(SIGHASH_ALL));
  const digest = sha256(sha256Final(pass.tx));
  if (pass.at >= 0) return digest;
  draft.id = digest;
  if (pass.shared) {
    draft.digests = new Uint8Array(96);
    for (let i = 0; i < 3; i++) draft.digests.set(sha256(sha256Final(pass.shared[i])), 32 * i);
  }
  return digest;
}

/** BIP143's signature hash of a p2wpkh input for the key whose HASH160 is hash20. */
export function segwitHash(draft: TxDraft, input: Uint8Array, hash20: Uint8Array): Uint8Array {
  const sequence = input[36] + input[37] * 256 + input[38] * 65536 + input[39] * 16777216;
  return segwitSighashDigest(
    { version: draft.version, locktime: draft.locktime, digests: draft.digests! },
    input.subarray(0, 36),
    p2pkhScript(hash20),
    inputSats(input),
    sequence,
  );
}
