/** protocol/channel.ts and sms/v2.ts: SPEC.md 6 and 7. Who proves what, what is bound, and the laws under a bad network. */
import { createECDH, createHash } from 'node:crypto';
import { expect } from 'chai';
import { acceptBegin, channelFinish, channelOpen, gateKey, openCounter, smsAccount, wipeChannel } from '../../protocol/channel';
import { openSms, sealSms, smsChannelHint } from '../../protocol/sms/v2';
import * as wire from '../../protocol/wire';
import { protocolCrypto } from '../../host/protocol-crypto';
import { seeded, seededBytes } from '../../tools/bench/wire/line';
import { acceptAll, ColdModel, identities, VModel } from '../../tools/bench/wire/channel-ends';
import { FaultySms } from '../../tools/bench/wire/faulty-sms';

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'accepted';
};
const digest = (side: number, batchNo: number): Uint8Array => new Uint8Array(createHash('sha256').update(`${side}/${batchNo}`).digest());
const start = (seed: number) => {
  const crypto = protocolCrypto(seededBytes(seeded(seed)));
  return { crypto, ids: identities(crypto) };
};

describe('channel: Noise KK in two SMS (SPEC.md 7)', () => {
  const { crypto, ids } = start(1);
  const pending = channelOpen(crypto, ids.peers, ids.vPriv, 5);
  const cold = acceptAll(crypto, ids, pending.sms, 9);

  it('both ends hold the same three keys and the channel id; OPEN and ACCEPT fit one SMS', () => {
    const copy = { ...pending, ck32: Uint8Array.from(pending.ck32), ephemeral32: Uint8Array.from(pending.ephemeral32) };
    const v = channelFinish(crypto, ids.peers, ids.vPriv, copy, cold.sms);
    expect(v).to.deep.equal(cold.channel);
    expect([v.id, v.counter]).to.deep.equal([9, 5]);
    expect(new Set([v.keyRequest32, v.keyToCold32, v.keyToV32].map((k) => Buffer.from(k).toString('hex'))).size).to.equal(3);
    expect([pending.sms.length, cold.sms.length]).to.deep.equal([wire.SMS_OPEN_BYTES, wire.SMS_ACCEPT_BYTES]);
    expect(Math.max(pending.sms.length, cold.sms.length)).to.be.at.most(wire.SMS_BODY_MAX);
    expect(Buffer.from(copy.ephemeral32).equals(Buffer.alloc(32)), 'V’s ephemeral key is wiped').to.equal(true);
  });

  it('DH is SHA-256 of the compressed shared point, as node:crypto computes it', () => {
    const ecdh = createECDH('secp256k1');
    ecdh.setPrivateKey(Buffer.from(ids.vPriv));
    const ssGate = gateKey(crypto, ids.coldPriv, ids.peers.vIdentity33);
    expect(ssGate).to.deep.equal(ids.peers.ssGate32);
    const x = ecdh.computeSecret(Buffer.from(ids.peers.coldIdentity33));
    const candidates = [2, 3].map((parity) => createHash('sha256').update(Buffer.concat([Buffer.from([parity]), x])).digest('hex'));
    expect(candidates).to.include(Buffer.from(ssGate).toString('hex'));
  });

  it('every bit of OPEN and ACCEPT counts', () => {
    for (let i = 0; i < pending.sms.length * 8; i++) {
      const sms = Uint8Array.from(pending.sms);
      sms[i >> 3] ^= 1 << (i & 7);
      expect(code(() => acceptAll(crypto, ids, sms, 9)), `OPEN bit ${i}`).to.equal('channel-forged');
    }
    for (let i = 0; i < cold.sms.length * 8; i += 3) {
      const sms = Uint8Array.from(cold.sms);
      sms[i >> 3] ^= 1 << (i & 7);
      expect(code(() => channelFinish(crypto, ids.peers, ids.vPriv, pending, sms)), `ACCEPT bit ${i}`).to.equal('channel-forged');
    }
  });

  it('is worth nothing on another network, account, with another identity at either end, or another counter', () => {
    const other = start(2);
    const variants = [
      { ...ids.peers, network: 'main' }, { ...ids.peers, account: 8 }, { ...ids.peers, vIdentity33: other.ids.peers.vIdentity33 }, { ...ids.peers, coldIdentity33: other.ids.peers.coldIdentity33 },
    ];
    for (const peers of variants) {
      const sms = Uint8Array.from(pending.sms);
      sms[2] = peers.account;
      expect(code(() => acceptAll(crypto, { ...ids, peers }, sms, 9))).to.equal('channel-forged');
    }
    const later = Uint8Array.from(pending.sms);
    later[6]++;
    expect(code(() => openCounter(crypto, ids.peers, later))).to.equal('channel-forged');
    const second = channelOpen(crypto, ids.peers, ids.vPriv, 6);
    expect(code(() => channelFinish(crypto, ids.peers, ids.vPriv, second, cold.sms)), 'the ACCEPT of another OPEN').to.equal('channel-forged');
  });

  it('turns a forged OPEN away without point arithmetic, and an attacker who knows all public keys cannot pass', () => {
    const blind = { ...crypto, ecdh: () => { throw new Error('point arithmetic'); }, pubkeyCreate: () => { throw new Error('point arithmetic'); } };
    const attacker = channelOpen(crypto, { ...ids.peers, ssGate32: new Uint8Array(32) }, crypto.random(32), 99);
    expect(code(() => acceptBegin(blind, ids.peers, attacker.sms, 9))).to.equal('channel-forged');
    expect(openCounter(blind, ids.peers, pending.sms)).to.equal(5);
  });

  it('the gate alone does not open: who holds only ssGate32 fails at the ephemeral key', () => {
    const thief = channelOpen(crypto, ids.peers, crypto.random(32), 99);
    expect(openCounter(crypto, ids.peers, thief.sms)).to.equal(99);
    expect(code(() => acceptAll(crypto, ids, thief.sms, 9))).to.equal('channel-forged');
  });

  it('lengths and counters at their bounds', () => {
    expect(smsAccount(pending.sms)).to.equal(7);
    expect(smsAccount(pending.sms.slice(1))).to.equal(-1);
    expect(smsAccount(Uint8Array.from([...pending.sms, 0]))).to.equal(-1);
    expect(smsAccount(new Uint8Array(0))).to.equal(-1);
    for (const counter of [0, -1, 1.5, 4294967296, NaN]) expect(code(() => channelOpen(crypto, ids.peers, ids.vPriv, counter))).to.equal('bad-counter');
    expect(openCounter(crypto, ids.peers, channelOpen(crypto, ids.peers, ids.vPriv, 4294967295).sms)).to.equal(4294967295);
    for (const id of [0, 4294967296]) expect(code(() => acceptBegin(crypto, ids.peers, pending.sms, id))).to.equal('bad-channel-id');
  });

  it('a wiped channel seals nothing that the other end would take', () => {
    const mine = acceptAll(crypto, ids, pending.sms, 10);
    const twin = { ...mine.channel, keyToV32: Uint8Array.from(mine.channel.keyToV32) };
    wipeChannel(mine.channel);
    expect(code(() => openSms(crypto, twin, 'to-v', sealSms(crypto, mine.channel, 'to-v', wire.SMS_ALARM, [1, 2, 3])))).to.equal('sms-forged');
  });
});

