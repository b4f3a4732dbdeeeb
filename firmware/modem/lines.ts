// What a modem's lines say, taken apart: no state, nothing is sent. Spec: 3GPP TS 27.005, 27.007, SIM800 manual.
// Wrong or cut lines give -1, 0 or '' and change nothing.
import { daysSince1970 } from '../../protocol/sms/pdu';

/** The line is no final result. */
export const RESULT_NONE = -3;

/** Unsigned number in field `index` of what follows the first colon, fields parted by commas; -1 when there is none. */
export function numberIn(line: string, index: number): number {
  const value = parseInt(line.substr(line.indexOf(':') + 1).split(',')[index], 10);
  return value >= 0 ? value : -1;
}

/** What stands between the first two quotes. */
export function quotedIn(line: string): string {
  const parts = line.split('"');
  return parts.length > 2 ? parts[1] : '';
}

/** Final result: 0 for OK, the code of +CME and +CMS ERROR, -2 for other errors, else RESULT_NONE. */
export function resultOf(line: string): number {
  if (line === 'OK') return 0;
  if (line === 'ERROR') return -2;
  if (line.indexOf(' ERROR: ') !== 4 || line.charAt(0) !== '+') return RESULT_NONE;
  const code = numberIn(line, 0);
  return code > 0 ? code : -2;
}

/**
 * Seconds since 1970 of the network's time `*PSUTTZ: y,m,d,h,m,s,"+zz",dst` (UTC) or of the clock
 * `+CCLK: "yy/MM/dd,hh:mm:ss+zz"` (local, zone in quarter hours). 0 when the line is neither or the clock was never set
 * (a SIM800 then counts from 2004).
 */
export function timeOf(line: string): number {
  const isClock = line.charAt(0) === '+';
  const text = isClock ? quotedIn(line) : line.substr(8);
  const numbers: number[] = [];
  let at = 0;
  for (let i = 0; i < 7; i++) {
    const value = parseInt(text.substr(at, 6), 10);
    if (i < 6 && !(value >= 0 && value < 3000)) return 0;
    numbers.push(value);
    while (text.charAt(at) === ' ' || text.charAt(at) === '-') at++;
    while (at < text.length && text.charAt(at) >= '0' && text.charAt(at) <= '9') at++;
    if (!isClock || i !== 5) at++;
  }
  const year = numbers[0] < 100 ? numbers[0] + 2000 : numbers[0];
  if (year < 2020 || numbers[1] < 1 || numbers[1] > 12 || numbers[2] < 1 || numbers[2] > 31) return 0;
  const seconds =
    daysSince1970(year, numbers[1], numbers[2]) * 86400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5];
  return isClock ? seconds - (numbers[6] || 0) * 900 : seconds;
}
