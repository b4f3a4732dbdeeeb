// `addr,sats;addr,sats`: what a withdrawal pays. Spec: docs/http-api.md "Sending", docs/published-app.md 6.3.
// Strict where the published app was not: no sign, no leading zero, no trailing separator, addresses of this network
// only. The grammar is protocol/request/outs.ts, the same for V, API and HSM-Cold; how much may be paid to whom is the
// policy's business.

import { parseOuts, type Out } from '../../protocol/request/outs';
import { isAddress } from '../bitcoin/address';
import type { NetworkName } from '../bitcoin/network';

export type { Out };

/** The API's smallest output. */
export const MIN_OUT_SATS = 10000;

/** Reads and checks a whole `outs` text. Throws `bad-outs` with the position, never with the text. */
export function anOuts(text: string, network: NetworkName): Out[] {
  return parseOuts(text, network, (address) => isAddress(address, network));
}

/** The text of `outs`, as it is signed and sent. */
export function outsText(outs: readonly Out[]): string {
  return outs.map((out) => out.address + ',' + out.sats).join(';');
}

export function sumSats(outs: readonly Out[]): number {
  return outs.reduce((sum, out) => sum + out.sats, 0);
}
