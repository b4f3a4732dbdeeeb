// Holds V's side of the channel (protocol/SPEC.md 7): lost, doubled, late, forged SMS; alarms; the account file.

import { expect } from 'chai';
import { alarmFields, noticeFields, sealSms, statusAnswerFields } from '../../../../protocol/sms/v2';
import {
  ACCOUNT_CLOSED,
  ALARM_FORGERY,
  DEVICE_UNLOCKED,
  SMS_ALARM,
  SMS_NOTICE,
  SMS_OPEN,
  SMS_PORT,
  SMS_RENEW,
  SMS_STATUS,
  RADIO_LTE,
  SMS_STATUS_ANSWER,
} from '../../../../protocol/wire';
import { protocolCrypto } from '../../../../host/kit/protocol-crypto';
import { COLD, COLD_SPARE, accountFile, createWorld, type World } from '../world';

const sent = (world: World, op: number) => world.sms.filter((item) => item.data && item.data[0] === op);
const opens = (world: World) => sent(world, SMS_OPEN);

describe('host/vdevice channel', () => {
  let world: World;
  beforeEach(async () => void (world = await createWorld()));
  afterEach(() => world.close());
  const channelId = async () => (await world.v.status()).channel?.id ?? null;

  it('opens by one SMS each way', async () => {
    expect(await channelId()).to.equal(null);
    await world.open();
    expect(await channelId()).to.equal(world.cold.channels[0].id);
    expect([world.sms.length, (await world.v.status()).opening]).to.deep.equal([1, false]);
  });

  it('repeats a lost OPEN, the very same one, at both numbers; takes a late ACCEPT', async () => {
    world.lose.toV = true;
    await world.v.openChannel();
    await world.pass(9 * 60 + 1);
    expect(opens(world)).to.have.length(4);
    expect(new Set(opens(world).map((item) => Buffer.from(item.data!).toString('hex'))).size).to.equal(1);
    expect(opens(world).map((item) => item.to)).to.deep.equal([COLD, COLD_SPARE, COLD, COLD_SPARE]);
    await world.pass(6 * 60 - 10);
    expect(opens(world)).to.have.length(4);
    world.lose.toV = false;
    await world.pass(2000);
    expect(await channelId()).to.equal(world.cold.channels[0].id);
    expect(world.cold.channels).to.have.length(1);
  });

  it('keeps the old channel until the new one is there', async () => {
    await world.open();
    world.lose.toV = true;
    await world.pass(100);
    await world.v.openChannel();
    await world.pass(100);
    expect(await channelId()).to.equal(world.cold.channels[0].id);
  });

  it("takes an ACCEPT once, only of the newest OPEN, only from HSM-Cold's numbers", async () => {
    const accepts: Uint8Array[] = [];
    world.cold.answer = (sms) => {
      accepts.push(sms);
      return undefined;
    };
    await world.open();
    await world.pass(100);
    await world.open();
    world.deliver({ from: COLD, data: accepts[0], port: SMS_PORT });
    world.deliver({ from: '+447700900000', data: accepts[1], port: SMS_PORT });
    await world.pass(5);
    expect(await channelId()).to.equal(null);
    world.deliver({ from: COLD, data: accepts[1], port: SMS_PORT });
    await world.pass(5);
    expect(await channelId()).to.equal(world.cold.channels[1].id);
    world.deliver({ from: COLD, data: accepts[1], port: SMS_PORT });
    world.deliver({ from: COLD, data: accepts[0], port: SMS_PORT });
    await world.pass(5);
    expect([await channelId(), (await world.v.status()).sms.ignored]).to.deep.equal([world.cold.channels[1].id, 4]);
  });

  it('attack: every bit of an ACCEPT flipped, cut, lengthened', async () => {
    let accept = new Uint8Array(0);
    world.cold.answer = (sms) => {
      accept = new Uint8Array(sms);
      return undefined;
    };
    await world.open();
    const bad: Uint8Array[] = [
      accept.subarray(1),
      accept.subarray(0, accept.length - 1),
      Buffer.concat([accept, Uint8Array.of(0)]),
      new Uint8Array(0),
    ];
    for (let i = 0; i < accept.length; i++)
      bad.push(accept.map((byte, at) => (at === i ? byte ^ (1 << (i % 8)) : byte)));
    for (const data of bad) world.deliver({ from: COLD, data, port: SMS_PORT });
    await world.pass(5);
    expect([await channelId(), (await world.v.status()).sms.ignored]).to.deep.equal([null, bad.length]);
    world.deliver({ from: COLD, data: accept, port: SMS_PORT });
    await world.pass(5);
    expect(await channelId()).to.equal(world.cold.channels[0].id);
  });

  it('renews the channel it has and repeats the RENEW until its ACCEPT, each time as another SMS', async () => {
    await world.open();
    world.lose.toV = true;
    await world.v.openChannel();
    await world.pass(400);
    await world.restart();
    await world.pass(400);
    const renews = sent(world, SMS_RENEW);
    expect([renews.length, opens(world).length, world.cold.channels.length]).to.deep.equal([3, 1, 2]);
    expect(new Set(renews.map((item) => Buffer.from(item.data!).toString('hex'))).size).to.equal(3);
    world.lose.toV = false;
    await world.pass(1500);
    expect(await channelId()).to.equal(world.cold.channels[1].id);
    await world.v.openChannel();
    await world.pass(5);
    expect([await channelId(), opens(world).length]).to.deep.equal([world.cold.channels[2].id, 1]);
  });

  it('opens between the identities when HSM-Cold knows the channel no more', async () => {
    await world.open();
    world.cold.forget();
    await world.v.openChannel();
    await world.pass(3600);
    expect([sent(world, SMS_RENEW).length, opens(world).length]).to.deep.equal([4, 2]);
    expect(await channelId()).to.equal(world.cold.channels[1].id);
  });

  it('opens at once when it is told again and the RENEW has brought nothing', async () => {
    await world.open();
    world.cold.forget();
    await world.open();
    await world.open();
    expect([sent(world, SMS_RENEW).length, opens(world).length]).to.deep.equal([2, 1]);
    await world.pass(60);
    await world.open();
    expect([await channelId(), opens(world).length]).to.deep.equal([world.cold.channels[1].id, 2]);
  });

  describe('the channel before', () => {
    const crypto = protocolCrypto(() => new Uint8Array(0));
    const alarm = (n: number, code = ALARM_FORGERY) =>
      world.deliver({
        from: COLD,
        data: sealSms(
          crypto,
          olds[n],
          'to-v',
          SMS_ALARM,
          alarmFields({ code, accountState: ACCOUNT_CLOSED, unixSeconds: 1767614400 }),
        ),
        port: SMS_PORT,
      });
    /** What HSM-Cold still holds of its channels while V has moved on. */
    let olds: typeof world.cold.channels;
    const renew = async () => {
      olds = [
        ...(olds ?? []),
        ...[world.cold.channels[world.cold.channels.length - 1]].map((one) => ({
          ...one,
          key32: Uint8Array.from(one.key32),
          sendSeq: 1,
        })),
      ];
      await world.v.openChannel();
      await world.pass(5);
    };
    beforeEach(async () => {
      olds = [];
      await world.open();
      await renew();
    });

    it('is read from: an alarm sealed under it reaches the admin once, also after a restart', async () => {
      expect(await channelId()).to.equal(world.cold.channels[1].id);
      await world.restart();
      alarm(0);
      await world.pass(5);
      olds[0].sendSeq--;
      alarm(0);
      await world.pass(5);
      expect(world.adminTexts()).to.deep.equal(['HSM-Cold alarm: forgery, account closed']);
    });

    it("ends an hour after HSM-Cold's first word under the new one", async () => {
      await world.pass(86400 / 2);
      world.deliver({
        from: COLD,
        data: world.cold.seal(
          SMS_NOTICE,
          noticeFields({ noticeNo: 1, maxPerTxSats: 0, maxPerDaySats: 0, policyDigest8: new Uint8Array(8) }),
        ),
        port: SMS_PORT,
      });
      await world.pass(3500);
      alarm(0);
      await world.pass(200);
      alarm(0);
      await world.pass(5);
      expect(world.adminTexts()).to.have.length(2);
      expect(world.adminTexts()[1]).to.include('alarm');
    });

    it('ends after two days in any case, and with the next channel', async () => {
      world.lose.fromV = () => true;
      await world.pass(2 * 86400 + 100);
      alarm(0);
      await world.pass(5);
      expect(world.adminTexts().filter((text) => text.includes('alarm:'))).to.deep.equal([]);
      world.lose.fromV = () => false;
      await renew();
      await renew();
      alarm(0);
      alarm(olds.length - 1);
      await world.pass(5);
      expect(world.adminTexts().filter((text) => text.includes('alarm:'))).to.have.length(1);
    });
  });

  it('survives a restart between OPEN and ACCEPT', async () => {
    await world.v.openChannel();
    await world.restart();
    await world.pass(5);
    expect(await channelId()).to.equal(world.cold.channels[0].id);
    await world.restart();
    expect(await channelId()).to.equal(world.cold.channels[0].id);
  });

  it('asks HSM-Cold how it is', async () => {
    expect((await world.v.askStatus().catch((error) => error)).code).to.equal('no-channel');
    await world.open();
    const answer = {
      deviceState: DEVICE_UNLOCKED,
      accountState: ACCOUNT_CLOSED,
      unixSeconds: 1767614400,
      batchesHot: 3,
      batchesCold: 5,
      radio: RADIO_LTE,
    };
    await world.v.askStatus();
    world.deliver({ from: COLD, data: world.cold.seal(SMS_STATUS_ANSWER, statusAnswerFields(answer)), port: SMS_PORT });
    await world.pass(5);
    expect(world.cold.ops).to.include(SMS_STATUS);
    expect((await world.v.status()).cold).to.include(answer);
  });

  it("hands HSM-Cold's alarms on to the admin, each once", async () => {
    await world.open();
    const data = world.cold.seal(
      SMS_ALARM,
      alarmFields({ code: ALARM_FORGERY, accountState: ACCOUNT_CLOSED, unixSeconds: 1767614400 }),
    );
    for (let i = 0; i < 2; i++) world.deliver({ from: COLD, data, port: SMS_PORT });
    await world.pass(5);
    expect(world.adminTexts()).to.deep.equal(['HSM-Cold alarm: forgery, account closed']);
  });

  it("hands HSM-Cold's policy notice on to the admin", async () => {
    await world.open();
    const notice = { noticeNo: 1, maxPerTxSats: 50000000, maxPerDaySats: 200000000, policyDigest8: new Uint8Array(8) };
    world.deliver({ from: COLD, data: world.cold.seal(SMS_NOTICE, noticeFields(notice)), port: SMS_PORT });
    await world.pass(5);
    expect(world.adminTexts()).to.deep.equal(['HSM-Cold policy: per tx 50000000, per day 200000000 sats']);
  });

  it('refuses an account file of another V or with another code', async () => {
    const start = (changes: object) =>
      createWorld({ account: { ...accountFile(), ...changes } }).then(
        () => null,
        (error) => error.code,
      );
    expect(await start({ v_identity: '02' + '11'.repeat(32) })).to.equal('pairing-mismatch');
    expect(await start({ pairing_code: '00000-00000' })).to.equal('pairing-mismatch');
    expect(await start({ identity: 'xx' })).to.equal('account-file');
    const good = await createWorld({ account: { ...accountFile(), pairing_code: world.v.pairingCode() } });
    expect(good.v.pairingCode()).to.match(/^[0-9a-f]{5}-[0-9a-f]{5}$/);
    await good.close();
  });
});