describe('operations under a channel (SPEC.md 6)', () => {
  const { crypto, ids } = start(3);
  const fresh = () => {
    const pending = channelOpen(crypto, ids.peers, ids.vPriv, 1);
    const cold = acceptAll(crypto, ids, pending.sms, 70_000);
    return { v: channelFinish(crypto, ids.peers, ids.vPriv, pending, cold.sms), cold: cold.channel };
  };

  it('carry fields sealed; names of channel and op in the clear, nothing else', () => {
    const { v, cold } = fresh();
    const sms = sealSms(crypto, v, 'to-cold', wire.SMS_BATCH_VERIFY, [1, 5]);
    expect(smsChannelHint(sms)).to.equal(70_000 & 0xffff);
    expect(openSms(crypto, cold, 'to-cold', sms)).to.deep.equal({ op: wire.SMS_BATCH_VERIFY, seq: 1, fields: [1, 5] });
    expect(sealSms(crypto, v, 'to-cold', wire.SMS_BATCH_VERIFY, [1, 5])).to.not.deep.equal(sms);
  });

  it('every bit counts, in both directions, and directions do not mix', () => {
    const { v, cold } = fresh();
    const sms = sealSms(crypto, cold, 'to-v', wire.SMS_ALARM, [1, 2, 1_790_000_000]);
    for (let i = 0; i < sms.length * 8; i++) {
      const bad = Uint8Array.from(sms);
      bad[i >> 3] ^= 1 << (i & 7);
      expect(code(() => openSms(crypto, v, 'to-v', bad))).to.be.oneOf(['sms-forged', 'sms-malformed']);
    }
    expect(code(() => openSms(crypto, v, 'to-cold', sms))).to.equal('sms-malformed');
    expect(code(() => sealSms(crypto, v, 'to-cold', wire.SMS_ALARM, []))).to.equal('bad-op');
    expect(openSms(crypto, v, 'to-v', sms).fields).to.deep.equal([1, 2, 1_790_000_000]);
  });

  it('takes late and reordered SMS once, up to the window', () => {
    const { v, cold } = fresh();
    const all = Array.from({ length: 80 }, (_, i) => sealSms(crypto, v, 'to-cold', wire.SMS_STATUS, [i]));
    const next = seeded(8);
    const order = all.map((sms, i) => ({ sms, i, at: i + next() * 20 })).sort((a, b) => a.at - b.at);
    for (const { sms, i } of order) {
      expect(openSms(crypto, cold, 'to-cold', sms).seq).to.equal(i + 1);
      expect(code(() => openSms(crypto, cold, 'to-cold', sms))).to.equal('sms-replayed');
    }
    const { v: v2, cold: cold2 } = fresh();
    const many = Array.from({ length: 40 }, () => sealSms(crypto, v2, 'to-cold', wire.SMS_STATUS, []));
    openSms(crypto, cold2, 'to-cold', many[39]);
    expect(openSms(crypto, cold2, 'to-cold', many[39 - wire.SMS_REPLAY_WINDOW]).seq).to.equal(40 - wire.SMS_REPLAY_WINDOW);
    expect(code(() => openSms(crypto, cold2, 'to-cold', many[38 - wire.SMS_REPLAY_WINDOW]))).to.equal('sms-replayed');
  });

  it('is bounded: one SMS, 65,535 messages', () => {
    const { v } = fresh();
    const room = wire.SMS_BODY_MAX - wire.SMS_HEADER_BYTES - wire.SMS_TAG_BYTES;
    expect(sealSms(crypto, v, 'to-cold', wire.SMS_STATUS, [new Uint8Array(room - 2)])).to.have.length(wire.SMS_BODY_MAX);
    const before = v.sendSeq;
    expect(code(() => sealSms(crypto, v, 'to-cold', wire.SMS_STATUS, [new Uint8Array(room - 1)]))).to.equal('sms-too-long');
    expect(v.sendSeq).to.equal(before);
    v.sendSeq = wire.SMS_SEQ_MAX - 1;
    expect(code(() => sealSms(crypto, v, 'to-cold', wire.SMS_STATUS, []))).to.equal('accepted');
    expect(code(() => sealSms(crypto, v, 'to-cold', wire.SMS_STATUS, []))).to.equal('channel-exhausted');
  });

  it('a rolled-back counter does not open the cipher: other fields, other key stream', () => {
    const { v } = fresh();
    const a = sealSms(crypto, { ...v }, 'to-cold', wire.SMS_BATCH_VERIFY, [1, 1]);
    const b = sealSms(crypto, { ...v }, 'to-cold', wire.SMS_BATCH_VERIFY, [1, 2]);
    const xored = a.slice(5, 7).map((byte, i) => byte ^ b[5 + i]);
    expect([...xored], 'not the xor of the plain texts').to.not.deep.equal([0, 3]);
  });

  it('bytes of anyone’s making are turned away by code', () => {
    const { cold } = fresh();
    const next = seeded(12);
    const before = JSON.stringify(cold);
    for (let i = 0; i < 3000; i++) {
      const bytes = seededBytes(next)(Math.floor(next() * 145));
      if (next() < 0.7 && bytes.length > 3) bytes.set([wire.SMS_BATCH_VERIFY, (cold.id >> 8) & 255, cold.id & 255]);
      expect(code(() => openSms(crypto, cold, 'to-cold', bytes))).to.be.oneOf(['sms-malformed', 'sms-forged']);
    }
    expect(JSON.stringify(cold)).to.equal(before);
  });
});

