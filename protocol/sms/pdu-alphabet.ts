// Text of an SMS: the GSM 7-bit default alphabet with its extension table, septet packing, and UCS-2 read as UTF-16.
// Text is a byte string holding UTF-8 (one character an octet). Spec: 3GPP TS 23.038 6.1.2.1, 6.2.1, 6.2.1.1, 6.2.3.
// Leaves to others: which alphabet a message is in (pdu.ts), long texts (pdu-parts.ts).

/** Marks the septets of the extension table (sent as 0x1B and the septet). */
const EXTENDED = 0x80;
const ESCAPE = 0x1b;
/** 1 << 21: above every code point. */
export const UTF8_SIZE = 0x200000;

/* eslint-disable max-len -- the table is one literal in one line, for the bundler */
/**
 * Six digits an entry: septet (0x80 set = extension table), then its code point. What is not here is the same in ASCII.
 * One literal in one line: the bundler puts it where it is used, so it stays in flash, and indexOf() searches it
 * natively.
 */
const TABLE =
  '0000400100a30200240300a50400e80500e90600f90700ec0800f20900c70b00d80c00f80e00c50f00e510039411005f1203a613039314039b1503a91603a01703a81803a31903981a039e1c00c61d00e61e00df1f00c92400a44000a15b00c45c00d65d00d15e00dc5f00a76000bf7b00e47c00f67d00f17e00fc7f00e08a000c94005ea8007ba9007daf005cbc005bbd007ebe005dc0007ce520ac';
/* eslint-enable max-len */

/** Line feed, carriage return, and from space to z all but $, @ and [ to `: they mean the same in both. */
function isSameInAscii(value: number): boolean {
  if (value < 0x20) return value === 0x0a || value === 0x0d;
  return value < 0x7b && value !== 0x24 && value !== 0x40 && (value < 0x5b || value > 0x60);
}

/**
 * Looks a value up in TABLE: a septet (with EXTENDED for the second table) to its code point when `digits` is 2, a code
 * point to its septet when `digits` is 4. -1 when there is none.
 */
function translate(value: number, digits: number): number {
  if (isSameInAscii(value)) return value;
  if (value > 0xffff) return -1;
  const padded = '000' + value.toString(16);
  const key = padded.substr(padded.length - digits);
  const aligned = digits & 4 ? 2 : 0;
  const table = TABLE;
  let at = -1;
  // eslint-disable-next-line espruino/searches-one-character -- a part at the end is not at `aligned`
  do at = table.indexOf(key, at + 1);
  while (at >= 0 && at % 6 !== aligned);
  if (at < 0) return -1;
  return parseInt(aligned ? table.substr(at - 2, 2) : table.substr(at + 2, 4), 16);
}

/** UTF-8 octets of a code point as a byte string. */
function utf8OfCode(code: number): string {
  if (code < 0x80) return String.fromCharCode(code);
  if (code < 0x800) return String.fromCharCode(0xc0 | (code >> 6), 0x80 | (code & 63));
  const tail = String.fromCharCode(0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  if (code < 0x10000) return String.fromCharCode(0xe0 | (code >> 12)) + tail;
  return String.fromCharCode(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63)) + tail;
}

/**
 * Code point at `at` of a UTF-8 byte string plus its octets times UTF8_SIZE; an octet that is not UTF-8 stands for
 * itself.
 */
export function readUtf8(text: string, at: number): number {
  const first = text.charCodeAt(at);
  const size = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
  let code = size === 1 ? first : first & (0x7f >> size);
  for (let i = 1; i < size; i++) {
    const next = at + i < text.length ? text.charCodeAt(at + i) : 0;
    if ((next & 0xc0) !== 0x80) return UTF8_SIZE + first;
    code = code * 64 + (next & 63);
  }
  return size * UTF8_SIZE + code;
}

/** Septets of a UTF-8 byte string, escapes written out; null when a character is not in the alphabet. */
export function septetsOfText(text: string): number[] | null {
  const septets: number[] = [];
  for (let at = 0; at < text.length;) {
    const read = readUtf8(text, at);
    const septet = translate(read & (UTF8_SIZE - 1), 4);
    at += read >> 21;
    if (septet < 0) return null;
    if (septet >= EXTENDED) septets.push(ESCAPE);
    septets.push(septet & 127);
  }
  return septets;
}

/** Packs septets into `out` beginning at bit `bit` (least significant bit first). */
export function packSeptets(septets: ArrayLike<number>, out: Uint8Array, bit: number): void {
  for (let i = 0; i < septets.length; i++) {
    const value = septets[i] << (bit & 7);
    const at = bit >> 3;
    out[at] |= value & 255;
    if (value > 255) out[at + 1] |= value >> 8;
    bit += 7;
  }
}

/**
 * Text of `count` packed septets that begin at bit `bit` of `bytes`. An escape before a septet that the extension table
 * lacks shows the basic character, an escape twice or at the end a space (23.038 6.2.1.1).
 */
export function textOfSeptets(bytes: Uint8Array, bit: number, count: number): string {
  let text = '';
  let table = 0;
  for (let i = 0; i < count; i++) {
    const at = bit >> 3;
    const septet = ((bytes[at] | (bytes[at + 1] << 8)) >> (bit & 7)) & 127;
    bit += 7;
    if (septet === ESCAPE) {
      if (table || i === count - 1) text += ' ';
      table = table || i === count - 1 ? 0 : EXTENDED;
    } else {
      let code = table ? translate(septet | table, 2) : -1;
      if (code < 0) code = translate(septet, 2);
      text += utf8OfCode(code);
      table = 0;
    }
  }
  return text;
}

/** Text of UCS-2 octets from `at` to `end`, surrogate pairs joined; a lone surrogate becomes U+FFFD. */
export function textOfUcs2(bytes: Uint8Array, at: number, end: number): string {
  let text = '';
  while (at < end) {
    let code = (bytes[at] << 8) | bytes[at + 1];
    at += 2;
    if (code >= 0xd800 && code < 0xe000) {
      const low = at < end ? (bytes[at] << 8) | bytes[at + 1] : 0;
      if (code < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        at += 2;
      } else code = 0xfffd;
    }
    text += utf8OfCode(code);
  }
  return text;
}
