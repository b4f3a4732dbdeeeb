// The networks as the project names them, with the prefixes of their addresses and extended keys. Spec: BIP32, BIP173,
// SLIP44.

import * as btc from '@scure/btc-signer';

export type NetworkName = 'main' | 'test' | 'regtest';

export const NETWORKS: Record<NetworkName, typeof btc.NETWORK> = {
  main: btc.NETWORK,
  test: btc.TEST_NETWORK,
  regtest: { ...btc.TEST_NETWORK, bech32: 'bcrt' },
};

/** First octets of extended keys (xprv, xpub; tprv, tpub). */
export const XKEY_VERSIONS: Record<NetworkName, { public: number; private: number }> = {
  main: { public: 0x0488b21e, private: 0x0488ade4 },
  test: { public: 0x043587cf, private: 0x04358394 },
  regtest: { public: 0x043587cf, private: 0x04358394 },
};

/** Coin type of a derivation path: 0, or 1 on every test network. */
export function coinTypeOf(network: NetworkName): number {
  return network === 'main' ? 0 : 1;
}
