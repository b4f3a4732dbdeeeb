// Previous transactions streamed in. Spec: BIP141 (txid), BIP144 (form); compared with @scure/btc-signer.
import { RawTx } from '@scure/btc-signer/script';
import { sha256 } from '@noble/hashes/sha2';
import { expect } from 'chai';
import { chance } from '../../../model/model';
import { feedPrevTx, prevTxId, readPrevTx } from '../../../../../firmware/cold/signing/tx/prev-tx';

interface Made {
  raw: Uint8Array;
  txid: Uint8Array;
  outputs: { amount: bigint; script: Uint8Array }[];
}

function made(next: () => number): Made {
  const whole = (n: number): number => Math.floor(next() * n);
  const bytes = (n: number): Uint8Array => Uint8Array.from({ length: n }, () => whole(256));
  const hasWitness = next() < 0.5;
  const inputs = Array.from({ length: 1 + whole(5) }, () => ({
    txid: bytes(32),
    index: whole(4),
    finalScriptSig: bytes(hasWitness ? 0 : whole(300)),
    sequence: whole(2 ** 31),
  }));
  const outputs = Array.from({ length: 1 + whole(next() < 0.1 ? 300 : 6) }, () => ({
    amount: BigInt(whole(2 ** 40)),
    script: bytes([22, 25, 34, 0, 80][whole(5)]),
  }));
  const fields = {
    version: 2,
    segwitFlag: hasWitness,
    inputs,
    outputs,
    witnesses: hasWitness ? inputs.map(() => [bytes(72), bytes(33), bytes(whole(400))]) : undefined,
    lockTime: whole(500_000),
  };
  const raw = RawTx.encode(fields);
  return {
    raw,
    txid: sha256(sha256(RawTx.encode({ ...fields, segwitFlag: false, witnesses: undefined }))),
    outputs,
  };
}

function read(raw: Uint8Array, vout: number, next: () => number, lenBytes = raw.length): ReturnType<typeof readPrevTx> {
  const reader = readPrevTx(lenBytes, vout);
  for (let at = 0; at < raw.length;) {
    const n = Math.min(raw.length - at, 1 + Math.floor(next() * 400));
    feedPrevTx(reader, raw.subarray(at, at + n));
    at += n;
  }
  return reader;
}

describe('cold/prev-tx', () => {
  it('finds txid, amount and script of any output, in pieces of any size, with and without witnesses', () => {
    const next = chance(11);
    for (let n = 0; n < 300; n++) {
      const tx = made(next);
      const vout = Math.floor(next() * tx.outputs.length);
      const reader = read(tx.raw, vout, next);
      expect(Buffer.from(prevTxId(reader)).toString('hex')).to.equal(Buffer.from(tx.txid).toString('hex'));
      expect(BigInt(reader.sats)).to.equal(tx.outputs[vout].amount);
      const script = tx.outputs[vout].script;
      expect(Buffer.from(reader.script).toString('hex')).to.equal(
        script.length <= 34 ? Buffer.from(script).toString('hex') : '',
      );
    }
  });

  it('refuses every truncation, every extension, and an output that is not there', () => {
    const next = chance(12);
    for (let n = 0; n < 40; n++) {
      const tx = made(next);
      const cut = Math.floor(next() * tx.raw.length);
      const refused = (raw: Uint8Array, vout: number): string => {
        try {
          prevTxId(read(raw, vout, next));
          return '';
        } catch (error: any) {
          return error.code;
        }
      };
      expect(refused(tx.raw.subarray(0, cut), 0), `cut at ${cut}`).to.equal('bad-prev-tx');
      expect(refused(Uint8Array.from([...tx.raw, 0]), 0)).to.equal('bad-prev-tx');
      expect(refused(tx.raw, tx.outputs.length)).to.equal('bad-prev-tx');
    }
  });

  it('takes a changed octet for another transaction, or for none', () => {
    const next = chance(13);
    for (let n = 0; n < 300; n++) {
      const tx = made(next);
      const changed = Uint8Array.from(tx.raw);
      changed[Math.floor(next() * changed.length)] ^= 1 << Math.floor(next() * 8);
      let isSame = false;
      let reader;
      try {
        reader = read(changed, 0, next);
        isSame = Buffer.from(prevTxId(reader)).equals(Buffer.from(tx.txid));
      } catch (error: any) {
        expect(error.code).to.equal('bad-prev-tx');
      }
      if (isSame) expect(BigInt(reader?.sats ?? 0), 'only a witness may change').to.equal(tx.outputs[0].amount);
    }
  });
});