describe('channel under a bad network: loss 10 %, duplicates 10 %, delays up to an hour (SPEC.md 7.4)', () => {
  it('12 runs of several days: every operation ends, results are right, the ends agree within one retry', function () {
    this.timeout(120_000);
    for (let seed = 1; seed <= 12; seed++) {
      const next = seeded(seed * 104_729);
      const { crypto, ids } = start(seed);
      const wrong = Math.floor(next() * 4);
      const cold = new ColdModel(crypto, ids, digest);
      const v = new VModel(crypto, ids, (side, batchNo) => (batchNo % 4 === wrong ? digest(9, 9) : digest(side, batchNo)));
      const net = new FaultySms(next, { loss: 0.1, duplicate: 0.1, delayMaxS: 3600 });
      const record: Uint8Array[] = [];
      const deliver = (sms: { to: string; body: Uint8Array }): void => {
        record.push(sms.body);
        const answer = sms.to === 'cold' ? cold.take(sms.body) : (v.take(sms.body), undefined);
        if (answer) net.send('v', answer);
      };
      const waitUntil = (untilS: number, isDone: () => boolean): void => {
        while (!isDone()) {
          const sms = net.nextSms(untilS);
          if (!sms) return;
          deliver(sms);
        }
      };
      for (let day = 0; day < 3; day++) {
        const counterBefore = v.current?.counter ?? 0;
        let tries = 0;
        while ((v.current?.counter ?? 0) === counterBefore || v.pending) {
          expect(++tries, `seed ${seed}: channel`).to.be.below(30);
          net.send('cold', v.open(next() < 0.3));
          waitUntil(net.nowS + 900, () => !v.pending);
        }
        for (let batchNo = day * 3; batchNo < day * 3 + 3; batchNo++) {
          const key = `1/${batchNo}`;
          for (tries = 0; !v.results.has(key); tries++) {
            expect(tries, `seed ${seed}: batch`).to.be.below(30);
            net.send('cold', v.verify(1, batchNo));
            if (next() < 0.2 && record.length) net.inject(next() < 0.5 ? 'cold' : 'v', record[Math.floor(next() * record.length)], next() * 5000);
            waitUntil(net.nowS + 600, () => v.results.has(key));
          }
          expect(v.results.get(key), `seed ${seed} batch ${batchNo}`).to.equal(batchNo % 4 !== wrong);
          expect(cold.current?.id, 'after an answered operation both are on the same channel').to.equal(v.current?.id);
          expect(cold.current?.keyRequest32).to.deep.equal(v.current?.keyRequest32);
        }
      }
    }
  });
});
