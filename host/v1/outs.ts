// `addr,sats;addr,sats`: what a withdrawal pays. Spec: open-api POST /tx/request, chaincloud-v1 section 6.3.
// Strict where the published app was not: no sign, no leading zero, no trailing separator, addresses of this network only.
// How much may be paid to whom is the policy's business.

import { Address, NETWORK, TEST_NETWORK } from '@scure/btc-signer';
import { fail } from '../../protocol/errors';
import { AMOUNT_MAX_SATS, OUTS_COUNT_MAX, OUTS_MAX } from '../../protocol/wire';

export type Network = 'main' | 'test' | 'regtest';

export interface Out {
  address: string;
  sats: number;
}

/** The API's smallest output. */
export const MIN_OUT_SATS = 10000;
const NETWORKS = { main: NETWORK, test: TEST_NETWORK, regtest: { ...TEST_NETWORK, bech32: 'bcrt' } };

/** Reads and checks a whole `outs` text. Throws `out-invalid` with the position, never with the text. */
export function anOuts(text: string, network: Network): Out[] {
  if (text.length > OUTS_MAX) throw fail('out-invalid', 'longer than ' + OUTS_MAX + ' characters');
  const items = text.split(';');
  if (items.length > OUTS_COUNT_MAX) throw fail('out-invalid', 'more than ' + OUTS_COUNT_MAX + ' outputs');
  const outs = items.map((item, i) => anOut(item, i, network));
  const total = outs.reduce((sum, out) => sum + out.sats, 0);
  if (total > AMOUNT_MAX_SATS) throw fail('out-invalid', 'the sum is above 21 million bitcoin');
  return outs;
}

/** The text of `outs`, as it is signed and sent. */
export function outsText(outs: readonly Out[]): string {
  return outs.map((out) => out.address + ',' + out.sats).join(';');
}

export function sumSats(outs: readonly Out[]): number {
  return outs.reduce((sum, out) => sum + out.sats, 0);
}

/** True for a valid address of `network`: base58, or bech32 in one case; taproot and other witness versions of BIP350 included. */
export function isAddress(address: string, network: Network): boolean {
  if (address.length < 26 || address.length > 90) return false;
  try {
    return Address(NETWORKS[network]).decode(address).type !== 'unknown';
  } catch {
    return false;
  }
}

function anOut(item: string, i: number, network: Network): Out {
  const parts = item.split(',');
  if (parts.length !== 2) throw fail('out-invalid', 'output ' + i + ' is not address,sats');
  const [address, value] = parts;
  if (!/^[1-9][0-9]{0,15}$/.test(value)) throw fail('out-invalid', 'output ' + i + ' has no plain amount');
  const sats = Number(value);
  if (sats > AMOUNT_MAX_SATS) throw fail('out-invalid', 'output ' + i + ' is above 21 million bitcoin');
  if (!isAddress(address, network)) throw fail('out-invalid', 'output ' + i + ' has no address of network ' + network);
  return { address, sats };
}
