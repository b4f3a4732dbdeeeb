// Bech32 (BIP173) and Bech32m (BIP350), and witness programs in them.
// The checksum's polynomial arithmetic is on 30 bits, so 32-bit operations hold it.
import { fail } from '../../../protocol/errors';
import { copyBytes } from '../bytes';

const CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const BECH32M = 0x2bc830a3;
/** Longest text of BIP173. */
export const BECH32_MAX_TEXT = 90;

/** What a decoded string says: five-bit values without the checksum. */
export interface Bech32 {
  hrp: string;
  values: Uint8Array;
  isM: boolean;
}

// What the five bits that leave at the top bring back in: sums of the five generator constants.
const TOP = new Uint32Array(32);
for (let i = 0; i < 32; i++)
  TOP[i] =
    (i & 1 ? 0x3b6a57b2 : 0) ^
    (i & 2 ? 0x26508e6d : 0) ^
    (i & 4 ? 0x1ea119fa : 0) ^
    (i & 8 ? 0x3d4233dd : 0) ^
    (i & 16 ? 0x2a1462b3 : 0);

function polymod(c: number, value: number): number {
  return ((c & 0x1ffffff) << 5) ^ value ^ TOP[c >>> 25];
}

function startChecksum(hrp: string): number {
  let c = 1;
  for (let i = 0; i < hrp.length; i++) c = polymod(c, hrp.charCodeAt(i) >> 5);
  c = polymod(c, 0);
  for (let i = 0; i < hrp.length; i++) c = polymod(c, hrp.charCodeAt(i) & 31);
  return c;
}

/** Five-bit values under a lower-case hrp. Throws `crypto-bech32` (length, hrp, value above 31). */
export function bech32Encode(hrp: string, values: Uint8Array, isM: boolean): string {
  if (!hrp.length || hrp.length + values.length + 7 > BECH32_MAX_TEXT) throw fail('crypto-bech32', 'too long');
  for (let i = 0; i < hrp.length; i++) {
    const code = hrp.charCodeAt(i);
    if (code < 33 || code > 126 || (code > 64 && code < 91))
      throw fail('crypto-bech32', 'not a lower-case human-readable part');
  }
  let c = startChecksum(hrp);
  let text = hrp + '1';
  for (let i = 0; i < values.length; i++) {
    if (values[i] > 31) throw fail('crypto-bech32', 'values are of five bits');
    c = polymod(c, values[i]);
    text += CHARSET[values[i]];
  }
  for (let i = 0; i < 6; i++) c = polymod(c, 0);
  c ^= isM ? BECH32M : 1;
  for (let i = 5; i >= 0; i--) text += CHARSET[(c >>> (5 * i)) & 31];
  return text;
}

/**
 * Throws `crypto-bech32` (length, character, mixed case, separator) and `crypto-checksum`. The hrp comes back in lower
 * case.
 */
export function bech32Decode(text: string): Bech32 {
  const n = text.length;
  const lower = text.toLowerCase();
  if (n < 8 || n > BECH32_MAX_TEXT) throw fail('crypto-bech32', 'not a length of bech32');
  if (lower !== text && text.toUpperCase() !== text) throw fail('crypto-bech32', 'mixed case');
  const at = lower.lastIndexOf('1');
  if (at < 1 || at + 7 > n) throw fail('crypto-bech32', 'no separator in its place');
  const hrp = lower.substr(0, at);
  for (let i = 0; i < at; i++) {
    const code = hrp.charCodeAt(i);
    if (code < 33 || code > 126) throw fail('crypto-bech32', 'not a human-readable part');
  }
  const values = new Uint8Array(n - at - 1);
  let c = startChecksum(hrp);
  for (let i = 0; i < values.length; i++) {
    const value = CHARSET.indexOf(lower[at + 1 + i]);
    if (value < 0) throw fail('crypto-bech32', 'not a bech32 character');
    values[i] = value;
    c = polymod(c, value);
  }
  if (c !== 1 && c !== BECH32M) throw fail('crypto-checksum', 'the bech32 checksum does not match');
  return { hrp: hrp, values: copyBytes(values, 0, values.length - 6), isM: c === BECH32M };
}

/**
 * Groups of `from` bits to groups of `to` bits, most significant first. Padding must be zero and short
 * (`crypto-bech32`) unless made here.
 */
export function convertBits(values: Uint8Array, from: number, to: number, isPadded: boolean): Uint8Array {
  const bits = values.length * from;
  const out = new Uint8Array(isPadded ? Math.ceil(bits / to) : Math.floor(bits / to));
  let pending = 0;
  let have = 0;
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    pending = ((pending << from) | values[i]) & 0xfff;
    have += from;
    while (have >= to) {
      have -= to;
      out[at++] = (pending >> have) & ((1 << to) - 1);
    }
  }
  if (isPadded) {
    if (have) out[at] = (pending << (to - have)) & ((1 << to) - 1);
  } else if (have >= from || (pending & ((1 << have) - 1)) !== 0) throw fail('crypto-bech32', 'wrong padding');
  return out;
}

/** A witness program as an address: version 0 in Bech32, 1..16 in Bech32m (BIP350). Throws `crypto-bech32`. */
export function segwitEncode(hrp: string, version: number, program: Uint8Array): string {
  aProgram(version, program);
  const data = convertBits(program, 8, 5, true);
  const values = new Uint8Array(data.length + 1);
  values[0] = version;
  values.set(data, 1);
  return bech32Encode(hrp, values, version > 0);
}

function aProgram(version: number, program: Uint8Array): void {
  const n = program.length;
  if (!(version >= 0 && version <= 16) || n < 2 || n > 40 || (!version && n !== 20 && n !== 32))
    throw fail('crypto-bech32', 'not a witness program');
}

/**
 * An address of network `hrp` to its witness program. Throws `crypto-network` for another hrp, `crypto-bech32`,
 * `crypto-checksum`.
 */
export function segwitDecode(hrp: string, text: string): { version: number; program: Uint8Array } {
  const decoded = bech32Decode(text);
  if (decoded.hrp !== hrp) throw fail('crypto-network', 'an address of another network');
  if (!decoded.values.length) throw fail('crypto-bech32', 'no witness version');
  const version = decoded.values[0];
  const program = convertBits(copyBytes(decoded.values, 1, decoded.values.length), 5, 8, false);
  aProgram(version, program);
  if (decoded.isM !== version > 0) throw fail('crypto-checksum', 'the checksum is that of another witness version');
  return { version: version, program: program };
}
