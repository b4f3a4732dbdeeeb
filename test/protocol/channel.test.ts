/** protocol/channel.ts, channel-v.ts and sms/v2.ts: SPEC.md 6 and 7. Who proves what, what is bound, and the laws under a bad network. */
import { createECDH, createHash } from 'node:crypto';
import { expect } from 'chai';
import { Channel, MADE_BY_BOTH, MADE_BY_COLD, MADE_BY_V, pairChannel, pairKey, sharedSecret, wipeChannel } from '../../protocol/channel';
import { beginOpen, beginRenew, finishPending, pendingSms, receiveOnly } from '../../protocol/channel-v';
import type { ProtocolCrypto } from '../../protocol/crypto';
import { openSms, sealAccept, sealSms, smsChannelHint } from '../../protocol/sms/v2';
import * as wire from '../../protocol/wire';
import { protocolCrypto } from '../../host/protocol-crypto';
import { seeded, seededBytes } from '../../tools/bench/wire/line';
import { ColdChannels, ColdModel, identities, Identities, VChannels, VModel } from '../../tools/bench/wire/channel-ends';
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
const copyOf = (channel: Channel): Channel => ({ ...channel, key32: Uint8Array.from(channel.key32), own32: Uint8Array.from(channel.own32), other32: Uint8Array.from(channel.other32) });
const flips = (sms: Uint8Array): Uint8Array[] => Array.from({ length: sms.length * 8 }, (_, i) => sms.map((octet, at) => (at === i >> 3 ? octet ^ (1 << (i & 7)) : octet)));

/** Two ends of a pairing, and what one day of them is. */
function ends(seed: number): { crypto: ProtocolCrypto; ids: Identities; v: VChannels; cold: ColdChannels; exchange: () => Uint8Array[]; use: () => void; day: () => Uint8Array[] } {
  const { crypto, ids } = start(seed);
  const v = new VChannels(crypto, ids.peers, ids.vPriv);
  const cold = new ColdChannels(crypto, ids.peers, ids.coldPriv);
  const exchange = (): Uint8Array[] => {
    const ask = v.ask();
    const accept = cold.take(ask).accept!;
    v.take(accept);
    return [ask, accept];
  };
  const use = (): void => void cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_STATUS, []));
  const day = (): Uint8Array[] => {
    const both = exchange();
    use();
    return both;
  };
  return { crypto, ids, v, cold, exchange, use, day };
}

