// Holds HSM-Cold's side of the channel (protocol/SPEC.md 7.5) on the real firmware: days in turns, restarts and lost
// SMS at every point of an exchange, recorded SMS played again.
import { expect } from 'chai';
import { makeState } from '../../../../firmware/cold/state/state';
import { openJournal } from '../../../../firmware/journal/journal';
import { MADE_BY_BOTH, MADE_BY_COLD, MADE_BY_V } from '../../../../protocol/channel/channel';
import {
  SMS_ACCEPT,
  SMS_PORT,
  SMS_RENEW,
  SMS_STATUS,
  SMS_STATUS_ANSWER,
  SMS_UDH_BYTES,
} from '../../../../protocol/wire';
import { makeBoard, World } from '../../fake-hal';
import { COLD_NUMBER, V_NUMBER, channelRig, wake, type Rig } from '../../rig';
import { saveChannels } from '../../../../firmware/cold/state/channels';
import { applyRecord, keepRecord } from '../../../../firmware/cold/state/records';

/** Octets of user data of what travelled, by operation, oldest first; and the bodies. */
function recorded(rig: Rig): { op: number; octets: number; data: Uint8Array }[] {
  const list: { op: number; octets: number; data: Uint8Array }[] = [];
  rig.gsm.onTraffic((sms) => {
    if (sms.fate === 'submitted' && sms.data && sms.port === SMS_PORT)
      list.push({ op: sms.data[0], octets: sms.data.length + SMS_UDH_BYTES, data: sms.data.slice() });
  });
  return list;
}

async function renew(rig: Rig): Promise<void> {
  const before = rig.v.channel;
  rig.v.renew();
  expect(await rig.world.until(() => rig.v.channel !== before), 'a new channel').to.equal(true);
}

async function status(rig: Rig): Promise<void> {
  const before = rig.v.received.length;
  rig.v.operate(SMS_STATUS, []);
  expect(await rig.world.until(() => rig.v.received.length > before), 'an answer under it').to.equal(true);
  expect(rig.v.received[before].op).to.equal(SMS_STATUS_ANSWER);
}

async function restart(rig: Rig): Promise<void> {
  rig.coldOff();
  rig.coldOn();
  await wake(rig);
}

describe('cold/sms: the channel', () => {
  it('is renewed in turns, with restarts in between, 80 octets a day at most', async () => {
    const rig = await channelRig();
    const list = recorded(rig);
    const made = [rig.v.channel!.made];
    for (let day = 0; day < 4; day++) {
      if (day % 2) await restart(rig);
      await status(rig);
      await renew(rig);
      made.push(rig.v.channel!.made);
    }
    await status(rig);
    expect(made).to.deep.equal([MADE_BY_BOTH, MADE_BY_V, MADE_BY_COLD, MADE_BY_V, MADE_BY_COLD]);
    const days = list.filter((sms) => sms.op === SMS_RENEW || sms.op === SMS_ACCEPT);
    for (let i = 0; i < 8; i += 2) expect(days[i].octets + days[i + 1].octets).to.be.at.most(80);
  }).timeout(120_000);

  it('says the same ACCEPT again when it was lost, also after a restart, on either turn', async () => {
    const rig = await channelRig();
    for (const turn of [MADE_BY_V, MADE_BY_COLD]) {
      await status(rig);
      const list = recorded(rig);
      const channel = rig.v.channel!;
      rig.v.renew();
      const { pending } = rig.v;
      rig.v.pending = undefined;
      await rig.world.until(() => list.some((sms) => sms.op === SMS_ACCEPT));
      await rig.world.run(20_000);
      await restart(rig);
      rig.v.pending = pending;
      rig.v.renew();
      expect(await rig.world.until(() => rig.v.channel !== channel)).to.equal(true);
      const accepts = list.filter((sms) => sms.op === SMS_ACCEPT).map((sms) => Buffer.from(sms.data).toString('hex'));
      expect([rig.v.channel!.made, new Set(accepts).size]).to.deep.equal([turn, 1]);
      await status(rig);
    }
  }).timeout(120_000);

  it('takes no RENEW twice: what was recorded changes nothing, before and after a restart', async () => {
    const rig = await channelRig();
    const list = recorded(rig);
    await renew(rig);
    await status(rig);
    await renew(rig);
    for (const isRestarted of [false, true]) {
      if (isRestarted) await restart(rig);
      const accepts = () => list.filter((sms) => sms.op === SMS_ACCEPT).length;
      const before = accepts();
      for (const sms of [...new Set(list.filter((one) => one.op === SMS_RENEW))].slice(0, 4))
        rig.gsm.inject({ from: V_NUMBER, to: COLD_NUMBER, data: sms.data, port: SMS_PORT });
      await rig.world.run(60_000);
      expect(accepts(), 'no answer').to.equal(before);
    }
    await status(rig);
    expect(rig.v.channel!.made).to.equal(MADE_BY_COLD);
  }).timeout(120_000);

  it('has room on flash for the channels of both protocols at their largest, beside one another', () => {
    const board = makeBoard(new World(), {});
    const cold: any = { state: makeState(), keys: { storage: new Uint8Array(32).fill(1) } };
    cold.journal = openJournal(board.hal.flash, new Uint8Array(32).fill(7), true, {
      take: (type, payload, offset) => applyRecord(cold.state, type, payload, offset),
      keep: (type, payload, offset) => keepRecord(cold.state, type, payload, offset),
    });
    const [key, most] = [new Uint8Array(32).fill(9), 4294967295];
    const channel = {
      id: most,
      made: 2,
      key32: key,
      own32: key,
      other32: key,
      sendSeq: 65535,
      recvSeq: 65535,
      recvSeen: most,
    };
    const v1 = [2147483647, 2147483647, new Uint8Array(33), key];
    const account: any = {
      n: 7,
      open: { gate: key, lastId: most, vCounter: most, channel, next: { ...channel, said32: key }, v1: [v1, v1] },
    };
    expect(() => saveChannels(cold, account)).to.not.throw();
  });

  it('V, having lost its channel, opens; a RENEW that comes late does not undo it', async () => {
    const rig = await channelRig();
    const list = recorded(rig);
    await status(rig);
    const old = rig.v.channel!;
    rig.v.renew();
    await rig.world.run(1);
    const late = list.find((sms) => sms.op === SMS_RENEW)!;
    rig.v.open();
    expect(await rig.world.until(() => rig.v.channel !== old)).to.equal(true);
    rig.gsm.inject({ from: V_NUMBER, to: COLD_NUMBER, data: late.data, port: SMS_PORT });
    await rig.world.run(60_000);
    await status(rig);
    expect(rig.v.channel!.made).to.equal(MADE_BY_BOTH);
  }).timeout(120_000);
});
