/** protocol/request/authority.ts: SPEC.md 8, computed a second time with node:crypto and hand-written encodings. */
import { createHash, createHmac } from 'node:crypto';
import { expect } from 'chai';
import {
  attestationHash,
  batchDigest,
  batchDigestAddress,
  batchDigestHead,
  batchProof,
  pairingCode,
  sendAuthority,
  sendContent,
} from '../../../protocol/request/authority';
import { equalBytes } from '../../../protocol/bytes';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';

const crypto = protocolCrypto((n) => new Uint8Array(n));
const key = new Uint8Array(32).fill(3);
const addresses = Array.from({ length: 1000 }, (_, i) => `bcrt1qexample${i}`);
const sha = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('what is vouched for (SPEC.md 8)', () => {
  const request = { network: 'regtest', account: 7, channelId: 70_000, userTxNo: '8001', maxFeeSats: 500 };

  it('content: SHA-256 of outs and dynamic', () => {
    expect(hex(sendContent(crypto, 'a,10', 1))).to.equal(sha(Buffer.from('612c313001', 'hex')).toString('hex'));
  });

  it('send authority: HMAC over the CBOR of all that it covers', () => {
    const content = new Uint8Array(32).fill(9);
    const cbor = Buffer.concat([
      Buffer.from('87', 'hex'),
      Buffer.from('69', 'hex'),
      Buffer.from('ccv3-send'),
      Buffer.from('67', 'hex'),
      Buffer.from('regtest'),
      Buffer.from('07', 'hex'),
      Buffer.from('1a00011170', 'hex'),
      Buffer.from('6438303031', 'hex'),
      Buffer.from('5820', 'hex'),
      content,
      Buffer.from('1901f4', 'hex'),
    ]);
    expect(hex(sendAuthority(crypto, key, request, content))).to.equal(
      createHmac('sha256', key).update(cbor).digest('hex'),
    );
  });

  it('changes with everything it covers', () => {
    const others = [
      { network: 'main' },
      { account: 8 },
      { channelId: 70_001 },
      { userTxNo: '8002' },
      { maxFeeSats: 501 },
    ];
    const contents: [string, number][] = [
      ['a,11', 1],
      ['a,10', 0],
      [',10', 1],
    ];
    const authority = (change: object, [outs, dynamic]: [string, number] = ['a,10', 1]): string =>
      hex(sendAuthority(crypto, key, { ...request, ...change }, sendContent(crypto, outs, dynamic)));
    const all = [...[{}, ...others].map((change) => authority(change)), ...contents.map((it) => authority({}, it))];
    expect(new Set(all).size).to.equal(all.length);
  });

  it('batch digest: the same in one piece and streamed, and as written down', () => {
    const text = `chaincloud batch v2\nregtest\n7\n2\n3\n${addresses.map((a, i) => `${i},${a}:`).join('')}`;
    const whole = batchDigest(crypto, { network: 'regtest', account: 7, side: 2, batchNo: 3 }, addresses);
    expect(hex(whole)).to.equal(sha(text).toString('hex'));
    const hash = createHash('sha256');
    const sink = { update: (bytes: Uint8Array) => void hash.update(bytes) };
    batchDigestHead(sink, 'regtest', 7, 2, 3);
    addresses.forEach((address, i) => batchDigestAddress(sink, i, address));
    expect(hash.digest('hex')).to.equal(hex(whole));
    expect(() => batchDigest(crypto, { network: 'regtest', account: 7, side: 2, batchNo: 3 }, addresses.slice(1)))
      .to.throw()
      .with.property('code', 'bad-batch');
  });

  it('proof, attestation, pairing code', () => {
    const digest = new Uint8Array(32).fill(5);
    const input = Buffer.concat([Buffer.from('batch'), Buffer.from('0200000003', 'hex'), digest]);
    expect(hex(batchProof(crypto, key, 2, 3, digest))).to.equal(
      createHmac('sha256', key).update(input).digest('hex').slice(0, 32),
    );
    expect(hex(attestationHash(crypto, digest))).to.equal(
      sha(sha(Buffer.concat([Buffer.from('chaincloud attestation v2\n'), digest]))).toString('hex'),
    );
    const [cold, v] = [new Uint8Array(33).fill(2), new Uint8Array(33).fill(3)];
    const code = sha(Buffer.concat([Buffer.from('chaincloud pairing'), cold, v])).toString('hex');
    expect(pairingCode(crypto, cold, v)).to.equal(`${code.slice(0, 5)}-${code.slice(5, 10)}`);
  });

  it('equalBytes', () => {
    expect(equalBytes(new Uint8Array([1, 2]), new Uint8Array([1, 2]))).to.equal(true);
    expect(equalBytes(new Uint8Array([1, 2]), new Uint8Array([1, 3]))).to.equal(false);
    expect(equalBytes(new Uint8Array([1, 2]), new Uint8Array([1, 2, 0]))).to.equal(false);
    expect(equalBytes(new Uint8Array(0), new Uint8Array(0))).to.equal(true);
  });
});
