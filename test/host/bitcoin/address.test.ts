// Addresses, scripts and raw transactions. Spec: BIP173 and BIP350 vectors, Base58Check, BIP144.

import { secp256k1 } from '@noble/curves/secp256k1';
import { bech32m } from '@scure/base';
import { expect } from 'chai';
import {
  addressOfScript,
  destinationOf,
  isAddress,
  isAnyAddress,
  scriptOfAddress,
} from '../../../host/bitcoin/address';
import { bytesOf, hexOf } from '../../../host/bitcoin/hex';
import { parseTx } from '../../../host/bitcoin/tx';

/** Address, network, script pubkey. */
const VALID = [
  ['BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4', 'main', '0014751e76e8199196d454941c45d1b3a323f1433bd6'],
  ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'main', '0014751e76e8199196d454941c45d1b3a323f1433bd6'],
  [
    'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7',
    'test',
    '00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262',
  ],
  [
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
    'main',
    '512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
  ],
  ['bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080', 'regtest', '0014751e76e8199196d454941c45d1b3a323f1433bd6'],
  ['1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH', 'main', '76a914751e76e8199196d454941c45d1b3a323f1433bd688ac'],
  ['3JvL6Ymt8MVWiCNHC7oWU6nLeHNJKLZGLN', 'main', 'a914bcfeb728b584253d5f3f70bcb780e9ef218a68f487'],
  ['mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r', 'test', '76a914751e76e8199196d454941c45d1b3a323f1433bd688ac'],
] as const;

const PRIV = new Array<number>(32).fill(9);

describe('host/bitcoin/address and tx', () => {
  for (const [address, network, script] of VALID) {
    it(`${address} on ${network}`, () => {
      expect(hexOf(scriptOfAddress(address, network) ?? new Uint8Array(0))).to.equal(script);
      const again = addressOfScript(bytesOf(script), network) as string;
      expect(again.toLowerCase()).to.equal(address.toLowerCase());
    });
  }

  it('refuses addresses of other networks, broken ones, mixed case, and wrong checksums for their version', () => {
    const bad = [
      ['tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx', 'main'],
      ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'regtest'],
      ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5', 'main'],
      ['bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'main'],
      ['bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd', 'main'],
      ['1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMG', 'main'],
      ['1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH', 'test'],
      ['', 'main'],
      [' bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'main'],
      ['bc1gmk9yu', 'main'],
    ] as const;
    for (const [address, network] of bad) expect(scriptOfAddress(address, network), address).to.equal(undefined);
  });

  // bitcoin/bitcoin#24121, #24106: address software disagrees whether such a text is an address.
  it('refuses a taproot address whose x is on no curve, and witness versions without a meaning', () => {
    const words = (lenBytes: number, byte: number): number[] => bech32m.toWords(new Uint8Array(lenBytes).fill(byte));
    const on = bech32m.encode('bcrt', [
      1,
      ...bech32m.toWords(secp256k1.getPublicKey(Uint8Array.of(...PRIV), true).slice(1)),
    ]);
    expect(isAddress(on, 'regtest')).to.equal(true);
    for (const [version, data] of [
      [1, words(32, 255)],
      [1, words(32, 5)],
      [1, words(20, 5)],
      [1, bech32m.toWords(Uint8Array.of(0x4e, 0x73))],
      [2, words(32, 5)],
      [16, words(2, 5)],
    ] as const) {
      const odd = bech32m.encode('bcrt', [version, ...data]);
      expect([isAddress(odd, 'regtest'), isAnyAddress(odd)], odd).to.deep.equal([false, false]);
    }
  });

  // joinmarket-clientserver jam#1470, litecoin#704: capitals out of QR codes are the same destination (BIP173).
  it('compares addresses by what they pay', () => {
    for (const [address, network, script] of VALID) {
      const capitals = address.toUpperCase();
      if (isAddress(capitals, network)) expect(destinationOf(capitals)).to.equal(destinationOf(address));
      else expect(destinationOf(capitals)).to.not.equal(address);
      expect(hexOf(scriptOfAddress(destinationOf(address), network)!)).to.equal(script);
      const mixed = address.toLowerCase().replace('q', 'Q');
      if (!isAddress(mixed, network)) expect(destinationOf(mixed)).to.not.equal(destinationOf(address));
    }
  });

  it('has no address for data and unknown scripts', () => {
    for (const script of ['6a0548656c6c6f', '', '51', '00'])
      expect(addressOfScript(bytesOf(script), 'main')).to.equal(undefined);
  });

  it('reads the genesis coinbase', () => {
    const raw = [
      '0100000001',
      '0000000000000000000000000000000000000000000000000000000000000000ffffffff4d',
      '04ffff001d010445',
      '5468652054696d65732030332f4a616e2f3230303920',
      '4368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73',
      'ffffffff',
      '0100f2052a0100000043',
      '4104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6',
      '49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac',
      '00000000',
    ].join('');
    const tx = parseTx(raw);
    expect(tx).to.include({
      txid: '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
      isCoinbase: true,
    });
    expect(tx.outputs[0].sats).to.equal(5_000_000_000);
  });

  it('throws at cut, lengthened and empty transactions', () => {
    for (const raw of ['', '01', '01000000', '0100000001' + '00'.repeat(10), '0100000000000000000000'])
      expect(() => parseTx(raw), raw).to.throw();
  });
});
