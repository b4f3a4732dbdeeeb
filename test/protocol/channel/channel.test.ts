/** protocol/channel/channel.ts and channel-v.ts: SPEC.md 7. Who proves what, and what is bound. */
import { createECDH, createHash } from 'node:crypto';
import { expect } from 'chai';
import {
  Channel,
  MADE_BY_BOTH,
  MADE_BY_COLD,
  MADE_BY_V,
  pairChannel,
  pairKey,
  sharedSecret,
  wipeChannel,
} from '../../../protocol/channel/channel';
import { beginOpen, beginRenew, finishPending, pendingSms, receiveOnly } from '../../../protocol/channel/channel-v';
import type { ProtocolCrypto } from '../../../protocol/crypto';
import { openSms, sealSms } from '../../../protocol/sms/v2';
import * as wire from '../../../protocol/wire';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';
import { seeded, seededBytes } from '../../../tools/bench/wire/line';
import { ColdChannels, Identities, VChannels } from '../../../tools/bench/wire/channel-ends';
import { code, start, copyOf, flips, ends } from '../support/channel-pair';

describe('channel: an interactive X3DH, then the DH ratchet in turns (SPEC.md 7)', () => {
  it('both ends hold the same key; V and HSM-Cold contribute in turn; an exchange is one SMS each way', () => {
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
    expect(made).to.deep.equal([
      MADE_BY_BOTH,
      MADE_BY_V,
      MADE_BY_COLD,
      MADE_BY_V,
      MADE_BY_COLD,
      MADE_BY_V,
      MADE_BY_COLD,
    ]);
    expect(seen.size).to.equal(7);
    expect(ids.peers.account).to.equal(7);
  });

  it('stays within 80 octets for the largest channel ids', () => {
    const { cold, day } = ends(31);
    day();
    cold.lastId = wire.CHANNEL_ID_MAX - 3;
    for (let i = 0; i < 3; i++)
      expect(day().reduce((sum, sms) => sum + sms.length + wire.SMS_UDH_BYTES, 0)).to.be.at.most(80);
  });

  it('costs HSM-Cold one multiplication a day, one more when it is its turn, and three and one for an OPEN', () => {
    const { crypto, ids } = start(2);
    const count = { ecdh: 0, pubkey: 0 };
    const counted: ProtocolCrypto = {
      ...crypto,
      ecdh: (pub, priv) => (count.ecdh++, crypto.ecdh(pub, priv)),
      pubkeyCreate: (priv) => (count.pubkey++, crypto.pubkeyCreate(priv)),
    };
    const cold = new ColdChannels(counted, ids.peers, ids.coldPriv);
    const v = new VChannels(crypto, ids.peers, ids.vPriv);
    const costs = [];
    for (let i = 0; i < 3; i++) {
      Object.assign(count, { ecdh: 0, pubkey: 0 });
      v.take(cold.take(v.ask()).accept!);
      costs.push([count.ecdh, count.pubkey]);
      cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_STATUS, []));
    }
    expect(costs).to.deep.equal([
      [3, 1],
      [1, 0],
      [1, 1],
    ]);
  });

  it('DH is SHA-256 of the shared point’s x, as node:crypto computes it, whatever the sign of a key', () => {
    const { crypto, ids } = start(3);
    const ecdh = createECDH('secp256k1');
    ecdh.setPrivateKey(Buffer.from(ids.vPriv));
    const expected = createHash('sha256')
      .update(ecdh.computeSecret(Buffer.from(ids.peers.coldIdentity33)))
      .digest('hex');
    for (const pub of [ids.peers.coldIdentity33, ids.peers.coldIdentity33.slice(1)])
      expect(Buffer.from(sharedSecret(crypto, pub, ids.vPriv)).toString('hex')).to.equal(expected);
    expect(Buffer.from(sharedSecret(crypto, ids.peers.vIdentity33.slice(1), ids.coldPriv)).toString('hex')).to.equal(
      expected,
    );
  });

  it('every bit of OPEN, RENEW and ACCEPT counts', () => {
    const { crypto, ids, v, cold, use } = ends(4);
    for (let turn = 0; turn < 3; turn++) {
      const ask = v.ask();
      const before = JSON.stringify([cold.current, cold.next, cold.vCounter, cold.lastId]);
      for (const bad of flips(ask))
        expect(
          code(() => cold.take(bad)),
          `turn ${turn}`,
        ).to.be.oneOf(['sms-forged', 'sms-malformed', 'no-channel']);
      expect(JSON.stringify([cold.current, cold.next, cold.vCounter, cold.lastId])).to.equal(before);
      const accept = cold.take(ask).accept!;
      const base = v.pending!.baseId ? v.current! : v.pair;
      for (const bad of flips(accept))
        expect(
          code(() =>
            finishPending(
              crypto,
              { priv32: ids.vPriv, coldIdentity33: ids.peers.coldIdentity33 },
              base,
              v.pending!,
              bad,
            ),
          ),
        ).to.equal('channel-forged');
      for (let i = 0; i < accept.length; i++)
        expect(
          code(() =>
            finishPending(
              crypto,
              { priv32: ids.vPriv, coldIdentity33: ids.peers.coldIdentity33 },
              base,
              v.pending!,
              accept.slice(0, i),
            ),
          ),
        ).to.equal('channel-forged');
      v.take(accept);
      use();
    }
  });

  it('is refused under another network, account or identity; so is the ACCEPT of another exchange', () => {
    const { crypto, ids } = start(5);
    const other = start(6).ids.peers;
    const pending = beginOpen(crypto, 5);
    const pairOf = (peers: Identities['peers']): Channel =>
      pairChannel(peers.account, pairKey(crypto, peers, ids.vPriv, ids.peers.coldIdentity33));
    const open = pendingSms(crypto, pairOf(ids.peers), pending);
    const accept = new ColdChannels(crypto, ids.peers, ids.coldPriv).take(open).accept!;
    for (const peers of [
      { ...ids.peers, network: 'main' },
      { ...ids.peers, account: 8 },
      { ...ids.peers, vIdentity33: other.vIdentity33 },
      { ...ids.peers, coldIdentity33: other.coldIdentity33 },
    ]) {
      const sms = Uint8Array.from(open);
      sms[2] = peers.account;
      const cold = new ColdChannels(crypto, peers, ids.coldPriv);
      expect(code(() => cold.take(sms))).to.equal('sms-forged');
      expect(
        code(() =>
          finishPending(
            crypto,
            { priv32: ids.vPriv, coldIdentity33: peers.coldIdentity33 },
            pairOf(peers),
            pending,
            accept,
          ),
        ),
      ).to.equal('channel-forged');
    }
    expect(
      code(() =>
        finishPending(
          crypto,
          { priv32: ids.vPriv, coldIdentity33: ids.peers.coldIdentity33 },
          pairOf(ids.peers),
          beginOpen(crypto, 5),
          accept,
        ),
      ),
    ).to.equal('channel-forged');
    expect(
      finishPending(
        crypto,
        { priv32: ids.vPriv, coldIdentity33: ids.peers.coldIdentity33 },
        pairOf(ids.peers),
        pending,
        accept,
      ).id,
    ).to.equal(1);
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
    expect(code(() => cold.take(pendingSms(stranger, guess, beginOpen(stranger, 4_000_000_000))))).to.equal(
      'sms-forged',
    );
    expect(code(() => cold.take(old))).to.equal('ignored');
  });

  it('who holds only the pairing key gets no channel out of an OPEN of his own', () => {
    const { crypto, ids } = start(8);
    const cold = new ColdChannels(crypto, ids.peers, ids.coldPriv);
    const thief = beginOpen(crypto, 99);
    const accept = cold.take(pendingSms(crypto, cold.pair, thief)).accept!;
    expect(
      code(() =>
        finishPending(
          crypto,
          { priv32: crypto.random(32), coldIdentity33: ids.peers.coldIdentity33 },
          cold.pair,
          thief,
          accept,
        ),
      ),
      'se needs V’s identity key',
    ).to.equal('channel-forged');
  });

  it('counters at their bounds', () => {
    const { crypto, ids } = start(9);
    for (const counter of [0, -1, 1.5, 4294967296, NaN])
      expect(code(() => beginOpen(crypto, counter))).to.equal('bad-counter');
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
    for (const bad of [new Uint8Array(31), new Uint8Array(33), 5, 'x'.repeat(32)])
      expect(code(() => cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_RENEW, [bad])))).to.equal('ignored');
    day();
    expect(code(() => cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_RENEW, [crypto.random(32)])))).to.equal(
      'ignored',
    );
  });

  it('a repeated question gets the same ACCEPT, also after HSM-Cold restarted, and no second channel', () => {
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
    expect(
      openSms(crypto, cold.current!, 'to-cold', sealSms(crypto, v.current!, 'to-cold', wire.SMS_STATUS, [])).op,
    ).to.equal(wire.SMS_STATUS);
    expect(
      openSms(crypto, v.current!, 'to-v', sealSms(crypto, cold.current!, 'to-v', wire.SMS_ALARM, [1, 2, 3])).seq,
      'after ACCEPT’s',
    ).to.equal(2);
  });

  it('a wiped channel seals nothing that the other end would take', () => {
    const { crypto, v, cold, day } = ends(13);
    day();
    wipeChannel(cold.current!);
    expect(
      code(() =>
        openSms(crypto, v.current!, 'to-v', sealSms(crypto, cold.current!, 'to-v', wire.SMS_ALARM, [1, 2, 3])),
      ),
    ).to.equal('sms-forged');
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
    expect(
      [vOld.key32, vOld.own32, coldOld.key32, coldOld.own32].every((key) => key.every((octet) => octet === 0)),
    ).to.equal(true);
    const left = JSON.stringify([v.current, v.old, cold.current, cold.next]);
    for (const key of secrets) expect(left).to.not.include(JSON.stringify(key));
    for (const channel of [cold.current!, v.current!])
      expect(code(() => openSms(crypto, { ...channel, id: vOld.id }, 'to-cold', recorded))).to.equal('sms-forged');
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

  it('healing: a listener with V’s channel state is out after V’s next turn, within two exchanges', () => {
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
        if (
          code(
            () =>
              (stolen = finishPending(
                crypto,
                { priv32: ids.vPriv, coldIdentity33: ids.peers.coldIdentity33 },
                base,
                pending,
                accept,
              )),
          ) === 'accepted'
        )
          followed++;
      }
      expect([followed, stolen], 'HSM-Cold’s turn he can follow, V’s not').to.deep.equal([turns - 1, undefined]);
      expect(Buffer.from(v.current!.key32).equals(cold.current!.key32)).to.equal(true);
    }
  });
});
