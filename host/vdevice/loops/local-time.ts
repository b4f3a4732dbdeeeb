// V's local time, from the runtime's clock: for the daily key exchange, the policy's hours and the answer to CC:TIME.

import { DAY_MINUTES, MINUTE_MS } from '../../../protocol/time';
import { fail } from '../../../protocol/errors';

export interface LocalTime {
  /** Minutes since local midnight at `ms`. */
  minuteOfDay(ms: number): number;
  /** The next moment, after `ms`, at which the local clock shows `minute`. */
  nextAt(minute: number, ms: number): number;
  /** `yyyy-MM-dd HH:mm:ss`. */
  text(ms: number): string;
}

/** `HH:MM` to minutes since midnight. Throws `bad-time`. */
export function aMinuteOfDay(text: string): number {
  const match = /^([01][0-9]|2[0-3]):([0-5][0-9])$/.exec(text);
  if (!match) throw fail('bad-time', 'expected HH:MM');
  return Number(match[1]) * 60 + Number(match[2]);
}

/** `utcOffsetMinutes` east of UTC; undefined: the machine's zone with its summer time. */
export function localTime(utcOffsetMinutes?: number): LocalTime {
  /** Local milliseconds, whole ones: a runtime's clock may carry fractions. */
  const shift = (ms: number) => Math.floor(ms) + (utcOffsetMinutes ?? -new Date(ms).getTimezoneOffset()) * MINUTE_MS;
  const minuteOfDay = (ms: number) => Math.floor(shift(ms) / MINUTE_MS) % DAY_MINUTES;
  return {
    minuteOfDay,
    nextAt(minute, ms) {
      const startOfMinute = Math.floor(ms) - (shift(ms) % MINUTE_MS);
      const ahead = (minute - minuteOfDay(ms) + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
      return startOfMinute + ahead * MINUTE_MS;
    },
    text: (ms) => new Date(shift(ms)).toISOString().slice(0, 19).replace('T', ' '),
  };
}
