/** Hexadecimal text, as consoles show and take bytes. */

const DIGITS = '0123456789abcdef';

export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += DIGITS[bytes[i] >> 4] + DIGITS[bytes[i] & 15];
  return text;
}

/** Bytes of an even number of lower or upper case digits, or undefined. */
export function bytesOfHex(text: string): Uint8Array | undefined {
  if (text.length % 2) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = DIGITS.indexOf(text[2 * i].toLowerCase());
    const low = DIGITS.indexOf(text[2 * i + 1].toLowerCase());
    if (high < 0 || low < 0) return undefined;
    bytes[i] = high * 16 + low;
  }
  return bytes;
}
