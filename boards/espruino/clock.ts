// The Clock of firmware/hal.ts on getTime(). The interpreter's clock itself is never set: time since power-on must not
// jump when the hour becomes known, so the board's hour is an offset kept here.
import type { Clock } from '../../firmware/hal';

/** Interpreter time (s) at power-on, moved forward when the clock below was seen to go back. */
let startS = getTime();
let lastMs = 0;
/** Seconds to add to the uptime for the hour; 0 means never set. */
let unixOffsetS = 0;

function uptimeMs(): number {
  const ms = Math.floor((getTime() - startS) * 1000);
  if (ms < lastMs) startS = startS - (lastMs - ms) / 1000;
  else lastMs = ms;
  return lastMs;
}

export const clock: Clock = {
  uptimeMs: uptimeMs,
  wallSeconds: function () {
    return unixOffsetS ? Math.floor(unixOffsetS + uptimeMs() / 1000) : 0;
  },
  setUnixSeconds: function (seconds) {
    unixOffsetS = seconds - uptimeMs() / 1000;
  },
  after: function (delayMs, fn) {
    return setTimeout(fn, delayMs) as unknown as number;
  },
  cancel: function (id) {
    clearTimeout(id);
  },
};
