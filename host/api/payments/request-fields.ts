// The API's own strict reading of a send request's text fields, after which the text itself travels on as it came: V's
// authority covers the raw text. Spec: docs/http-api.md "Sending"; docs/published-app.md 6.3.

import type { CodedError } from '../../../protocol/errors';
import { parseOuts as readOuts } from '../../../protocol/request/outs';
import { USER_TX_NO_MAX } from '../../../protocol/wire';
import { isAddress, scriptOfAddress } from '../../bitcoin/address';
import { hexOf } from '../../bitcoin/hex';
import type { NetworkName } from '../../bitcoin/network';
import { MIN_OUT_SATS } from '../../v1';
import { UserTxNo } from '../calls/shapes';
import { apiFail } from '../http/errors';

export interface Out {
  address: string;
  sats: number;
  script: string;
}

/** Reads `addr,sats;addr,sats`. Throws `bad-parameter`, or `small-output` below 10,000 satoshi. */
export function parseOuts(text: string, network: NetworkName): Out[] {
  if (/,0(;|$)/.test(text)) throw smallOutput(); // no amount to the grammar, and published as a small one
  let outs;
  try {
    outs = readOuts(text, network, (address) => isAddress(address, network));
  } catch (error) {
    throw apiFail('bad-parameter', 'outs expected address,satoshi;…: ' + (error as CodedError).message);
  }
  if (outs.some((out) => out.sats < MIN_OUT_SATS)) throw smallOutput();
  return outs.map((out) => ({ ...out, script: hexOf(scriptOfAddress(out.address, network) as Uint8Array) }));
}

/** Satoshi of an `outs` text that parseOuts has taken before; whether it would today is no matter here. */
export function sumOfOuts(text: string): number {
  return text.split(';').reduce((sum, item) => sum + Number(item.split(',')[1] ?? 0), 0);
}

function smallOutput(): Error {
  return apiFail('small-output', `an output is below the smallest, ${MIN_OUT_SATS} satoshi`);
}

export function isUserTxNo(value: string): boolean {
  return value.length <= USER_TX_NO_MAX && new RegExp(UserTxNo.pattern as string).test(value);
}

export interface Authority {
  proto: 1 | 2;
  /** Hex: 65 bytes (v1) or 32 (v2). */
  authority: string;
}

/** vc_code: `2:` + base64url of 32 bytes, or v1's 88 characters of canonical base64 with a compressed key's header. */
export function anAuthority(vcCode: string): Authority {
  if (/^2:[A-Za-z0-9_-]{43}$/.test(vcCode)) {
    const bytes = Buffer.from(vcCode.slice(2), 'base64url');
    if (bytes.toString('base64url') === vcCode.slice(2)) return { proto: 2, authority: bytes.toString('hex') };
  }
  if (/^[A-Za-z0-9+/]{87}=$/.test(vcCode)) {
    const bytes = Buffer.from(vcCode, 'base64');
    if (bytes.toString('base64') === vcCode && bytes[0] >= 31 && bytes[0] <= 34)
      return { proto: 1, authority: bytes.toString('hex') };
  }
  throw apiFail('bad-parameter', 'vc_code expected "2:" with 43 characters of base64url, or 88 characters of base64');
}
