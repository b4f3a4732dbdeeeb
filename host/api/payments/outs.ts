// The API's own strict reading of a send request's text fields, after which the text itself travels on as it came: V's
// authority covers the raw text. Spec: docs/http-api.md "POST /tx/request"; docs/published-app.md 6.3, 6.4 and 10.

import { OUTS_COUNT_MAX, OUTS_MAX, USER_TX_NO_MAX } from '../../../protocol/wire';
import { hexOf, scriptOfAddress } from '../../bitcoin/scripts';
import { apiFail } from '../http/errors';
import type { NetworkName } from '../types';

export const MIN_OUTPUT_SATS = 10_000;
const MAX_SATS = 2_100_000_000_000_000;
/** Printable ASCII without the quotation mark and the backslash, which would let two requests sign alike. */
const PLAIN_TEXT = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;

export interface Out {
  address: string;
  sats: number;
  script: string;
}

/** Reads `addr,sats;addr,sats`. Throws `bad-parameter`, or `small-output` below 10,000 satoshi. */
export function parseOuts(text: string, network: NetworkName): Out[] {
  if (text.length === 0 || text.length > OUTS_MAX)
    throw apiFail('bad-parameter', `outs expected 1..${OUTS_MAX} characters`);
  const items = text.split(';');
  if (items.length > OUTS_COUNT_MAX) throw apiFail('bad-parameter', `outs expected at most ${OUTS_COUNT_MAX} outputs`);
  let sum = 0;
  const outs = items.map((item, position) => {
    const [address, digits, ...rest] = item.split(',');
    if (digits === undefined || rest.length > 0)
      throw apiFail('bad-parameter', `outs[${position}] expected address,satoshi`);
    if (!/^[1-9][0-9]{0,15}$/.test(digits) && digits !== '0')
      throw apiFail('bad-parameter', `outs[${position}] expected a decimal number of satoshi`);
    const script = scriptOfAddress(address, network);
    if (script === undefined)
      throw apiFail('bad-parameter', `outs[${position}] expected an address of network ${network}`);
    const sats = Number(digits);
    if (sats < MIN_OUTPUT_SATS)
      throw apiFail('small-output', `outs[${position}] is below the smallest output, ${MIN_OUTPUT_SATS} satoshi`);
    sum += sats;
    if (sum > MAX_SATS) throw apiFail('bad-parameter', 'outs add up to more bitcoin than there can be');
    return { address, sats, script: hexOf(script) };
  });
  return outs;
}

export function aUserTxNo(value: string | undefined): string {
  if (value === undefined || value.length > USER_TX_NO_MAX || !PLAIN_TEXT.test(value))
    throw apiFail('bad-parameter', `user_tx_no expected 1..${USER_TX_NO_MAX} printable characters without " and \\`);
  return value;
}

export interface Authority {
  proto: 1 | 2;
  /** Hex: 65 bytes (v1) or 32 (v2). */
  authority: string;
}

/** vc_code: `2:` + base64url of 32 bytes, or v1's 88 characters of canonical base64 with a compressed key's header. */
export function anAuthority(vcCode: string | undefined): Authority {
  if (vcCode !== undefined && /^2:[A-Za-z0-9_-]{43}$/.test(vcCode)) {
    const bytes = Buffer.from(vcCode.slice(2), 'base64url');
    if (bytes.toString('base64url') === vcCode.slice(2)) return { proto: 2, authority: bytes.toString('hex') };
  }
  if (vcCode !== undefined && /^[A-Za-z0-9+/]{87}=$/.test(vcCode)) {
    const bytes = Buffer.from(vcCode, 'base64');
    if (bytes.toString('base64') === vcCode && bytes[0] >= 31 && bytes[0] <= 34)
      return { proto: 1, authority: bytes.toString('hex') };
  }
  throw apiFail('bad-parameter', 'vc_code expected "2:" with 43 characters of base64url, or 88 characters of base64');
}

/** A decimal integer of a form field, within `min`..`max`. */
export function anInteger(
  value: string | undefined,
  name: string,
  min: number,
  max: number,
  standard?: number,
): number {
  if (value === undefined && standard !== undefined) return standard;
  const parsed = value !== undefined && /^(0|[1-9][0-9]{0,15})$/.test(value) ? Number(value) : NaN;
  if (!(parsed >= min && parsed <= max)) throw apiFail('bad-parameter', `${name} expected an integer ${min}..${max}`);
  return parsed;
}
