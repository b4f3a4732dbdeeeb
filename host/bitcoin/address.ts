// Payment addresses and their script pubkeys. The one check of an address on the host: the website where a withdrawal
// is typed, V before it authorises, the API before it takes a request. HSM-Cold has its own
// (firmware/crypto/wallet/address.ts), which pays a little more: what it refuses is refused here.
// Spec: BIP173, BIP350, BIP341, Base58Check.

import * as btc from '@scure/btc-signer';
import { NETWORKS, type NetworkName } from './network';

const BECH32 = /^(bc|tb|bcrt)1/i;

/**
 * Script pubkey that pays `address`; undefined when the text is no address of `network`: p2pkh, p2sh, p2wpkh, p2wsh,
 * p2tr. Undefined too for a taproot address whose x is on no curve, which nobody can spend from (BIP341), and for
 * witness versions without a meaning.
 */
export function scriptOfAddress(address: string, network: NetworkName): Uint8Array | undefined {
  try {
    return btc.OutScript.encode(btc.Address(NETWORKS[network]).decode(address));
  } catch {
    return undefined;
  }
}

export function isAddress(address: string, network: NetworkName): boolean {
  return scriptOfAddress(address, network) !== undefined;
}

/** True when `address` is one of some network. */
export function isAnyAddress(address: string): boolean {
  return (Object.keys(NETWORKS) as NetworkName[]).some((network) => isAddress(address, network));
}

/** The address of a script pubkey where it has one. */
export function addressOfScript(script: Uint8Array, network: NetworkName): string | undefined {
  try {
    return btc.Address(NETWORKS[network]).encode(btc.OutScript.decode(script));
  } catch {
    return undefined;
  }
}

/**
 * What an address pays, for comparing: two valid addresses of one network pay the same script exactly when this is
 * equal. Bech32 may come in capitals throughout, as QR codes have it (BIP173); base58 may not.
 */
export function destinationOf(address: string): string {
  return isBech32(address) && address === address.toUpperCase() ? address.toLowerCase() : address;
}

export function isBech32(address: string): boolean {
  return BECH32.test(address);
}
