/**
 * Whether the time that an operator types is to be believed. The clock only goes forward, so a digit too many would be
 * kept for good. Against the mobile network's time it may be a day off; where no modem heard that, a year ahead of the
 * last time the board saw, or ten years ahead of KNOWN_S on a board that never saw any. Beyond that it takes the word
 * `force`. The network decides nothing: its time is anybody's who runs a mast, and the most it can do is to have the
 * operator asked again.
 */
import { decimalOf } from '../../../protocol/bytes';
import { fail } from '../../../protocol/errors';
import { U32_MAX } from '../../../protocol/wire';
import { modemsStatus } from '../../modem/failover';
import { KNOWN_S } from '../../modem/lines';
import type { Cold } from '../cold';
import { nowSeconds } from '../state/store';

export const DAY_S = 86400;
export const YEAR_S = 31536000;

function isFar(cold: Cold, seconds: number): boolean {
  const modems = cold.modem ? modemsStatus(cold.modem) : [];
  for (let i = 0; i < modems.length; i++) {
    const it = modems[i];
    if (!it.networkTime) continue;
    // Heard while the clock was unset: at some time since the start.
    const least = it.networkTimeAt ? it.networkTime + cold.hal.clock.wallSeconds() - it.networkTimeAt : it.networkTime;
    const most = it.networkTimeAt ? least : least + cold.hal.clock.uptimeMs() / 1000;
    return seconds < least - DAY_S || seconds > most + DAY_S;
  }
  return seconds > (cold.state.floorSeconds > KNOWN_S ? cold.state.floorSeconds + YEAR_S : KNOWN_S + 10 * YEAR_S);
}

/** Seconds since 1970 that the clock may be set to. Throws `time-form`, `time-back`, and `time-far` unless isForced. */
export function aTime(cold: Cold, text: string, isForced: boolean): number {
  const seconds = decimalOf(text, KNOWN_S, U32_MAX);
  if (seconds < 0) throw fail('time-form', 'seconds since 1970 are expected');
  if (seconds < nowSeconds(cold)) throw fail('time-back', 'the clock only goes forward: it is ' + nowSeconds(cold));
  if (!isForced && isFar(cold, seconds))
    throw fail(
      'time-far',
      'that is far from the time known here, and the clock never goes back: type force after the number to set it',
    );
  return seconds;
}
