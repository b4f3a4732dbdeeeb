/**
 * Making or restoring the seed at the console, by questions (nothing is echoed). New: dice and the host's random octets, both
 * required, and the board's noise are hashed together, so the seed is good if any one of them is; 24 BIP39 words are shown once
 * and three of them asked back. Restored: the words are typed. Then the PIN twice, and the board is written: device page, journal,
 * sealed seed, generator, and only then the ready mark; a power cut before it leaves a new board.
 * A factory function: it costs no variables while nobody holds a ceremony. Spec: BIP39.
 */
import { concatBytes, textBytes } from '../crypto/bytes';
import { bip39Seed, hmacSha256, mnemonicDecode, mnemonicEncode, sha256, wipe } from '../crypto/index';
import { ask, printError, printLine, printOk, printThrown } from '../console/terminal';
import { diceFault, DICE_MAX_ROLLS, DICE_MIN_ROLLS, noiseFault, NOISE_SAMPLE_BYTES } from '../entropy/health';
import { fail } from '../../protocol/errors';
import { markReady, readDevice, writeDevice } from '../journal/device';
import { masterFingerprint } from '../keys/hierarchy';
import type { Cold } from './context';
import { openStore } from './open-store';
import { pinFault, saveRoot, unlockWith } from './secrets';
import { AUDIT_PROVISIONED, AUDIT_RESTORED, NO_ACCOUNT, audit } from './store';
import { savePhones } from './unattended';
import { addJob } from './work';
import { wordList } from './words-file';
import { hexOf, bytesOfHex } from '../console/hex';

const CHECKED_WORDS = 3;

/** Starts the dialogue; what waits for a provisioned and unlocked board is started at its end. */
export function startCeremony(cold: Cold, isRestore: boolean): void {
  const terminal = cold.terminal;
  let dice = '';
  let host: Uint8Array;
  let mnemonic = '';
  let pin = '';
  let fresh: Uint8Array;
  const checks: number[] = [];

  function end(error: any): void {
    dice = mnemonic = pin = '';
    printThrown(terminal, error);
  }

  function askDice(): void {
    ask(terminal, 'dice (' + DICE_MIN_ROLLS + ' or more rolls of a six-sided die; an empty line ends them)', function (line) {
      if (line.length) {
        dice += line.split(' ').join('');
        if (dice.length > DICE_MAX_ROLLS) return end(fail('dice-many', 'at most ' + DICE_MAX_ROLLS + ' rolls'));
        return askDice();
      }
      const fault = diceFault(dice);
      if (fault) return end(fail(fault, DICE_MIN_ROLLS + ' rolls or more, digits 1 to 6, from a fair die; ' + dice.length + ' were given'));
      askHost();
    });
  }

  function askHost(): void {
    ask(terminal, 'host entropy (64 hex digits)', function (line) {
      const bytes = bytesOfHex(line);
      if (!bytes || bytes.length !== 32) return end(fail('entropy-form', '64 hex digits are expected'));
      host = bytes;
      if (isRestore) afterEntropyOfRestore();
      else makeWords();
    });
  }

  function makeWords(): void {
    const noise = cold.hal.noise.take(NOISE_SAMPLE_BYTES);
    const fault = noiseFault(noise);
    printLine(terminal, 'noise ' + (fault ? 'mixed in but not counted: ' + fault : 'passed its health tests'));
    const diceDigest = sha256(textBytes(dice));
    const entropy = sha256(concatBytes([textBytes('chaincloud ceremony v1\n'), diceDigest, host, noise]));
    fresh = hmacSha256(concatBytes([diceDigest, host]), concatBytes([textBytes('generator'), noise]));
    mnemonic = mnemonicEncode(entropy, wordList(cold));
    wipe(entropy);
    dice = '';
    const words = mnemonic.split(' ');
    printLine(terminal, 'words: write them down, they are shown only now');
    for (let i = 0; i < words.length; i++) printLine(terminal, 'word ' + (i + 1) + ' ' + words[i]);
    while (checks.length < CHECKED_WORDS) {
      const n = fresh[checks.length] % words.length;
      checks.push(checks.indexOf(n) < 0 ? n : (n + 7 * checks.length) % words.length);
    }
    checkWord();
  }

  function checkWord(): void {
    const n = checks.shift();
    if (n === undefined) return askPin();
    ask(terminal, 'check word ' + (n + 1), function (line) {
      if (line !== mnemonic.split(' ')[n]) return end(fail('word-wrong', 'that is not word ' + (n + 1) + '; nothing was kept, start again'));
      checkWord();
    });
  }

  function askWords(): void {
    ask(terminal, 'words (24, separated by spaces)', function (line) {
      try {
        const entropy = mnemonicDecode(line, wordList(cold));
        wipe(entropy);
      } catch (error) {
        return end(error);
      }
      mnemonic = line;
      askDice();
    });
  }

  function askPin(): void {
    ask(terminal, 'PIN (6 to 16 digits)', function (first) {
      const fault = pinFault(first);
      if (fault) return end(fail(fault, 'a PIN is 6 to 16 digits, not all the same'));
      ask(terminal, 'PIN again', function (second) {
        if (first !== second) return end(fail('pin-differs', 'the two PINs differ; nothing was kept, start again'));
        pin = first;
        finish();
      });
    });
  }

  /** Restoring also asks for dice and host entropy: the board needs fresh randomness of its own, the words give none. */
  function afterEntropyOfRestore(): void {
    const noise = cold.hal.noise.take(NOISE_SAMPLE_BYTES);
    fresh = hmacSha256(concatBytes([sha256(textBytes(dice)), host]), concatBytes([textBytes('generator'), noise]));
    dice = '';
    askPin();
  }

  function finish(): void {
    addJob(cold, {
      isIdle: false,
      step: function () {
        const bytes = textBytes(mnemonic);
        const seed = bip39Seed(bytes, new Uint8Array(0));
        wipe(bytes);
        mnemonic = '';
        writeDevice(cold.hal.flash, hmacSha256(fresh, textBytes('device secret')));
        cold.device = readDevice(cold.hal.flash);
        openStore(cold, true);
        const fingerprint = masterFingerprint(seed);
        saveRoot(cold, seed, pin, hmacSha256(fresh, textBytes('salt')).subarray(0, 16), fingerprint);
        pin = '';
        savePhones(cold, []);
        unlockWith(cold, seed, hmacSha256(fresh, textBytes('first state')));
        wipe(seed);
        wipe(fresh);
        audit(cold, isRestore ? AUDIT_RESTORED : AUDIT_PROVISIONED, NO_ACCOUNT, fingerprint);
        markReady(cold.hal.flash);
        printLine(terminal, 'fingerprint ' + hexOf(fingerprint));
        printOk(terminal);
        cold.started(cold);
        return false;
      },
      failed: end,
    });
  }

  if (cold.state.isProvisioned) return printError(terminal, 'bad-state', 'the board is provisioned; wipe it first');
  if (isRestore) askWords();
  else askDice();
}
