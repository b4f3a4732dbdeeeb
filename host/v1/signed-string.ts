// The texts that the published app signs and has signed: a transaction request and a batch of addresses.
// Spec: docs/published-app.md 6.4 and 8. Plain concatenation without escaping, exactly as the app does it; a verifier
// calls `aSafeField` on every received field first, because two field sets could otherwise give one text.

import { fail } from '../../protocol/errors';
import type { IndexedAddress } from '../bitcoin/batch';

export interface V1Request {
  coin_code: string;
  user_tx_no: string;
  is_dynamic_fee: number;
  outs: string;
  out_type?: number;
  memo?: string | null;
}

/** The text under `vc_code`. `out_type` shows only when not 0, `memo` only when not null. */
export function requestText(request: V1Request): string {
  let text = '{"coin_code":"' + request.coin_code + '","is_dynamic_fee":' + request.is_dynamic_fee;
  text += ',"outs":"' + request.outs + '","user_tx_no":"' + request.user_tx_no + '"';
  if (request.out_type) text += ',"outType":' + request.out_type;
  if (request.memo !== undefined && request.memo !== null) text += ',"memo":"' + request.memo + '"';
  return text + '}';
}

/** Throws `unsafe-field` for a quote, a backslash or a control character. */
export function aSafeField(name: string, value: string): string {
  if (/["\\\u0000-\u001f\u007f]/.test(value))
    throw fail('unsafe-field', name + ' has a character that the signed text cannot carry');
  return value;
}

/** `0,<address>:1,<address>:…` in the order of `index`, numbered by position. Empty list: empty text. */
export function batchText(list: readonly IndexedAddress[]): string {
  const sorted = [...list].sort((a, b) => a.index - b.index);
  return sorted.map((item, position) => position + ',' + item.address + ':').join('');
}
