// What a modem's lines say, taken apart: no state, nothing is sent. Spec: 3GPP TS 27.005, 27.007, SIM800 manual.
// Fields may be quoted or not, with or without a space, and left out. Wrong or cut lines give -1, 0 or '' and change
// nothing.
import { daysSince1970 } from '../../protocol/sms/pdu';

/** The line is no final result. */
export const RESULT_NONE = -3;
/** 2025-01-01: before any board's time. A network's time before it, or NETWORK_S after it, is none. */
export const KNOWN_S = 1735689600;
/** Thirty years: a clock that counts from 1970 or 1980 says 2070 or 2080. */
const NETWORK_S = 946080000;
/** Quarter hours that a zone may be from UTC (14 hours). */
const MAX_ZONE = 56;
/** Characters of the shortest model; RING has fewer. */
const SHORTEST_MODEL = 5;
/** Characters of a name, an operator's or a model's, that are kept. */
const MAX_NAME = 24;

/**
 * Whether `text` holds `part`. Espruino's indexOf also finds the first characters of what it looks for at the very end
 * of a text: here another character stands there.
 */
export function holds(text: string, part: string): boolean {
  // eslint-disable-next-line espruino/searches-one-character -- what is found at the end is the dot's
  return (text + '.').indexOf(part) >= 0;
}

/** Field `index` of what follows the first colon, fields parted by commas, without the spaces around it. */
function fieldIn(line: string, index: number): string {
  const field = line.substr(line.indexOf(':') + 1).split(',')[index];
  return field ? field.trim() : '';
}

/** Unsigned number of a text that holds nothing but digits; -1 for every other text. */
function numberOf(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charAt(i) < '0' || text.charAt(i) > '9') return -1;
  return text === '' ? -1 : parseInt(text, 10);
}

/** Unsigned number in field `index`; -1 when there is none. */
export function numberIn(line: string, index: number): number {
  return numberOf(fieldIn(line, index));
}

/** Unsigned number in the last field; -1 when there is none. */
export function lastNumberIn(line: string): number {
  return numberOf(line.substr((line.lastIndexOf(',') < 0 ? line.indexOf(':') : line.lastIndexOf(',')) + 1).trim());
}

/** What stands between the first two quotes. */
export function quotedIn(line: string): string {
  const parts = line.split('"');
  return parts.length > 2 ? parts[1] : '';
}

/** What stands behind the colon, without spaces and quotes around it. */
export function valueIn(line: string): string {
  return quotedIn(line) || line.substr(line.indexOf(':') + 1).trim();
}

/** Final result: 0 for OK, the code of +CME and +CMS ERROR, -2 for other errors, else RESULT_NONE. */
export function resultOf(line: string): number {
  if (line === 'OK') return 0;
  if (line === 'ERROR' || line === 'COMMAND NOT SUPPORT') return -2;
  if (line.substr(0, 3) !== '+CM' || line.substr(4, 6) !== ' ERROR') return RESULT_NONE;
  const code = numberIn(line, 0);
  return code > 0 ? code : -2;
}

/**
 * Registration of `+CREG: <n>,<stat>[,...]` (an answer; +CEREG and +CGREG have the same form) or
 * `+CREG: <stat>[,<lac>,...]` (by itself, mode 2): 1 when SMS
 * can be sent (27.007 7.2: home, roaming, SMS only, CSFB not preferred), else 0; -1 when the line does not say. The
 * location area that may stand in place of <stat> is quoted, or has more digits.
 */
export function registrationIn(line: string): number {
  const second = fieldIn(line, 1);
  const status = second.length < 3 && numberOf(second) >= 0 ? numberOf(second) : numberIn(line, 0);
  if (status < 0) return -1;
  return status === 1 || (status > 4 && status < 8) || status === 9 || status === 10 ? 1 : 0;
}