describe('channel: an interactive X3DH, then the DH ratchet in turns (SPEC.md 7)', () => {
  it('both ends hold the same key; the keys of an exchange come from V and HSM-Cold in turn; each exchange is one SMS each way', () => {
    const { v, cold, day, ids } = ends(1);
    const seen = new Set<string>();
    const made = [];
    for (let i = 0; i < 7; i++) {
      const [ask, accept] = day();
      expect(Buffer.from(cold.current!.key32).equals(v.current!.key32)).to.equal(true);
      expect([v.current!.id, v.current!.made]).to.deep.equal([i + 1, cold.current!.made]);
      made.push(v.current!.made);
      seen.add(Buffer.from(v.current!.key32).toString('hex'));
      const octets = ask.length + accept.length + 2 * wire.SMS_UDH_BYTES;
      expect(octets, 'half of v1’s 161').to.be.at.most(i ? 80 : 118);
      expect(v.pending).to.equal(undefined);
    }
    expect(made).to.deep.equal([MADE_BY_BOTH, MADE_BY_V, MADE_BY_COLD, MADE_BY_V, MADE_BY_COLD, MADE_BY_V, MADE_BY_COLD]);
    expect(seen.size).to.equal(7);
    expect(ids.peers.account).to.equal(7);
  });

  it('stays within 80 octets for the largest channel ids', () => {
    const { cold, day } = ends(31);
    day();
    cold.lastId = wire.CHANNEL_ID_MAX - 3;
    for (let i = 0; i < 3; i++) expect(day().reduce((sum, sms) => sum + sms.length + wire.SMS_UDH_BYTES, 0)).to.be.at.most(80);
  });

  it('costs HSM-Cold one multiplication a day, one more when it is its turn, and three and one for an OPEN', () => {
    const { crypto, ids } = start(2);
    const count = { ecdh: 0, pubkey: 0 };
    const counted: ProtocolCrypto = { ...crypto, ecdh: (pub, priv) => (count.ecdh++, crypto.ecdh(pub, priv)), pubkeyCreate: (priv) => (count.pubkey++, crypto.pubkeyCreate(priv)) };
    const cold = new ColdChannels(counted, ids.peers, ids.coldPriv);
    const v = new VChannels(crypto, ids.peers, ids.vPriv);
    const costs = [];
    for (let i = 0; i < 3; i++) {
      Object.assign(count, { ecdh: 0, pubkey: 0 });
      v.take(cold.take(v.ask()).accept!);
      costs.push([count.ecdh, count.pubkey]);
      cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_STATUS, []));
    }
    expect(costs).to.deep.equal([[3, 1], [1, 0], [1, 1]]);
  });

  it('DH is SHA-256 of the shared point’s x, as node:crypto computes it, whatever the sign of a key', () => {
    const { crypto, ids } = start(3);
    const ecdh = createECDH('secp256k1');
    ecdh.setPrivateKey(Buffer.from(ids.vPriv));
    const expected = createHash('sha256').update(ecdh.computeSecret(Buffer.from(ids.peers.coldIdentity33))).digest('hex');
    for (const pub of [ids.peers.coldIdentity33, ids.peers.coldIdentity33.slice(1)]) expect(Buffer.from(sharedSecret(crypto, pub, ids.vPriv)).toString('hex')).to.equal(expected);
    expect(Buffer.from(sharedSecret(crypto, ids.peers.vIdentity33.slice(1), ids.coldPriv)).toString('hex')).to.equal(expected);
  });

  it('every bit of OPEN, RENEW and ACCEPT counts', () => {
    const { crypto, ids, v, cold, use } = ends(4);
    for (let turn = 0; turn < 3; turn++) {
      const ask = v.ask();
      const before = JSON.stringify([cold.current, cold.next, cold.vCounter, cold.lastId]);
      for (const bad of flips(ask)) expect(code(() => cold.take(bad)), `turn ${turn}`).to.be.oneOf(['sms-forged', 'sms-malformed', 'no-channel']);
      expect(JSON.stringify([cold.current, cold.next, cold.vCounter, cold.lastId])).to.equal(before);
      const accept = cold.take(ask).accept!;
      const base = v.pending!.baseId ? v.current! : v.pair;
      for (const bad of flips(accept)) expect(code(() => finishPending(crypto, ids.peers, ids.vPriv, base, v.pending!, bad))).to.equal('channel-forged');
      for (let i = 0; i < accept.length; i++) expect(code(() => finishPending(crypto, ids.peers, ids.vPriv, base, v.pending!, accept.slice(0, i)))).to.equal('channel-forged');
      v.take(accept);
      use();
    }
  });

  it('is worth nothing on another network or account, or with another identity at either end; nor is the ACCEPT of another exchange', () => {
    const { crypto, ids } = start(5);
    const other = start(6).ids.peers;
    const pending = beginOpen(crypto, 5);
    const pairOf = (peers: Identities['peers']): Channel => pairChannel(peers.account, pairKey(crypto, peers, ids.vPriv, ids.peers.coldIdentity33));
    const open = pendingSms(crypto, pairOf(ids.peers), pending);
    const accept = new ColdChannels(crypto, ids.peers, ids.coldPriv).take(open).accept!;
    for (const peers of [{ ...ids.peers, network: 'main' }, { ...ids.peers, account: 8 }, { ...ids.peers, vIdentity33: other.vIdentity33 }, { ...ids.peers, coldIdentity33: other.coldIdentity33 }]) {
      const sms = Uint8Array.from(open);
      sms[2] = peers.account;
      const cold = new ColdChannels(crypto, peers, ids.coldPriv);
      expect(code(() => cold.take(sms))).to.equal('sms-forged');
      expect(code(() => finishPending(crypto, peers, ids.vPriv, pairOf(peers), pending, accept))).to.equal('channel-forged');
    }
    expect(code(() => finishPending(crypto, ids.peers, ids.vPriv, pairOf(ids.peers), beginOpen(crypto, 5), accept))).to.equal('channel-forged');
    expect(finishPending(crypto, ids.peers, ids.vPriv, pairOf(ids.peers), pending, accept).id).to.equal(1);
  });

  it('a forged OPEN costs HSM-Cold no point arithmetic; an old one neither', () => {
    const { crypto, ids } = start(7);
    const cold = new ColdChannels(crypto, ids.peers, ids.coldPriv);
    const v = new VChannels(crypto, ids.peers, ids.vPriv);
    const old = v.ask();
    cold.take(old);
    v.beginOpen();
    cold.take(v.ask());
    const never = (): never => {
      throw new Error('point arithmetic');
    };
    Object.assign(crypto, { ecdh: never, pubkeyCreate: never });
    const stranger = protocolCrypto(seededBytes(seeded(99)));
    const guess = pairChannel(7, stranger.random(32));
    expect(code(() => cold.take(pendingSms(stranger, guess, beginOpen(stranger, 4_000_000_000))))).to.equal('sms-forged');
    expect(code(() => cold.take(old))).to.equal('ignored');
  });

  it('who holds only the pairing key gets no channel out of an OPEN of his own', () => {
    const { crypto, ids } = start(8);
    const cold = new ColdChannels(crypto, ids.peers, ids.coldPriv);
    const thief = beginOpen(crypto, 99);
    const accept = cold.take(pendingSms(crypto, cold.pair, thief)).accept!;
    expect(code(() => finishPending(crypto, ids.peers, crypto.random(32), cold.pair, thief, accept)), 'se needs V’s identity key').to.equal('channel-forged');
  });

  it('counters at their bounds', () => {
    const { crypto, ids } = start(9);
    for (const counter of [0, -1, 1.5, 4294967296, NaN]) expect(code(() => beginOpen(crypto, counter))).to.equal('bad-counter');
    const cold = new ColdChannels(crypto, ids.peers, ids.coldPriv);
    cold.take(pendingSms(crypto, cold.pair, beginOpen(crypto, 4294967295)));
    expect(cold.vCounter).to.equal(4294967295);
  });

  it('reflection: neither end takes what it could have said itself', () => {
    const { v, cold, day } = ends(10);
    day();
    const renew = v.ask();
    const accept = cold.take(renew).accept!;
    expect(code(() => v.take(renew))).to.equal('sms-malformed');
    expect(code(() => cold.take(accept))).to.equal('sms-malformed');
  });

  it('turns are kept: HSM-Cold takes no key of V out of turn, and none that is missing', () => {
    const { crypto, v, cold, day } = ends(11);
    day();
    expect(code(() => cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_RENEW, [])))).to.equal('ignored');
    for (const bad of [new Uint8Array(31), new Uint8Array(33), 5, 'x'.repeat(32)]) expect(code(() => cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_RENEW, [bad])))).to.equal('ignored');
    day();
    expect(code(() => cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_RENEW, [crypto.random(32)])))).to.equal('ignored');
  });

  it('the same ACCEPT comes again for a repeated question, also after HSM-Cold restarted, and no second channel', () => {
    const { crypto, v, cold, day, use } = ends(12);
    for (let turn = 0; turn < 3; turn++) {
      const accept = cold.take(v.ask()).accept!;
      cold.next = { ...cold.next!, said32: undefined };
      expect(cold.take(v.ask()).accept).to.deep.equal(accept);
      expect(cold.lastId).to.equal(turn + 1);
      v.take(accept);
      expect(code(() => v.take(accept))).to.equal('none-open');
      use();
    }
    day();
    expect(openSms(crypto, cold.current!, 'to-cold', sealSms(crypto, v.current!, 'to-cold', wire.SMS_STATUS, [])).op).to.equal(wire.SMS_STATUS);
    expect(openSms(crypto, v.current!, 'to-v', sealSms(crypto, cold.current!, 'to-v', wire.SMS_ALARM, [1, 2, 3])).seq, 'after ACCEPT’s').to.equal(2);
  });

  it('a wiped channel seals nothing that the other end would take', () => {
    const { crypto, v, cold, day } = ends(13);
    day();
    wipeChannel(cold.current!);
    expect(code(() => openSms(crypto, v.current!, 'to-v', sealSms(crypto, cold.current!, 'to-v', wire.SMS_ALARM, [1, 2, 3])))).to.equal('sms-forged');
  });

  it('forward secrecy: nothing of yesterday’s keys is left at either end', () => {
    const { crypto, v, cold, day, exchange, use } = ends(14);
    day();
    day();
    const [vOld, coldOld] = [v.current!, cold.current!];
    const recorded = sealSms(crypto, copyOf(vOld), 'to-cold', wire.SMS_BATCH_VERIFY, [1, 2]);
    const secrets = [vOld.key32, coldOld.key32].map((key) => Uint8Array.from(key));
    exchange();
    use();
    expect([vOld.key32, vOld.own32, coldOld.key32, coldOld.own32].every((key) => key.every((octet) => octet === 0))).to.equal(true);
    const left = JSON.stringify([v.current, v.old, cold.current, cold.next]);
    for (const key of secrets) expect(left).to.not.include(JSON.stringify(key));
    for (const channel of [cold.current!, v.current!]) expect(code(() => openSms(crypto, { ...channel, id: vOld.id }, 'to-cold', recorded))).to.equal('sms-forged');
  });

  it('what V keeps of the channel before reads HSM-Cold’s SMS, and neither asks, vouches nor leads on', () => {
    const { crypto, v, cold, day } = ends(15);
    day();
    const alarm = sealSms(crypto, cold.current!, 'to-v', wire.SMS_ALARM, [1, 2, 3]);
    const rest = receiveOnly(crypto, v.current!);
    expect(openSms(crypto, rest, 'to-v', alarm).fields).to.deep.equal([1, 2, 3]);
    expect([rest.key32.length, rest.own32.length]).to.deep.equal([0, 0]);
    expect(code(() => cold.take(sealSms(crypto, rest, 'to-cold', wire.SMS_STATUS, [])))).to.equal('sms-forged');
  });

  it('healing: who copied all of V’s channel state and only listens is out after V’s next turn, at the latest the second exchange', () => {
    const { crypto, ids, v, cold, day } = ends(16);
    day();
    for (const turns of [1, 2]) {
      const thief = copyOf(v.current!);
      let stolen: Channel | undefined = thief;
      let followed = 0;
      for (let i = 0; i < turns && stolen; i++) {
        const pending = { ...beginRenew(crypto, stolen), own32: Uint8Array.from(stolen.own32) };
        const [ask, accept] = day();
        const fields = openSms(crypto, stolen, 'to-cold', ask).fields;
        pending.fresh32 = (fields[0] as Uint8Array | undefined) ?? new Uint8Array(0);
        const base = stolen;
        stolen = undefined;
        if (code(() => (stolen = finishPending(crypto, ids.peers, ids.vPriv, base, pending, accept))) === 'accepted') followed++;
      }
      expect([followed, stolen], 'HSM-Cold’s turn he can follow, V’s not').to.deep.equal([turns - 1, undefined]);
      expect(Buffer.from(v.current!.key32).equals(cold.current!.key32)).to.equal(true);
    }
  });
});

