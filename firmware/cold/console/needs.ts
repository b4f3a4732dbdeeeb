/**
 * What a command needs, in one place: a board without a fault, unlocked, its PIN. The dispatcher checks the first two
 * before a handler; a handler asks for the PIN when it has read its words.
 */
import { fail, type ErrorCode } from '../../../protocol/errors';
import { ask, printError, printOk, printThrown } from '../../console/terminal';
import { wipe } from '../../crypto/index';
import type { Cold } from '../cold';
import { schedule } from '../scheduler';
import { seedByPin } from '../secrets/pin';

/** Throws the code of the board's fault. */
export function requireNoFault(cold: Cold): void {
  if (cold.fault) throw fail(cold.fault as ErrorCode, 'the board does nothing but status, log, service and wipe');
}

/** Throws `locked`. */
export function requireUnlocked(cold: Cold): void {
  if (!cold.keys) throw fail('locked', 'unlock first');
}

/**
 * Is there a sealed seed that a PIN can be tried on? Not on a new board, nor where a fault kept the journal from being
 * read.
 */
export function canCheckPin(cold: Cold): boolean {
  return cold.journal !== undefined && cold.state.isProvisioned;
}

/**
 * Asks for the PIN and gives the seed, in an event of its own (the call depth is small); it is wiped when `act` returns
 * or throws. Ends with `not-provisioned` where there is no PIN, and with what seedByPin throws.
 */
export function withSeed(cold: Cold, act: (seed64: Uint8Array) => void): void {
  if (!canCheckPin(cold))
    return printError(cold.terminal, 'not-provisioned', 'the board has no seed yet: provision it');
  ask(cold.terminal, 'PIN', function (pin) {
    schedule(cold, {
      isIdle: false,
      step: function () {
        const seed = seedByPin(cold, pin);
        try {
          act(seed);
        } finally {
          wipe(seed);
        }
        return false;
      },
      failed: function (error) {
        printThrown(cold.terminal, error);
      },
    });
  });
}

/** Asks for the PIN, then acts and replies `ok`; for commands that need no key. */
export function withPin(cold: Cold, act: () => void): void {
  withSeed(cold, function () {
    act();
    printOk(cold.terminal);
  });
}
