/**
 * Making or restoring the seed at the console, by questions (nothing is echoed). First the self-test of what a start
 * leaves out (selftest.ts). New: dice and the host's random bytes, both required, and the board's noise are hashed
 * together, so the seed is good if any one of them is; noise that fails its health tests is mixed in all the same, is
 * not counted on, and the console says so. 24 BIP39 words are shown once and six of them (CHECKED_WORDS) asked back.
 * Restored: the words are typed; dice, host and noise make the board's own secrets. Then the PIN twice, and the board
 * is written: device page, journal, sealed seed, generator, and only then the ready mark; a power cut before it leaves
 * a new board.
 * Whatever ends a ceremony - its end, an error, a line that gives its question up - overwrites what it held in bytes.
 * Text cannot be overwritten in this language: dice, words and PIN are let go of.
 * Factory functions: they cost no variables while nobody holds a ceremony. Spec: BIP39.
 */
import { concatBytes, textBytes, NO_BYTES } from '../../crypto/bytes';
import { bip39Seed, drbgWipe, hmacSha256, mnemonicDecode, mnemonicEncode, sha256, wipe } from '../../crypto/index';
import { ask, printError, printLine, printOk, printThrown } from '../../console/terminal';
import { bytesOfHex, hexOf } from '../../console/hex';
import { diceFault, DICE_MAX_ROLLS, DICE_MIN_ROLLS, noiseFault, NOISE_SAMPLE_BYTES } from '../secrets/health';
import { fail, type ErrorCode } from '../../../protocol/errors';
import { markReady, readDevice, writeDevice } from '../../journal/device';
import { masterFingerprint } from '../secrets/hierarchy';
import type { Cold } from '../cold';
import { openStore } from '../state/open-store';
import { startSelfTest } from '../secrets/selftest';
import { makeState } from '../state/state';
import { AUDIT_PROVISIONED, AUDIT_RESTORED, NO_ACCOUNT } from '../../journal/audit-codes';
import { audit } from '../state/store';
import { savePhones } from '../secrets/unattended';
import { schedule } from '../scheduler';
import { wordList } from '../secrets/words-file';
import { pinFault, saveRoot } from '../secrets/pin';
import { unlockWith } from '../secrets/unlock';

export const CHECKED_WORDS = 6;
const HOST_BYTES = 32;

/** A ceremony under way. Secret: everything in it but the flags. */
interface Ceremony {
  cold: Cold;
  isRestore: boolean;
  isOver: boolean;
  dice: string;
  /** The host's 32 bytes; what the board's own secrets are made from, 32 bytes. Empty until they are there. */
  host: Uint8Array;
  fresh: Uint8Array;
  mnemonic: string;
  pin: string;
  /** Places of the words that are still to be asked back. */
  checks: number[];
}

/** Ends the ceremony: nothing of it stays. */
function close(it: Ceremony): void {
  it.isOver = true;
  it.dice = it.mnemonic = it.pin = '';
  wipe(it.host);
  wipe(it.fresh);
  it.checks = [];
  it.cold.terminal.cancelled = undefined;
}

function end(it: Ceremony, error: unknown): void {
  close(it);
  printThrown(it.cold.terminal, error);
}

/** Asks; what `take` throws ends the ceremony. */
function question(it: Ceremony, text: string, take: (it: Ceremony, line: string) => void): void {
  ask(it.cold.terminal, text, function (line) {
    try {
      take(it, line);
    } catch (error) {
      end(it, error);
    }
  });
}

/**
 * Nothing of a board that was not written to its end counts, in memory as on flash, where its ready mark is missing.
 */
function forgetBoard(cold: Cold): void {
  if (cold.keys) wipe(cold.keys.storage);
  if (cold.drbg) drbgWipe(cold.drbg);
  if (cold.device) wipe(cold.device.secret);
  cold.keys = cold.drbg = cold.device = cold.journal = undefined;
  cold.state = makeState();
}

/** Writes the board and unlocks it. seed64: secret, the caller's to wipe. Answers the master key's fingerprint. */
function writeBoard(it: Ceremony, seed64: Uint8Array): Uint8Array {
  const cold = it.cold;
  const device = hmacSha256(it.fresh, textBytes('device secret'));
  const first = hmacSha256(it.fresh, textBytes('first state'));
  try {
    writeDevice(cold.hal.flash, device);
    cold.device = readDevice(cold.hal.flash);
    openStore(cold, true);
    const fingerprint = masterFingerprint(seed64);
    saveRoot(cold, seed64, it.pin, hmacSha256(it.fresh, textBytes('salt')).subarray(0, 16), fingerprint);
    savePhones(cold, []);
    unlockWith(cold, seed64, first);
    audit(cold, it.isRestore ? AUDIT_RESTORED : AUDIT_PROVISIONED, NO_ACCOUNT, fingerprint);
    markReady(cold.hal.flash);
    return fingerprint;
  } finally {
    wipe(device);
    wipe(first);
  }
}

function finish(it: Ceremony): void {
  const cold = it.cold;
  schedule(cold, {
    isIdle: false,
    step: function () {
      if (it.isOver) return;
      const words = textBytes(it.mnemonic);
      const seed = bip39Seed(words, NO_BYTES);
      wipe(words);
      let fingerprint: Uint8Array;
      try {
        fingerprint = writeBoard(it, seed);
      } finally {
        wipe(seed);
      }
      close(it);
      printLine(cold.terminal, 'fingerprint ' + hexOf(fingerprint));
      if (it.isRestore)
        printLine(
          cold.terminal,
          'note the state backup goes in now: accounts that are added instead start with nothing paid and fresh limits',
        );
      printOk(cold.terminal);
      cold.started(cold);
    },
    failed: function (error) {
      if (it.isOver) throw error;
      forgetBoard(cold);
      end(it, error);
    },
  });
}

