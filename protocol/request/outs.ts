/**
 * The outs of a request: `address,sats[;address,sats]…`, strict. The text itself is what V vouched for, so it is never
 * mended: what the published app lets through besides (signs, leading zeros, trailing separators) is refused here.
 * Spec: SPEC.md 5.2. Leaves checksum and network of an address to `isAddress`, dust and limits to the policy.
 */
import { fail } from '../errors';
import { ADDRESS_MAX, ADDRESS_MIN, AMOUNT_MAX_SATS, OUTS_COUNT_MAX, OUTS_MAX } from '../wire';

export interface Out {
  address: string;
  sats: number;
}

/** The outs text of a PING. */
export const PING_OUTS = 'PING';
const AMOUNT_DIGITS_MAX = 16;

function bad(text: string): Error {
  return fail('bad-outs', text);
}

/** Decimal digits without a leading zero, 1..AMOUNT_MAX_SATS: exact, since 2^53 is larger. */
function parseAmount(text: string): number {
  if (!/^[1-9][0-9]*$/.test(text) || text.length > AMOUNT_DIGITS_MAX)
    throw bad('an amount is 1..' + AMOUNT_MAX_SATS + ' in decimal digits');
  let sats = 0;
  for (let i = 0; i < text.length; i++) sats = sats * 10 + (text.charCodeAt(i) - 48);
  if (sats > AMOUNT_MAX_SATS) throw bad('an amount is at most ' + AMOUNT_MAX_SATS);
  return sats;
}

/**
 * 1..OUTS_COUNT_MAX outputs in their order, sum at most AMOUNT_MAX_SATS. Throws code `bad-outs`.
 * `isAddress(address, network)` judges what stands for the address: ADDRESS_MIN..ADDRESS_MAX letters and digits.
 */
export function parseOuts(
  text: string,
  network: string,
  isAddress: (address: string, network: string) => boolean,
): Out[] {
  if (typeof text !== 'string' || !text.length || text.length > OUTS_MAX) throw bad('1..' + OUTS_MAX + ' characters');
  const items = text.split(';');
  if (items.length > OUTS_COUNT_MAX) throw bad('at most ' + OUTS_COUNT_MAX + ' outputs');
  const outs: Out[] = [];
  let sum = 0;
  for (let i = 0; i < items.length; i++) {
    const comma = items[i].indexOf(',');
    const address = comma < 0 ? '' : items[i].substr(0, comma);
    if (address.length < ADDRESS_MIN || address.length > ADDRESS_MAX || !/^[0-9A-Za-z]+$/.test(address))
      throw bad('output ' + i + ' has no address');
    const sats = parseAmount(items[i].substr(comma + 1));
    if (!isAddress(address, network)) throw bad('output ' + i + ' pays no address of this network');
    sum += sats;
    outs.push({ address: address, sats: sats });
  }
  if (sum > AMOUNT_MAX_SATS) throw bad('more than ' + AMOUNT_MAX_SATS + ' in all');
  return outs;
}
