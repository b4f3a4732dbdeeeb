/**
 * When known answers are computed. At each start, before anything else: BOOT_STEPS of selftest/selftest.ts, some ten
 * seconds of an ESP32; on a provisioned board DAY_STEPS as well. Its other steps, and what only this board uses, take a
 * minute: they run before a key is made, the ceremony begins with them, in steps, and names each. The console's
 * `selftest` runs all. A board that fails does nothing: its fault is `selftest-failed` and whatever was unlocked is
 * locked.
 * Sources: Node's OpenSSL and @scure/bip32 on the bytes 1, 2, 3 ...; BIP39's vector of 32 bytes 0x7f.
 */
import { copyBytes, textBytes } from '../../crypto/bytes';
import {
  batchSlice,
  batchStart,
  bip39Seed,
  ckdPub,
  constantTimeEqual,
  coreTestName,
  coreTestStep,
  CORE_TEST_STEPS,
  ecdsaVerify,
  mnemonicDecode,
  mnemonicEncode,
  pubkeyCreate,
  segwitSighashDigest,
  sha256,
  sha256Final,
  sha256Init,
  sha256Update,
} from '../../crypto/index';
import { knownSignature, starts } from '../../crypto/selftest/selftest';
import { printLine } from '../../console/terminal';
import { fail } from '../../../protocol/errors';
import type { Cold } from '../cold';
import { schedule } from '../scheduler';
import { wordList, WORDS_FILE } from './words-file';
import { lock } from './unlock';
import type { BatchChild } from '../../crypto/wallet/batch';
import type { Thrown } from '../link/refusal';

/**
 * Hashes, MACs, derivation of keys, cipher and seal, generator; a signature; a child key. The other steps multiply
 * more.
 */
const BOOT_STEPS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 11];
/**
 * What a provisioned board's day needs beside: a verification (requests of the published app: a wrong one closes an
 * account) and a shared point (link and channels). Some 20 seconds more of an ESP32.
 */
const DAY_STEPS = [9, 10];
const BOARD_NAMES = 'forged,public,bip39,pieces,sighash,words';
const BOARD_STEPS = 6;

const WORDS_BYTES = 10240;
const WORDS_PART_BYTES = 1024;
/** First bytes of the SHA-256 of the digests of the list's ten parts: 10 KB in one piece need not be in memory. */
const WORDS_DIGEST = 'a659ea480b00e8adfb93ea56900a5015';
/** First bytes of the SHA-256 of the words of 32 bytes 0x7f. */
const WORDS_KNOWN = '3b1c5e02107409ea';

/** The bytes 1, 2, ... n. */
function counting(n: number): Uint8Array {
  const bytes = new Uint8Array(n);
  for (let i = 0; i < n; i++) bytes[i] = i + 1;
  return bytes;
}

/** Children 7 and 8 of a public key, by both ways. */
function isPublicRight(): boolean {
  const key = counting(32);
  const pub = pubkeyCreate(key);
  const job = batchStart(pub, key, 7, 2);
  let children: BatchChild[] = [];
  while (children.length < 2) children = children.concat(batchSlice(job, 2));
  return (
    starts(pub, '0284bf7562262bbd') &&
    starts(children[0].pub33, '0255ee3d70715e0d') &&
    starts(children[1].pub33, '021fce96b7802eda') &&
    starts(ckdPub({ key: pub, chain: key }, 8).key, '021fce96b7802eda')
  );
}

function arePiecesRight(): boolean {
  const bytes = counting(200);
  const state = sha256Init();
  for (let at = 0; at < 200; at += 50) sha256Update(state, bytes.subarray(at, at + 50));
  return starts(sha256Final(state), 'a48742653620d8ae');
}

function isSighashRight(): boolean {
  const draft = { version: 2, locktime: 800000, digests: counting(96) };
  return starts(segwitSighashDigest(draft, counting(36), counting(25), 123456789012, 0xfffffffd), 'de7c555b1bbbe569');
}

function areWordsRight(cold: Cold): boolean {
  const list = wordList(cold);
  const bytes = cold.hal.files.readFile(WORDS_FILE) as Uint8Array;
  if (bytes.length !== WORDS_BYTES) return false;
  const digests = new Uint8Array((32 * WORDS_BYTES) / WORDS_PART_BYTES);
  for (let n = 0; n < digests.length; n += 32)
    digests.set(sha256(copyBytes(bytes, 32 * n, 32 * n + WORDS_PART_BYTES)), n);
  if (!starts(sha256(digests), WORDS_DIGEST)) return false;
  const entropy = new Uint8Array(32);
  entropy.fill(127);
  const words = mnemonicEncode(entropy, list);
  return starts(sha256(textBytes(words)), WORDS_KNOWN) && constantTimeEqual(mnemonicDecode(words, list), entropy);
}

function runBoardStep(cold: Cold, step: number): boolean {
  if (step === 0) return !ecdsaVerify(knownSignature(), counting(32), pubkeyCreate(counting(32)));
  if (step === 1) return isPublicRight();
  if (step === 2) return starts(bip39Seed(counting(3), counting(32)), '1fe807e9881d7ec7');
  if (step === 3) return arePiecesRight();
  return step === 4 ? isSighashRight() : areWordsRight(cold);
}

/** A step of this board's own; a throw counts as wrong, but for a list that is not there. */
function isBoardStepRight(cold: Cold, step: number): boolean {
  try {
    return runBoardStep(cold, step);
  } catch (error) {
    if ((error as Thrown).code === 'no-words') throw error;
    return false;
  }
}

/**
 * The test at each start; isProvisioned: of a board with keys, before it serves anything. Throws `selftest-failed`
 * naming the primitive.
 */
export function selfTest(isProvisioned: boolean): void {
  const steps = isProvisioned ? BOOT_STEPS.concat(DAY_STEPS) : BOOT_STEPS;
  for (let i = 0; i < steps.length; i++)
    if (!coreTestStep(steps[i])) throw fail('selftest-failed', coreTestName(steps[i]));
}

/** What a self-test in steps runs for; it ends when isOver. */
export interface Waiting {
  isOver: boolean;
}

/**
 * Runs the steps that a start does not run, or all, a step each, naming each on the console; then calls `done`, or
 * `failed` with `selftest-failed` or `no-words`.
 */
export function startSelfTest(
  cold: Cold,
  isAll: boolean,
  waiting: Waiting,
  done: () => void,
  failed: (error: Thrown) => void,
): void {
  let step = 0;
  schedule(cold, {
    isIdle: false,
    step: function () {
      if (waiting.isOver) return false;
      while (!isAll && BOOT_STEPS.indexOf(step) >= 0) step++;
      const own = step - CORE_TEST_STEPS;
      if (own >= BOARD_STEPS) {
        done();
        return false;
      }
      const name = own < 0 ? coreTestName(step) : BOARD_NAMES.split(',')[own];
      printLine(cold.terminal, 'selftest ' + name);
      cold.hal.watchdog.kick();
      if (own < 0 ? !coreTestStep(step) : !isBoardStepRight(cold, own)) throw fail('selftest-failed', name);
      step++;
      return true;
    },
    failed: function (error) {
      if (error.code === 'selftest-failed') {
        cold.fault = error.code;
        lock(cold);
      }
      failed(error);
    },
  });
}
