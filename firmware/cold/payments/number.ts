/**
 * What a payment is known by: its user_tx_no. In canonical decimal it is a number, as the published sites and the kit
 * make it, one above the other; of numbers the board remembers those above the account's mark (retire.ts). Any other
 * text is a name, which is never forgotten.
 */
import { sha256 } from '../../crypto/index';
import { concatBytes, textBytes } from '../../crypto/bytes';
import { PAYMENT_TAG_BYTES, readSats, writeSats } from '../../journal/records';

/** First octet of a number's tag; a name's is from TAG_NAME on. 0: no tag at all. */
const TAG_NUMBER = 1;
const TAG_NAME = 0x80;
/** Longest number: exact in a double, with one more above it. */
const DIGITS_MAX = 15;

function isNumber(text: string): boolean {
  if (!text.length || text.length > DIGITS_MAX || (text[0] === '0' && text.length > 1)) return false;
  for (let i = 0; i < text.length; i++) if (text[i] < '0' || text[i] > '9') return false;
  return true;
}

/** 16 bytes that stand for an account's user_tx_no: 1, the number in 7, zeros; or a digest of both, 0x80 set in it. */
export function paymentTag(account: number, userTxNo: string): Uint8Array {
  if (isNumber(userTxNo)) {
    const tag = new Uint8Array(PAYMENT_TAG_BYTES);
    tag[0] = TAG_NUMBER;
    writeSats(tag, 1, parseInt(userTxNo, 10));
    return tag;
  }
  const digest = sha256(concatBytes([new Uint8Array([account]), textBytes(userTxNo)])).subarray(0, PAYMENT_TAG_BYTES);
  digest[0] |= TAG_NAME;
  return digest;
}

/** The number of the tag at `at`; -1 for a name, -2 where there is none. */
export function numberAt(bytes: Uint8Array, at: number): number {
  if (bytes[at] === TAG_NUMBER) return readSats(bytes, at + 1);
  return bytes[at] >= TAG_NAME ? -1 : -2;
}
