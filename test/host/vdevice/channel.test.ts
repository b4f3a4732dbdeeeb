// Holds V's side of the daily channel (protocol/SPEC.md 6), of admin SMS (chaincloud-v1 section 3.6) and of PING (6.5).

import { expect } from 'chai';
import { alarmFields } from '../../../protocol/sms/v2';
import { ACCOUNT_CLOSED, ALARM_FORGERY, SMS_ALARM, SMS_OPEN, SMS_PORT } from '../../../protocol/wire';
import { ADMIN, COLD, COLD_SPARE, PAYEE, accountFile, createWorld, vtestOf, type World } from './world';

const opens = (world: World) => world.sms.filter((item) => item.data && item.data[0] === SMS_OPEN);

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

  it('renews itself every day at 03:00 local, not before', async () => {
    await world.open();
    await world.pass(15 * 3600 - 30);
    expect(opens(world)).to.have.length(1);
    await world.pass(30);
    expect(await channelId()).to.equal(world.cold.channels[1].id);
    await world.pass(3 * 86400);
    expect([opens(world).length, world.adminTexts()]).to.deep.equal([5, []]);
  });

  it('renews at once when it was off at 03:00', async () => {
    await world.open();
    await world.v.close();
    await world.pass(20 * 3600);
    await world.restart();
    await world.pass(40);
    expect(await channelId()).to.equal(world.cold.channels[1].id);
  });

  it('repeats a lost OPEN, the very same one, at both numbers; takes a late ACCEPT', async () => {
    world.lose.toV = true;
    await world.v.openChannel();
    await world.pass(700);
    expect(opens(world)).to.have.length(3);
    expect(new Set(opens(world).map((item) => Buffer.from(item.data!).toString('hex'))).size).to.equal(1);
    expect(opens(world).map((item) => item.to)).to.deep.equal([COLD, COLD_SPARE, COLD]);
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

  it('takes an ACCEPT once, only of the newest OPEN, only from HSM-Cold\'s numbers', async () => {
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
    const bad: Uint8Array[] = [accept.subarray(1), accept.subarray(0, accept.length - 1), Buffer.concat([accept, Uint8Array.of(0)]), new Uint8Array(0)];
    for (let i = 0; i < accept.length; i++) bad.push(accept.map((byte, at) => (at === i ? byte ^ (1 << i % 8) : byte)));
    for (const data of bad) world.deliver({ from: COLD, data, port: SMS_PORT });
    await world.pass(5);
    expect([await channelId(), (await world.v.status()).sms.ignored]).to.deep.equal([null, bad.length]);
    world.deliver({ from: COLD, data: accept, port: SMS_PORT });
    await world.pass(5);
    expect(await channelId()).to.equal(world.cold.channels[0].id);
  });

  it('survives a restart between OPEN and ACCEPT', async () => {
    await world.v.openChannel();
    await world.restart();
    await world.pass(5);
    expect(await channelId()).to.equal(world.cold.channels[0].id);
    await world.restart();
    expect(await channelId()).to.equal(world.cold.channels[0].id);
  });

  it('waits with the daily exchange while a withdrawal is under way, for six hours at most', async () => {
    await world.open();
    world.site.vtest = await vtestOf(11, PAYEE + ',20000');
    await world.v.startLoop();
    await world.pass(15 * 3600 + 60);
    expect(opens(world)).to.have.length(1);
    await world.pass(6 * 3600);
    expect(opens(world)).to.have.length(2);
  });

  it('tells the admin when the channel cannot be renewed for two days', async () => {
    await world.open();
    world.lose.toV = true;
    await world.pass(3 * 86400);
    expect(world.adminTexts()).to.deep.equal(['SMS channel could not be renewed for two days']);
  });

  it('hands HSM-Cold\'s alarms on to the admin, each once', async () => {
    await world.open();
    const data = world.cold.seal(SMS_ALARM, alarmFields({ code: ALARM_FORGERY, accountState: ACCOUNT_CLOSED, unixSeconds: 1767614400 }));
    for (let i = 0; i < 2; i++) world.deliver({ from: COLD, data, port: SMS_PORT });
    await world.pass(5);
    expect(world.adminTexts()).to.deep.equal(['HSM-Cold alarm: forgery, account closed']);
  });

  it('refuses an account file of another V or with another code', async () => {
    const start = (changes: object) => createWorld({ account: { ...accountFile(), ...changes } }).then(() => null, (error) => error.code);
    expect(await start({ v_identity: '02' + '11'.repeat(32) })).to.equal('pairing-mismatch');
    expect(await start({ pairing_code: '00000-00000' })).to.equal('pairing-mismatch');
    expect(await start({ identity: 'xx' })).to.equal('account-file');
    const good = await createWorld({ account: { ...accountFile(), pairing_code: world.v.pairingCode() } });
    expect(good.v.pairingCode()).to.match(/^[0-9a-f]{5}-[0-9a-f]{5}$/);
    await good.close();
  });
});