/** Millivolts of `+CBC: <bcs>,<bcl>,<mV>` or `+CBC: <volts>V`; 0 unknown. */
export function supplyIn(line: string): number {
  const last = valueIn(line).split(',').pop() as string;
  const value = parseFloat(last);
  const millivolts = last.indexOf('.') < 0 ? value : value * 1000;
  return millivolts >= 1000 && millivolts < 20000 ? Math.floor(millivolts + 0.5) : 0;
}

/** Printable ASCII of a name, at most MAX_NAME characters. */
function printable(name: string): string {
  let text = '';
  for (let i = 0; i < name.length && i < MAX_NAME; i++)
    text += name.charAt(i) < ' ' || name.charAt(i) > '~' ? '?' : name.charAt(i);
  return text;
}

/** Operator of `+COPS: <mode>[,<format>,<oper>[,<AcT>]]`; '' unknown. */
export function operatorIn(line: string): string {
  return printable(quotedIn(line) || fieldIn(line, 2));
}

/** Radio technology of the same line; -1 unknown. */
export function technologyIn(line: string): number {
  return fieldIn(line, 3) === '' ? -1 : lastNumberIn(line);
}

/** Model of a line of AT+CGMM or ATI; '' for echo and for most lines that come by themselves. */
export function modelIn(line: string): string {
  const isUrc = line.length < SHORTEST_MODEL || ('+*^'.indexOf(line.charAt(0)) >= 0 && line.substr(0, 5) !== '+CGMM');
  return isUrc || line.substr(0, 2) === 'AT' ? '' : printable(valueIn(line));
}

/** Numbers of a date and time in order, signs passed over; none when the text holds anything else. */
function dateNumbers(text: string): number[] {
  const numbers: number[] = [];
  let isInside = false;
  for (let i = 0; i < text.length; i++) {
    const digit = numberOf(text.charAt(i));
    if (digit < 0 && ' /,:+-"'.indexOf(text.charAt(i)) < 0) return [];
    if (digit >= 0 && !isInside) numbers.push(0);
    if (digit >= 0) numbers[numbers.length - 1] = numbers[numbers.length - 1] * 10 + digit;
    isInside = digit >= 0;
  }
  return numbers;
}

/** Seconds since 1970 of year, month, day, hour, minute and second; -1 when there is no such time. */
function secondsOf(numbers: number[]): number {
  const year = numbers[0] < 100 ? numbers[0] + 2000 : numbers[0];
  const month = numbers[1];
  const days = daysSince1970(year, month, numbers[2]);
  // The day before the first of the next month is the month's last.
  if (month < 1 || month > 12 || numbers[2] < 1 || days >= daysSince1970(year, month + 1, 1)) return -1;
  if (numbers[3] > 23 || numbers[4] > 59 || numbers[5] > 59) return -1;
  return days * 86400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5];
}

/**
 * Seconds since 1970 of the network's time `*PSUTTZ: y,m,d,h,m,s,"+zz",dst` (UTC) or of the clock
 * `+CCLK: "yy/MM/dd,hh:mm:ss+zz"` (local, zone in quarter hours). 0 when the line is neither, a clock lacks its zone,
 * or it was never set: a SIM800 then counts from 2004, others from 1970 and 1980 (27.007 8.15).
 */
export function timeOf(line: string): number {
  const isClock = line.charAt(0) === '+';
  const text = line.substr(line.indexOf(':') + 1);
  const numbers = dateNumbers(text);
  const zone = !isClock ? 0 : text.indexOf('-') < 0 ? numbers[6] : -numbers[6];
  const hasZone = numbers.length === 7 && (text.indexOf('+') > 0 || text.indexOf('-') > 0);
  if (numbers.length < 6 || (isClock && !hasZone)) return 0;
  const seconds = secondsOf(numbers) - zone * 900;
  if (zone > MAX_ZONE || zone < -MAX_ZONE) return 0;
  return seconds < KNOWN_S || seconds > KNOWN_S + NETWORK_S ? 0 : seconds;
}
