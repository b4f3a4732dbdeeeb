// Texts of any length as SMS-SUBMITs: GSM-7 where it can be, UCS-2 otherwise, one SMS or concatenated parts with an
// 8-bit reference. Spec: 3GPP TS 23.040 9.2.3.24.1. Text is a UTF-8 byte string. Used by hosts, phones and the send
// queue; leaves joining of parts to the receiver (host/modem/joiner.ts).
import { UTF8_SIZE, readUtf8, septetsOfText } from './pdu-alphabet';
import { CODING_GSM7, CODING_UCS2, MAX_SMS_OCTETS, MAX_SMS_SEPTETS, encodeSubmit } from './pdu';
import { fail } from '../errors';

/** Parts that one text may take. */
export const MAX_TEXT_PARTS = 8;
/** Units beside the concatenation header: septets, and octets. */
const PART_SEPTETS = 153;
const PART_OCTETS = 134;

function ucs2OfText(text: string): number[] {
  const octets: number[] = [];
  for (let at = 0; at < text.length;) {
    const read = readUtf8(text, at);
    const code = read & (UTF8_SIZE - 1);
    at += read >> 21;
    if (code < 0x10000) octets.push(code >> 8, code & 255);
    else {
      const high = 0xd800 + ((code - 0x10000) >> 10);
      const low = 0xdc00 + ((code - 0x10000) & 0x3ff);
      octets.push(high >> 8, high & 255, low >> 8, low & 255);
    }
  }
  return octets;
}

/** Where the part that begins at `first` ends: never between an escape and its septet, nor inside a surrogate pair. */
function partEnd(units: number[], first: number, size: number, isGsm7: boolean): number {
  const end = first + size;
  if (end >= units.length) return units.length;
  if (isGsm7) return units[end - 1] === 0x1b ? end - 1 : end;
  return (units[end - 2] & 0xfc) === 0xd8 ? end - 2 : end;
}

/**
 * SMS-SUBMITs (without service centre address) that carry `text` to `to`. `ref` 0..255 ties the parts together.
 * Throws `pdu-address`; `pdu-length` for an empty text or more than MAX_TEXT_PARTS.
 */
export function encodeText(to: string, text: string, ref: number, validity: number): Uint8Array[] {
  const septets = septetsOfText(text);
  const coding = septets ? CODING_GSM7 : CODING_UCS2;
  const units = septets || ucs2OfText(text);
  if (units.length < 1) throw fail('pdu-length', 'empty text');
  if (units.length <= (septets ? MAX_SMS_SEPTETS : MAX_SMS_OCTETS))
    return [encodeSubmit(to, coding, null, units, validity)];
  const ends: number[] = [];
  for (let at = 0; at < units.length; at = ends[ends.length - 1]) {
    ends.push(partEnd(units, at, septets ? PART_SEPTETS : PART_OCTETS, septets !== null));
  }
  if (ends.length > MAX_TEXT_PARTS) throw fail('pdu-length', 'at most 8 parts');
  const parts: Uint8Array[] = [];
  for (let i = 0; i < ends.length; i++) {
    const header = new Uint8Array([5, 0, 3, ref & 255, ends.length, i + 1]);
    const body = [].slice.call(units, i ? ends[i - 1] : 0, ends[i]) as number[];
    parts.push(encodeSubmit(to, coding, header, body, validity));
  }
  return parts;
}
