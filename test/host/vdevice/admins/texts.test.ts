// Holds V's answers to its admins (docs/published-app.md 3.3) and PING (6.5).

import { expect } from 'chai';
import { DAY_SECONDS } from '../../../../protocol/time';
import type { LogEvent } from '../../../../host/kit/log';
import { ADMIN, COLD, createWorld, type World } from '../world';

describe('host/vdevice admin SMS (docs/published-app.md 3.3)', () => {
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
    const [[, words]] = await ask('CC:START_LOOP');
    expect(words).to.match(/^to start the loop send CC:START_LOOP:[A-Z2-7]{8} within a day$/);
    expect((await world.v.status()).loop.running).to.equal(false);
    expect(await ask(/CC:\S+/.exec(words!)![0])).to.deep.equal([[ADMIN, 'the loop is started']]);
    expect((await world.v.status()).loop.running).to.equal(true);
    expect(await ask('CC:STOP_LOOP:')).to.deep.equal([[ADMIN, 'the loop is stopped']]);
    expect((await world.v.status()).loop.running).to.equal(false);
  });

  it('attack: a forged admin number stops the loop and never starts it, whatever it tries (I7)', async () => {
    await world.v.startLoop();
    await ask('CC:STOP_LOOP');
    const [[, words]] = await ask('CC:START_LOOP');
    const code = words!.split(':')[2].slice(0, 8);
    const other = code.replace(/./g, (letter) => (letter === 'A' ? 'B' : 'A'));
    for (const text of [other, code.slice(1), `${code}A`, `${code}:`, ` ${code}`].map(
      (each) => `CC:START_LOOP:${each}X`,
    ))
      await ask(text);
    for (let i = 0; i < 3; i++) expect(await ask(`CC:START_LOOP:${other}`)).to.deep.equal([]);
    expect((await world.v.status()).loop.running).to.equal(false);
    // The tries of others use up nothing: the code is the same and good.
    expect((await ask('CC:START_LOOP'))[0][1]).to.equal(words);
    await ask(`CC:START_LOOP:${code.toLowerCase()}`);
    expect((await world.v.status()).loop.running).to.equal(true);
    await world.v.stopLoop();
    expect(await ask(`CC:START_LOOP:${code}`), 'a code is good once').to.deep.equal([]);
  });

  it('a code to start the loop is good for a day', async () => {
    const [[, words]] = await ask('CC:START_LOOP');
    await world.pass(DAY_SECONDS + 1);
    expect(await ask(/CC:\S+/.exec(words!)![0])).to.deep.equal([]);
    expect((await ask('CC:START_LOOP'))[0][1]).to.not.equal(words);
  });

  it('TIME', async () => {
    const [[, text]] = await ask('CC:TIME');
    expect(text).to.equal('CC:V:2026-01-05 12:00:06');
  });

  it('the published answer to what is no command, none to more than one field', async () => {
    for (const text of ['CC:', 'CC:start_loop', 'CC:REBOOT', 'hello', ' CC:TIME'])
      expect(await ask(text), text).to.deep.equal([[ADMIN, 'sms format is error']]);
    for (const text of ['CC:START_LOOP:now:', 'CC::TIME', 'Sms Format Is Error', '', '  '])
      expect(await ask(text), text).to.deep.equal([]);
  });

  it('attack: commands from strangers and near-admins are counted, never answered', async () => {
    for (const from of ['+447700900000', '13800000009', '+4413800000009', '+86138000000091', 'ChainCloud', COLD]) {
      expect(await ask('CC:START_LOOP', from), from).to.deep.equal([]);
    }
    expect([(await world.v.status()).loop.running, (await world.v.status()).sms.ignored]).to.deep.equal([false, 6]);
  });

  it('a password sent by mistake stays out of the log', async () => {
    const events: LogEvent[] = [];
    const password = 'OPEN_SESAME';
    await world.restart({ password, onEvent: (event) => events.push(event) });
    await ask(`CC:${password}`);
    await ask('CC:TIME');
    expect(events.map((event) => event.text)).to.deep.equal(['admin: [secret]', 'admin: TIME']);
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
    expect(Object.keys(form)).to.deep.equal([
      'coin_code',
      'user_tx_no',
      'outs',
      'vc_code',
      'is_dynamic_fee',
      'c_id',
      'max_fee_sats',
    ]);
    expect(form).to.include({ outs: 'PING', is_dynamic_fee: '1', max_fee_sats: '0' });
    expect(await ping(nothing, 9)).to.deep.equal(['ping failed']);
    expect(
      await ping(() => world.api.script.push({ match: 'POST /tx/request', answer: { status: 400, body: {} } }), 1),
    ).to.deep.equal(['post tx to ChainCloud is error']);
    expect(
      await ping(() => world.api.script.push({ match: 'GET /tx/', answer: { status: 404, body: {} } }), 0),
    ).to.deep.equal(['get tx status from ChainCloud is error']);
  });

  it('PING without a channel says so', async () => {
    const bare = await createWorld();
    bare.deliver({ from: ADMIN, text: 'CC:PING' });
    await bare.pass(10);
    expect(bare.adminTexts()).to.deep.equal(['SMS channel is not established, please first SMS channel...']);
    await bare.close();
  });
});