describe('host/vdevice admin SMS (chaincloud-v1 section 3.6)', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    await world.open();
  });
  afterEach(() => world.close());
  const ask = async (text: string, from = ADMIN) => {
    const before = world.sms.length;
    world.deliver({ from, text });
    await world.pass(30);
    return world.sms.slice(before).map((item) => [item.to, item.text]);
  };

  it('START_LOOP and STOP_LOOP with the published answers', async () => {
    expect(await ask('CC:START_LOOP')).to.deep.equal([[ADMIN, 'the loop is started']]);
    expect((await world.v.status()).loop.running).to.equal(true);
    expect(await ask('CC:STOP_LOOP:')).to.deep.equal([[ADMIN, 'the loop is stopped']]);
    expect((await world.v.status()).loop.running).to.equal(false);
  });

  it('TIME', async () => {
    const [[, text]] = await ask('CC:TIME');
    expect(text).to.equal('CC:V:2026-01-05 12:00:06');
  });

  it('the published answer to what is no command, none to more than one field', async () => {
    for (const text of ['CC:', 'CC:start_loop', 'CC:REBOOT', 'hello', ' CC:TIME']) expect(await ask(text), text).to.deep.equal([[ADMIN, 'sms format is error']]);
    for (const text of ['CC:START_LOOP:now', 'CC::TIME', 'Sms Format Is Error', '', '  ']) expect(await ask(text), text).to.deep.equal([]);
  });

  it('attack: commands from strangers and near-admins are counted, never answered', async () => {
    for (const from of ['+447700900000', '13800000009', '+4413800000009', '+86138000000091', 'ChainCloud', COLD]) {
      expect(await ask('CC:START_LOOP', from), from).to.deep.equal([]);
    }
    expect([(await world.v.status()).loop.running, (await world.v.status()).sms.ignored]).to.deep.equal([false, 6]);
  });

  it('attack: a forged admin number cannot make V answer without end', async () => {
    for (let i = 0; i < 100; i++) world.deliver({ from: ADMIN, text: 'CC:TIME' });
    await world.pass(30);
    expect(world.adminTexts()).to.have.length(30);
    await world.pass(3600);
    expect(await ask('CC:TIME')).to.have.length(1);
  });

  it('PING goes to the API and back: ok, failed, refused, unknown', async () => {
    const ping = async (prepare: () => void, status: number) => {
      const before = world.adminTexts().length;
      prepare();
      world.deliver({ from: ADMIN, text: 'CC:PING' });
      await world.pass(10);
      for (const request of world.api.requests.values()) request.status = status;
      await world.pass(20);
      return world.adminTexts().slice(before);
    };
    const nothing = () => undefined;
    expect(await ping(nothing, 1)).to.deep.equal(['ping is ok']);
    const form = world.api.posts[0];
    expect(Object.keys(form)).to.deep.equal(['coin_code', 'user_tx_no', 'outs', 'vc_code', 'is_dynamic_fee', 'c_id']);
    expect(form).to.include({ outs: 'PING', is_dynamic_fee: '1' });
    expect(await ping(nothing, 9)).to.deep.equal(['ping failed']);
    expect(await ping(() => world.api.script.push({ match: 'POST /tx/request', answer: { status: 400, body: {} } }), 1)).to.deep.equal(['post tx to ChainCloud is error']);
    expect(await ping(() => world.api.script.push({ match: 'GET /tx/', answer: { status: 404, body: {} } }), 0)).to.deep.equal(['get tx status from ChainCloud is error']);
  });

  it('PING without a channel says so', async () => {
    const bare = await createWorld();
    bare.deliver({ from: ADMIN, text: 'CC:PING' });
    await bare.pass(10);
    expect(bare.adminTexts()).to.deep.equal(['SMS channel is not established, please first SMS channel...']);
    await bare.close();
  });
});
