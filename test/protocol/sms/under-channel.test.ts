/** protocol/sms/v2.ts: SPEC.md 6. Operations under a channel. */
import { expect } from 'chai';
import { openSms, sealSms, smsChannelHint } from '../../../protocol/sms/v2';
import * as wire from '../../../protocol/wire';
import { seeded, seededBytes } from '../../../tools/bench/wire/line';
import { ColdChannels, VChannels } from '../../../tools/bench/wire/channel-ends';
import { code, start } from '../support/channel-pair';

describe('operations under a channel (SPEC.md 6)', () => {
  const { crypto, ids } = start(3);
  const fresh = () => {
    const v = new VChannels(crypto, ids.peers, ids.vPriv);
    const cold = new ColdChannels(crypto, ids.peers, ids.coldPriv);
    cold.lastId = 69_999;
    v.take(cold.take(v.ask()).accept!);
    return { v: v.current!, cold: cold.next! };
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
    expect(openSms(crypto, cold2, 'to-cold', many[39 - wire.SMS_REPLAY_WINDOW]).seq).to.equal(
      40 - wire.SMS_REPLAY_WINDOW,
    );
    expect(code(() => openSms(crypto, cold2, 'to-cold', many[38 - wire.SMS_REPLAY_WINDOW]))).to.equal('sms-replayed');
  });

  it('is bounded: one SMS, 65,535 messages', () => {
    const { v } = fresh();
    const room = wire.SMS_BODY_MAX - wire.SMS_HEADER_BYTES - wire.SMS_TAG_BYTES;
    expect(sealSms(crypto, v, 'to-cold', wire.SMS_STATUS, [new Uint8Array(room - 2)])).to.have.length(
      wire.SMS_BODY_MAX,
    );
    const before = v.sendSeq;
    expect(code(() => sealSms(crypto, v, 'to-cold', wire.SMS_STATUS, [new Uint8Array(room - 1)]))).to.equal(
      'sms-too-long',
    );
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
