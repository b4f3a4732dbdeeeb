// BIP32, BIP39, BIP84, BIP86, BIP143, BIP173, BIP341 (addresses), BIP350, Base58Check, signed messages: the BIPs' own
// vectors, then @scure's packages on random input, then input that must be refused.
import { expect } from 'chai';
import * as fs from 'node:fs';
import { HDKey } from '@scure/bip32';
import * as btc from '@scure/btc-signer';
import { createBase58check } from '@scure/base';
import { WORD_BYTES, wordList } from '../../../firmware/cold/secrets/words-file';
import { WORDS, be32, bytes, cases, codeOf, crypto, hex, seeded, someScalar, vectors } from './support';

const NETWORKS = { main: btc.NETWORK, test: btc.TEST_NETWORK, regtest: { ...btc.TEST_NETWORK, bech32: 'bcrt' } };
type Network = keyof typeof NETWORKS;

describe('crypto/wallet', () => {
  const random = seeded('wallet');
  const listOf = (file: Buffer): string =>
    wordList({ hal: { files: { readFile: () => new Uint8Array(file) } } } as never);
  const words = listOf(fs.readFileSync(WORDS));

  it('BIP32 vectors, valid and invalid', () => {
    const file = vectors<{
      valid: { seed: string; path: string; xpub: string; xprv: string }[];
      invalid: { xkey: string; why: string }[];
    }>('bip32.json');
    for (const row of file.valid) {
      const xprv = crypto.bip32Derive(crypto.bip32FromSeed(bytes(row.seed)), row.path);
      expect(xprv).to.equal(row.xprv);
      expect(crypto.bip32Neuter(xprv)).to.equal(row.xpub);
      expect(crypto.bip32Neuter(row.xpub)).to.equal(row.xpub);
    }
    for (const row of file.invalid)
      expect(
        codeOf(() => crypto.bip32Derive(row.xkey, 'm')),
        row.why,
      ).to.match(/^crypto-/);
  });

  it('BIP32 against @scure/bip32, private and public, hardened and not', () => {
    for (let i = 0; i < cases(25); i++) {
      const seed = random(16 + (i % 49));
      const root = HDKey.fromMasterSeed(seed);
      const path = `m/${random(1)[0]}'/${random(1)[0]}/${0x7fffffff - i}${i % 2 ? 'h' : ''}`;
      const xprv = crypto.bip32FromSeed(seed);
      expect(xprv).to.equal(root.privateExtendedKey);
      const node = root.derive(path.replace('h', "'"));
      expect(crypto.bip32Derive(xprv, path)).to.equal(node.privateExtendedKey);
      expect(crypto.bip32Derive(node.publicExtendedKey, `m/${i}/7`)).to.equal(
        node.deriveChild(i).deriveChild(7).publicExtendedKey,
      );
      const child = crypto.ckdPub({ key: node.publicKey as Uint8Array, chain: node.chainCode as Uint8Array }, i);
      expect(hex(child.key)).to.equal(hex(node.deriveChild(i).publicKey as Uint8Array));
    }
  });

  it('BIP32 refuses seeds, paths and indices that do not exist', () => {
    const xprv = crypto.bip32FromSeed(random(32));
    const xpub = crypto.bip32Neuter(xprv);
    for (const n of [0, 15, 65]) expect(codeOf(() => crypto.bip32FromSeed(random(n)))).to.equal('crypto-length');
    for (const path of [
      '',
      'm/',
      'm//1',
      'm/x',
      'm/-1',
      'm/1.5',
      'm/2147483648',
      "m/2147483648'",
      "m/1''",
      'n/1',
      'm/ 1',
      'm/99999999999',
      'm/1/',
      "m/'",
    ])
      expect(
        codeOf(() => crypto.bip32Derive(xprv, path)),
        path,
      ).to.equal('crypto-path');
    expect(codeOf(() => crypto.bip32Derive(xpub, "m/0'"))).to.equal('crypto-bip32');
    expect(codeOf(() => crypto.bip32Derive(`${xpub.slice(0, -1)}1`, 'm'))).to.equal('crypto-checksum');
    expect(codeOf(() => crypto.bip32Derive(xprv, `m${'/1'.repeat(256)}`))).to.equal('crypto-path');
  });

  it('BIP39 vectors: words, entropy and seed', () => {
    const rows = vectors<{ cases: { entropy: string; mnemonic: string; seed: string; xprv: string }[] }>(
      'bip39.json',
    ).cases;
    for (const row of rows) {
      expect(crypto.mnemonicEncode(bytes(row.entropy), words)).to.equal(row.mnemonic);
      expect(hex(crypto.mnemonicDecode(row.mnemonic, words))).to.equal(row.entropy);
    }
    for (const row of rows.slice(0, 4)) {
      const seed = crypto.bip39Seed(new Uint8Array(Buffer.from(row.mnemonic)), new Uint8Array(Buffer.from('TREZOR')));
      expect(hex(seed)).to.equal(row.seed);
      expect(crypto.bip32FromSeed(seed)).to.equal(row.xprv);
    }
  });

  it('BIP39 refuses wrong words, counts and checksums', () => {
    const good = crypto.mnemonicEncode(random(16), words).split(' ');
    expect(codeOf(() => crypto.mnemonicDecode(good.slice(1).join(' '), words))).to.equal('crypto-mnemonic');
    expect(codeOf(() => crypto.mnemonicDecode([...good.slice(0, 11), 'abandonx'].join(' '), words))).to.equal(
      'crypto-mnemonic',
    );
    expect(codeOf(() => crypto.mnemonicDecode(good.join('  '), words))).to.equal('crypto-mnemonic');
    expect(codeOf(() => crypto.mnemonicDecode('abandon '.repeat(12).trim(), words))).to.equal('crypto-checksum');
    for (const n of [0, 12, 15, 17, 33, 36])
      expect(codeOf(() => crypto.mnemonicEncode(random(n), words))).to.equal('crypto-length');
    expect(
      codeOf(() => crypto.mnemonicEncode(random(16), listOf(fs.readFileSync(WORDS).subarray(WORD_BYTES)))),
    ).to.equal('crypto-mnemonic');
  });

  it('BIP84, BIP86 and BIP341 addresses and scripts', () => {
    const file = vectors<{
      mnemonic: string;
      keys: {
        path: string;
        type: 'p2wpkh' | 'p2tr';
        pubkey?: string;
        internalKey?: string;
        script?: string;
        address: string;
      }[];
      taproot: { internalKey: string; script: string; address: string }[];
    }>('wallet.json');
    const root = crypto.bip32FromSeed(crypto.bip39Seed(new Uint8Array(Buffer.from(file.mnemonic)), new Uint8Array(0)));
    for (const row of file.keys) {
      const key = crypto.decodeXkey(crypto.bip32Neuter(crypto.bip32Derive(root, row.path))).key;
      if (row.pubkey) expect(hex(key)).to.equal(row.pubkey);
      if (row.internalKey) expect(hex(key.subarray(1))).to.equal(row.internalKey);
      expect(crypto.address(key, row.type, 'main')).to.equal(row.address);
      if (row.script) expect(hex(crypto.addressToScript(row.address, 'main'))).to.equal(row.script);
    }
    for (const row of file.taproot) {
      expect(crypto.address(bytes(`02${row.internalKey}`), 'p2tr', 'main')).to.equal(row.address);
      expect(crypto.address(bytes(`03${row.internalKey}`), 'p2tr', 'main')).to.equal(row.address);
      expect(hex(crypto.addressToScript(row.address, 'main'))).to.equal(row.script);
    }
  });

  it('addresses and their scripts against @scure/btc-signer, all types and networks', () => {
    for (let i = 0; i < cases(40); i++) {
      const pub = crypto.pubkeyCreate(be32(someScalar(random)));
      for (const network of Object.keys(NETWORKS) as Network[]) {
        const parameters = NETWORKS[network];
        const expected = {
          p2pkh: btc.p2pkh(pub, parameters),
          p2wpkh: btc.p2wpkh(pub, parameters),
          p2tr: btc.p2tr(pub.subarray(1), undefined, parameters),
        };
        for (const type of ['p2pkh', 'p2wpkh', 'p2tr'] as const) {
          const text = crypto.address(pub, type, network);
          expect(text).to.equal(expected[type].address);
          expect(hex(crypto.addressToScript(text, network))).to.equal(hex(expected[type].script));
          for (const other of Object.keys(NETWORKS) as Network[]) {
            const isSame = other === network || (type === 'p2pkh' && other !== 'main' && network !== 'main');
            expect(codeOf(() => crypto.addressToScript(text, other))).to.equal(isSame ? '' : 'crypto-network');
          }
        }
        const p2sh = btc.p2sh(btc.p2wpkh(pub, parameters), parameters);
        expect(hex(crypto.addressToScript(p2sh.address, network))).to.equal(hex(p2sh.script));
      }
    }
    const pub = crypto.pubkeyCreate(be32(3n));
    expect(codeOf(() => crypto.address(pub, 'p2sh' as never, 'main'))).to.equal('crypto-address');
    expect(codeOf(() => crypto.address(pub, 'p2pkh', 'signet' as never))).to.equal('crypto-network');
    expect(codeOf(() => crypto.address(pub.subarray(1), 'p2pkh', 'main'))).to.equal('crypto-length');
    expect(codeOf(() => crypto.address(new Uint8Array(33).fill(5), 'p2wpkh', 'main'))).to.equal('crypto-point');
  });

  it('BIP173 and BIP350 vectors, valid and invalid', () => {
    type Part = {
      valid: string[];
      invalid: { text: string; why: string }[];
      addresses: { address: string; script: string }[];
      invalidAddresses: { address: string; why: string }[];
    };
    const file = vectors<{ bech32: Part; bech32m: Part }>('bech32.json');
    for (const [part, isM] of [
      [file.bech32, false],
      [file.bech32m, true],
    ] as [Part, boolean][]) {
      for (const text of part.valid) {
        const decoded = crypto.bech32Decode(text);
        expect(decoded.isM, text).to.equal(isM);
        expect(crypto.bech32Encode(decoded.hrp, decoded.values, isM)).to.equal(text.toLowerCase());
      }
      for (const row of part.invalid)
        expect(
          codeOf(() => crypto.bech32Decode(row.text)),
          row.why,
        ).to.match(/^crypto-(bech32|checksum)$/);
    }
    for (const row of file.bech32m.addresses)
      expect(
        hex(crypto.addressToScript(row.address, row.address.toLowerCase().startsWith('bc') ? 'main' : 'test')),
      ).to.equal(row.script);
    for (const row of file.bech32.invalidAddresses.concat(file.bech32m.invalidAddresses))
      expect(
        codeOf(() => crypto.addressToScript(row.address, row.address.toLowerCase().startsWith('bc') ? 'main' : 'test')),
        row.why,
      ).to.match(/^crypto-/);
    expect(codeOf(() => crypto.bech32Decode('BC1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'))).to.equal('crypto-bech32');
  });

  it('Base58Check round trips, leading zeros, and every bad character, length and checksum', () => {
    const oracle = createBase58check((data) => crypto.sha256(data));
    for (let i = 0; i < cases(150); i++) {
      const payload = random(1 + (random(1)[0] % 78));
      payload.fill(0, 0, random(1)[0] % 4);
      const text = crypto.base58checkEncode(payload);
      expect(text).to.equal(oracle.encode(payload));
      expect(hex(crypto.base58checkDecode(text))).to.equal(hex(payload));
      const at = random(1)[0] % text.length;
      expect(
        codeOf(() =>
          crypto.base58checkDecode(`${text.slice(0, at)}${text[at] === 'z' ? 'y' : 'z'}${text.slice(at + 1)}`),
        ),
      ).to.match(/^crypto-(checksum|base58)$/);
      for (const bad of ['0', 'O', 'I', 'l', ' ', '+', '\u00e9'])
        expect(codeOf(() => crypto.base58checkDecode(`${text.slice(0, at)}${bad}${text.slice(at + 1)}`))).to.equal(
          'crypto-base58',
        );
    }
    for (const text of ['', '1', '11111', '1'.repeat(113), 'z'.repeat(500)])
      expect(codeOf(() => crypto.base58checkDecode(text))).to.equal('crypto-base58');
    expect(codeOf(() => crypto.base58checkEncode(random(79)))).to.equal('crypto-base58');
  });

  it('BIP143 vectors: digest and signature', () => {
    const file = vectors<{
      cases: {
        unsigned: string;
        input: number;
        scriptCode: string;
        amountSats: number;
        sighash: string;
        privateKey: string;
        signatureDer: string;
      }[];
    }>('bip143.json');
    for (const row of file.cases) {
      const tx = btc.RawTx.decode(bytes(row.unsigned));
      const hash = crypto.segwitSighashStart(tx.version, tx.lockTime);
      const outpoints = tx.inputs.map((input) =>
        Uint8Array.from([
          ...Array.from(input.txid as Uint8Array).reverse(),
          ...crypto.littleEndian(input.index as number, 4),
        ]),
      );
      tx.inputs.forEach((input, i) => crypto.segwitSighashInput(hash, outpoints[i], input.sequence as number));
      for (const output of tx.outputs)
        crypto.segwitSighashOutput(hash, Number(output.amount), output.script as Uint8Array);
      expect(
        codeOf(() => crypto.segwitSighashDigest(hash, outpoints[row.input], bytes(row.scriptCode), row.amountSats, 0)),
      ).to.equal('crypto-sighash');
      crypto.segwitSighashFinish(hash);
      const digest = crypto.segwitSighashDigest(
        hash,
        outpoints[row.input],
        bytes(row.scriptCode),
        row.amountSats,
        tx.inputs[row.input].sequence as number,
      );
      expect(hex(digest)).to.equal(row.sighash);
      const sig = hex(crypto.ecdsaSign(digest, bytes(row.privateKey)));
      expect(row.signatureDer).to.contain(sig.slice(0, 64)).and.to.contain(sig.slice(64));
    }
  });

  it('legacy and BIP143 digests against @scure/btc-signer on random transactions', () => {
    for (let i = 0; i < cases(30); i++) {
      const tx = new btc.Transaction({ version: 2, lockTime: i * 1000, allowUnknownOutputs: true });
      const inputs = 1 + (i % 4);
      const hash = crypto.segwitSighashStart(2, i * 1000);
      const outpoints: Uint8Array[] = [];
      for (let j = 0; j < inputs; j++) {
        const txid = random(32);
        tx.addInput({ txid: hex(txid), index: j, sequence: 0xfffffffd - j });
        outpoints.push(Uint8Array.from([...Array.from(txid).reverse(), ...crypto.littleEndian(j, 4)]));
        crypto.segwitSighashInput(hash, outpoints[j], 0xfffffffd - j);
      }
      const outputs = Array.from({ length: 1 + (i % 3) }, (_, j) => ({
        amount: 2100000000000000 - i * 97 - j,
        script: new Uint8Array(20 + i * 9).fill(0x51),
      }));
      for (const output of outputs) {
        tx.addOutput({ amount: BigInt(output.amount), script: output.script });
        crypto.segwitSighashOutput(hash, output.amount, output.script);
      }
      crypto.segwitSighashFinish(hash);
      for (let at = 0; at < inputs; at++) {
        const code = crypto.p2pkhScript(random(20));
        expect(hex(crypto.segwitSighashDigest(hash, outpoints[at], code, 4000000000 + at, 0xfffffffd - at))).to.equal(
          hex(tx.preimageWitnessV0(at, code, 1, BigInt(4000000000 + at))),
        );
        const legacy = crypto.legacySighashStart(2, inputs);
        outpoints.forEach((outpoint, j) =>
          crypto.legacySighashInput(legacy, outpoint, 0xfffffffd - j, j === at ? code : new Uint8Array(0)),
        );
        crypto.legacySighashOutputs(legacy, outputs.length);
        for (const output of outputs) crypto.legacySighashOutput(legacy, output.amount, output.script);
        expect(hex(crypto.legacySighashEnd(legacy, i * 1000))).to.equal(
          hex(
            (tx as unknown as { preimageLegacy(i: number, s: Uint8Array, h: number): Uint8Array }).preimageLegacy(
              at,
              code,
              1,
            ),
          ),
        );
      }
    }
    for (const amount of [-1, 0.5, 2100000000000001, NaN, Infinity])
      expect(
        codeOf(() => crypto.segwitSighashOutput(crypto.segwitSighashStart(2, 0), amount, new Uint8Array(0))),
      ).to.equal('crypto-amount');
  });

  it('signed messages: known signature, round trips, addresses of all kinds, and forgeries', () => {
    // Bitcoin Core's test of signmessage (src/test/util_tests.cpp, message_sign)
    const key = bytes('d97f5108f11cda6eeebaaa420fef0726b1f898060b98489fa3098463c0032866');
    expect(crypto.signMessage('Trust no one', key)).to.equal(
      'IPojfrX2dfPnH26UegfbGQQLrdK844DlHq5157/P6h57WyuS/Qsl+h/WSVGDF4MUi4rWSswW38oimDYfNNUBUOk=',
    );
    for (let i = 0; i < cases(12); i++) {
      const d = be32(someScalar(random));
      const text = i ? `message ${i} \u00e9\u20ac ${'x'.repeat((i % 12) * 40)}` : '';
      for (const compressed of [true, false]) {
        const pub = crypto.pubkeyCreate(d, compressed);
        const signed = crypto.signMessage(text, d, compressed);
        expect(crypto.verifyMessage(text, signed, pub)).to.equal(true);
        expect(crypto.verifyMessage(text, signed, crypto.addressOfHash(crypto.hash160(pub), 'p2pkh', 'main'))).to.equal(
          true,
        );
        if (compressed)
          expect(crypto.verifyMessage(text, signed, crypto.address(pub, 'p2wpkh', 'regtest'))).to.equal(true);
        expect(crypto.verifyMessage(`${text}.`, signed, pub)).to.equal(false);
        expect(
          crypto.verifyMessage(text, signed, crypto.address(crypto.pubkeyCreate(be32(11n)), 'p2pkh', 'main')),
        ).to.equal(false);
        for (const bad of ['', 'AAAA', `${signed.slice(0, -1)}`, `*${signed.slice(1)}`, `A${signed.slice(1)}`])
          expect(crypto.verifyMessage(text, bad, pub)).to.equal(false);
      }
    }
    expect(codeOf(() => crypto.verifyMessage('x', '', new Uint8Array(33)))).to.equal('crypto-point');
  });

  it('batches equal one-by-one derivation, however they are cut, with other work in between', () => {
    const root = HDKey.fromMasterSeed(random(32)).derive("m/84'/0'/0'/0");
    const job = crypto.batchStart(root.publicKey as Uint8Array, root.chainCode as Uint8Array, 1000, cases(60));
    let index = 1000;
    for (let step = 1; crypto.isBatchRunning(job); step++) {
      for (const child of crypto.batchStep(job, (step % 17) + 1)) {
        const expected = root.deriveChild(index);
        expect(child.index).to.equal(index++);
        expect(hex(child.pub33)).to.equal(hex(expected.publicKey as Uint8Array));
        expect(hex(child.hash160)).to.equal(hex(crypto.hash160(expected.publicKey as Uint8Array)));
      }
      crypto.ecdsaSign(random(32), be32(5n));
    }
    expect(index).to.equal(1000 + cases(60));
    expect(crypto.batchStep(job, 4)).to.deep.equal([]);
    expect(crypto.batchSlice(job, 4)).to.deep.equal([]);
    const sliced = crypto.batchStart(root.publicKey as Uint8Array, root.chainCode as Uint8Array, 5, 11);
    let seen = 5;
    for (let slices = 0; crypto.isBatchRunning(sliced); slices++) {
      expect(slices).to.be.lessThan(80);
      for (const child of crypto.batchSlice(sliced, 4))
        expect(hex(child.pub33)).to.equal(hex(root.deriveChild(seen++).publicKey as Uint8Array));
      crypto.ecdh(root.publicKey as Uint8Array, be32(9n)); // other work between any two slices
    }
    expect(seen).to.equal(16);
    const [pub, chain] = [root.publicKey as Uint8Array, root.chainCode as Uint8Array];
    for (const [first, count] of [
      [-1, 1],
      [0, 0],
      [0x80000000, 1],
      [0x7fffffff, 2],
      [0.5, 1],
      [0, NaN],
    ])
      expect(codeOf(() => crypto.batchStart(pub, chain, first, count))).to.equal('crypto-bip32');
    expect(codeOf(() => crypto.batchStart(chain, chain, 0, 1))).to.equal('crypto-length');
    expect(codeOf(() => crypto.batchStart(new Uint8Array(33), chain, 0, 1))).to.equal('crypto-point');
  });

  it('the self-test passes, quick and long', () => {
    expect(crypto.selfTest()).to.equal('');
    expect(crypto.selfTest(true)).to.equal('');
  });
});
