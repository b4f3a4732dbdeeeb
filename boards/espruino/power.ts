// Restart, watchdog and the modem's power sequence on Espruino's globals.
import type { Watchdog } from '../../firmware/hal';

export const watchdog: Watchdog = {
  start: function (timeoutMs) {
    E.enableWatchdog(timeoutMs / 1000, false);
  },
  kick: function () {
    E.kickWatchdog();
  },
};

/**
 * Runs a power sequence: steps `pin=level,waitMs` joined by `;`, for example `D23=1,100;D4=0,1000`. Each sets a pin,
 * then waits. Calls `done` after the last wait; an empty sequence is done at once, but never before this call has
 * returned.
 */
export function runSteps(steps: string, done: () => void): void {
  if (steps === '') {
    setTimeout(done, 0);
    return;
  }
  const end = steps.indexOf(';');
  const step = end < 0 ? steps : steps.substring(0, end);
  const equals = step.indexOf('=');
  const comma = step.indexOf(',');
  const pin = step.substring(0, equals);
  pinMode(pin, 'output');
  digitalWrite(pin, step.substring(equals + 1, comma) === '1' ? 1 : 0);
  setTimeout(
    function () {
      runSteps(end < 0 ? '' : steps.substring(end + 1), done);
    },
    +step.substring(comma + 1),
  );
}

export function doNothing(): void {
  // The end of a sequence that nobody waits for.
}