describe('channel: lost state, rollback, replay (SPEC.md 7.5)', () => {
  it('V restored from yesterday: its RENEW is ignored, its OPEN makes a channel again', () => {
    const { v, cold, day, exchange, use } = ends(20);
    day();
    const yesterday = copyOf(v.current!);
    day();
    day();
    v.current = yesterday;
    for (let i = 0; i < 4; i++) expect(code(() => cold.take(v.ask()))).to.equal('no-channel');
    v.counter = 1_790_000_000;
    exchange();
    use();
    expect(Buffer.from(v.current!.key32).equals(cold.current!.key32)).to.equal(true);
  });

  it('V restored within the same channel, its numbers behind: refused as replays, until its OPEN', () => {
    const { crypto, v, cold, day, exchange, use } = ends(21);
    day();
    const earlier = copyOf(v.current!);
    for (let i = 0; i < 9; i++) cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_STATUS, []));
    v.current = earlier;
    for (let i = 0; i < 4; i++) expect(code(() => cold.take(v.ask()))).to.equal('sms-replayed');
    exchange();
    use();
    expect(cold.current!.made).to.equal(MADE_BY_BOTH);
  });

  it('HSM-Cold restored without channels: nothing recorded makes it act, V’s OPEN makes a channel with a number above all', () => {
    const { crypto, ids, v, day, exchange } = ends(22);
    const record = [...day(), ...day(), ...day()];
    const restored = new ColdChannels(crypto, ids.peers, ids.coldPriv);
    restored.lastId = 900;
    const answers = record.filter((sms) => code(() => restored.take(sms)) === 'accepted');
    expect(answers, 'only the recorded OPEN').to.deep.equal([record[0]]);
    expect(restored.next!.other32, 'V’s old key: nobody holds its private half').to.deep.equal(openSms(crypto, { ...restored.pair }, 'to-cold', record[0]).fields[1]);
    v.beginOpen();
    const accept = restored.take(v.ask()).accept!;
    v.take(accept);
    restored.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_STATUS, []));
    expect([v.current!.id, restored.current!.id]).to.deep.equal([902, 902]);
    expect(code(() => restored.take(record[0]))).to.equal('ignored');
    expect(exchange).to.be.a('function');
  });

  it('HSM-Cold rolled back to yesterday’s flash: the dead channel carries nothing of V’s, one OPEN mends it', () => {
    const { crypto, v, cold, day, exchange, use } = ends(23);
    day();
    const yesterday = copyOf(cold.current!);
    day();
    day();
    cold.current = yesterday;
    cold.next = undefined;
    expect(code(() => cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_STATUS, [])))).to.equal('no-channel');
    v.beginOpen();
    exchange();
    use();
    expect(Buffer.from(v.current!.key32).equals(cold.current!.key32)).to.equal(true);
  });

  it('a late RENEW does not undo an OPEN, a late ACCEPT does not undo anything', () => {
    const { v, cold, day, use } = ends(24);
    day();
    const renew = v.ask();
    v.beginOpen();
    const accept = cold.take(v.ask()).accept!;
    expect(code(() => cold.take(renew))).to.equal('ignored');
    v.take(accept);
    use();
    expect(Buffer.from(v.current!.key32).equals(cold.current!.key32)).to.equal(true);
    expect(code(() => cold.take(renew))).to.equal('no-channel');
    const next = v.ask();
    expect(code(() => v.take(accept)), 'an ACCEPT of before').to.equal('channel-forged');
    v.take(cold.take(next).accept!);
    use();
    expect(cold.current!.made).to.equal(MADE_BY_V);
  });

  it('half open is not used: V’s old channel works until ACCEPT, HSM-Cold’s until V speaks under the new one, then it is dead', () => {
    const { crypto, v, cold, day, use } = ends(25);
    day();
    const accept = cold.take(v.ask()).accept!;
    expect(cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_STATUS, [])).op).to.equal(wire.SMS_STATUS);
    const old = copyOf(v.current!);
    const alarm = sealSms(crypto, cold.current!, 'to-v', wire.SMS_ALARM, [1, 2, 3]);
    v.take(accept);
    expect(v.take(alarm)).to.deep.equal({ op: wire.SMS_ALARM, fields: [1, 2, 3], isOld: true });
    use();
    expect(code(() => cold.take(sealSms(crypto, old, 'to-cold', wire.SMS_STATUS, [])))).to.equal('no-channel');
    expect(code(() => sealAccept(crypto, cold.current!))).to.equal('accepted');
  });
});

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

describe('channel under a bad network: loss 10 %, duplicates 10 %, delays up to an hour (SPEC.md 7.5)', () => {
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
        const answer = sms.to === 'cold' ? cold.answer(sms.body) : (v.hear(sms.body), undefined);
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
        const before = v.current;
        let tries = 0;
        while (v.current === before) {
          expect(++tries, `seed ${seed}: channel`).to.be.below(30);
          if (next() < 0.1) v.beginOpen();
          net.send('cold', v.ask());
          waitUntil(net.nowS + 900, () => v.current !== before);
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
          expect(cold.current?.key32).to.deep.equal(v.current?.key32);
        }
      }
    }
  });
});