function takePinAgain(it: Ceremony, line: string): void {
  if (it.pin !== line) throw fail('pin-differs', 'the two PINs differ; nothing was kept, start again');
  finish(it);
}

function takePin(it: Ceremony, line: string): void {
  const fault = pinFault(line);
  if (fault) throw fail(fault as ErrorCode, 'a PIN is 6 to 16 digits, not all the same');
  it.pin = line;
  question(it, 'PIN again', takePinAgain);
}

function askPin(it: Ceremony): void {
  question(it, 'PIN (6 to 16 digits)', takePin);
}

function takeCheck(it: Ceremony, line: string): void {
  const n = it.checks.shift() as number;
  if (line !== it.mnemonic.split(' ')[n])
    throw fail('word-wrong', 'that is not word ' + (n + 1) + '; nothing was kept, start again');
  askCheck(it);
}

function askCheck(it: Ceremony): void {
  if (it.checks.length) question(it, 'check word ' + (it.checks[0] + 1), takeCheck);
  else askPin(it);
}

/** Which words are asked back: no place twice, and nothing about the board's secrets in the choice. */
function chooseChecks(it: Ceremony, nWords: number): void {
  const chance = hmacSha256(it.fresh, textBytes('check words'));
  const places: number[] = [];
  for (let i = 0; i < nWords; i++) places.push(i);
  for (let i = 0; i < CHECKED_WORDS; i++) it.checks.push(places.splice(chance[i] % places.length, 1)[0]);
}

function showWords(it: Ceremony, entropy: Uint8Array): void {
  const terminal = it.cold.terminal;
  it.mnemonic = mnemonicEncode(entropy, wordList(it.cold));
  const words = it.mnemonic.split(' ');
  printLine(terminal, 'words: write them down, they are shown only now');
  for (let i = 0; i < words.length; i++) printLine(terminal, 'word ' + (i + 1) + ' ' + words[i]);
  chooseChecks(it, words.length);
  askCheck(it);
}

/** The board's noise, tested; what fails is told, and nothing depends on it: dice and host are each enough. Secret. */
function testedNoise(cold: Cold): Uint8Array {
  const noise = cold.hal.noise.take(NOISE_SAMPLE_BYTES);
  const fault = noiseFault(noise);
  printLine(cold.terminal, 'noise ' + (fault ? 'mixed in but not counted: ' + fault : 'passed its health tests'));
  return noise;
}

/** Dice, host and noise are there: makes what the board's secrets come from, and for a new seed its words. */
function mix(it: Ceremony): void {
  const noise = testedNoise(it.cold);
  const rolls = textBytes(it.dice);
  const dice = sha256(rolls);
  const key = concatBytes([dice, it.host]);
  const label = concatBytes([textBytes('generator'), noise]);
  const all = concatBytes([textBytes('chaincloud ceremony v1\n'), dice, it.host, noise]);
  const entropy = sha256(all);
  it.fresh = hmacSha256(key, label);
  it.dice = '';
  const spent = [noise, rolls, dice, key, label, all, it.host];
  for (let i = 0; i < spent.length; i++) wipe(spent[i]);
  try {
    if (it.isRestore) askPin(it);
    else showWords(it, entropy);
  } finally {
    wipe(entropy);
  }
}

function takeHost(it: Ceremony, line: string): void {
  const bytes = bytesOfHex(line);
  if (!bytes || bytes.length !== HOST_BYTES) throw fail('entropy-form', '64 hex digits are expected');
  it.host = bytes;
  schedule(it.cold, {
    isIdle: false,
    step: function () {
      if (!it.isOver) mix(it);
    },
    failed: function (error) {
      end(it, error);
    },
  });
}

function takeDice(it: Ceremony, line: string): void {
  if (line.length) {
    it.dice += line.split(' ').join('');
    if (it.dice.length > DICE_MAX_ROLLS) throw fail('dice-many', 'at most ' + DICE_MAX_ROLLS + ' rolls');
    return askDice(it);
  }
  const fault = diceFault(it.dice);
  if (fault)
    throw fail(
      fault as ErrorCode,
      DICE_MIN_ROLLS + ' rolls or more, digits 1 to 6, from a fair die; ' + it.dice.length + ' were given',
    );
  question(it, 'host entropy (64 hex digits)', takeHost);
}

function askDice(it: Ceremony): void {
  question(it, 'dice (' + DICE_MIN_ROLLS + ' or more rolls of a six-sided die; an empty line ends them)', takeDice);
}

function takeWords(it: Ceremony, line: string): void {
  wipe(mnemonicDecode(line, wordList(it.cold)));
  it.mnemonic = line;
  askDice(it);
}

/** Starts the dialogue; what waits for a provisioned and unlocked board is started at its end. */
export function startCeremony(cold: Cold, isRestore: boolean): void {
  if (cold.state.isProvisioned)
    return printError(cold.terminal, 'bad-state', 'the board is provisioned; wipe it first');
  const it: Ceremony = {
    cold: cold,
    isRestore: isRestore,
    isOver: false,
    dice: '',
    host: NO_BYTES,
    fresh: NO_BYTES,
    mnemonic: '',
    pin: '',
    checks: [],
  };
  cold.terminal.cancelled = function () {
    close(it);
  };
  startSelfTest(
    cold,
    false,
    it,
    function () {
      if (isRestore) question(it, 'words (24, separated by spaces)', takeWords);
      else askDice(it);
    },
    function (error) {
      end(it, error);
    },
  );
}
