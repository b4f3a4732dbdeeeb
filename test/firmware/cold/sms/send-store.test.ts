// Holds the send queue's home in the journal and what the modem driver tells: an alarm that waits outlives a power cut
// at any write and goes out, answers to V are not kept, places are used again; status, modem and heartbeat show the
// network.
import { expect } from 'chai';
import { openJournal, readRecord } from '../../../../firmware/journal/journal';
import { R_SEND } from '../../../../firmware/journal/records';
import { sendStore } from '../../../../firmware/cold/sms/send-store';
import { makeState } from '../../../../firmware/cold/state/state';
import { verifyHeartbeat } from '../../../../host/operator';
import { SMS_ALARM, SMS_STATUS } from '../../../../protocol/wire';
import { makeBoard, World } from '../../fake-hal';
import { makeCoin, out, pay, refusalOf } from '../../payments';
import { COLD_NUMBER, channelRig, wake, START_S } from '../../rig';
import { applyRecord, keepRecord } from '../../../../firmware/cold/state/records';

/** A journal alone, as openStore() opens it, and the store on it. */
function storeOn(board: ReturnType<typeof makeBoard>, isFresh: boolean) {
  const cold: any = { state: makeState(), hal: board.hal };
  cold.journal = openJournal(board.hal.flash, new Uint8Array(32).fill(7), isFresh, {
    take: (type, payload, offset) => applyRecord(cold.state, type, payload, offset),
    keep: (type, payload, offset) => keepRecord(cold.state, type, payload, offset),
  });
  return {
    cold,
    store: {
      readPlace: (id: number) => sendStore.readPlace(id, cold),
      writePlace: (id: number, bytes: Uint8Array) => sendStore.writePlace(id, bytes, cold),
    },
  };
}

describe('cold/send-store', () => {
  it('keeps each place on its own, over restarts and a thousand uses; a freed place is empty', () => {
    const board = makeBoard(new World(), { pageCount: 9 });
    let { cold, store } = storeOn(board, true);
    store.writePlace(3, new Uint8Array(164).fill(3));
    for (let i = 0; i < 1000; i++) {
      store.writePlace(0, new Uint8Array(100).fill(i));
      if (i % 2) store.writePlace(0, new Uint8Array(0));
      if (i % 97 === 0) ({ cold, store } = storeOn(board, false));
      expect(store.readPlace(0).length).to.equal(i % 2 ? 0 : 100);
    }
    expect([...store.readPlace(3)]).to.deep.equal(Array(164).fill(3));
    expect(store.readPlace(7).length).to.equal(0);
    expect(cold.journal.generation, 'compacted on the way').to.be.greaterThan(1);
    expect(readRecord(cold.journal, cold.state.at[`${R_SEND}:3`]).length).to.equal(166);
  });

  it('an alarm that waits for the network goes out after a restart, and is forgotten then', async () => {
    const rig = await channelRig();
    rig.v.operate(SMS_STATUS, []);
    await rig.world.until(() => rig.v.received.length > 0);
    rig.gsm.outage(COLD_NUMBER, true);
    await rig.world.run(60_000);
    const forged = {
      userTxNo: 'f',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
      authority: new Uint8Array(32).fill(1),
    };
    await refusalOf(pay(rig, forged));
    await rig.world.run(1000);
    rig.coldOff();
    expect(rig.admin.inbox).to.have.length(0);
    rig.gsm.outage(COLD_NUMBER, false);
    rig.coldOn();
    await rig.world.until(() => rig.admin.inbox.length > 0, 120_000);
    expect(rig.admin.inbox[0].text, 'while the board is still locked').to.match(/^CC:ALARM:forgery:0:/);
    await rig.world.until(() => rig.v.received.length > 1, 120_000);
    expect(rig.v.received[1], 'V is told too').to.deep.include({ op: SMS_ALARM });
    await rig.world.run(60_000);
    const texts = rig.admin.inbox.length;
    rig.coldOff();
    rig.coldOn();
    await rig.world.run(5_000);
    expect(rig.world.errors).to.deep.equal([]);
    await wake(rig);
    const lines = await rig.world.finish(rig.coldConsole.run('status'));
    expect(
      lines.some((line) => / queued 0$/.test(line)),
      lines.join('\n'),
    ).to.equal(true);
    expect(new Set(rig.admin.inbox.map((sms) => sms.text)).size, 'the same words each time').to.equal(1);
    expect(texts).to.be.at.most(3);
  }).timeout(120_000);

  it('power that goes at any write of a closing never loses both the closing and its alarm', async () => {
    for (let write = 1; write <= 40; write += 3) {
      const rig = await channelRig();
      const forged = {
        userTxNo: 'f',
        outs: out(50_000),
        coins: [makeCoin(rig, { sats: 100_000 })],
        feeSats: 1000,
        authority: new Uint8Array(32).fill(1),
      };
      rig.cold.flash.cutAt = rig.cold.flash.operations + write;
      void pay(rig, forged).catch(() => undefined);
      await rig.world.run(60_000);
      rig.coldOff();
      rig.coldOn();
      await wake(rig);
      const lines = await rig.world.finish(rig.coldConsole.run('status'));
      const isClosed = lines.some((line) => line.startsWith('account 0 closed'));
      if (isClosed)
        expect(await rig.world.until(() => rig.admin.inbox.length > 0, 700_000), `write ${write}`).to.equal(true);
    }
  }).timeout(180_000);

  it('signal, operator and the network’s time reach status, modem and the heartbeat', async () => {
    const rig = await channelRig({ networkStartS: START_S });
    await rig.world.run(400_000);
    const status = await rig.world.finish(rig.coldConsole.run('status'));
    expect(
      status.some((line) =>
        /^modem 0 registered rssi 21 operator CHINA MOBILE network-time \d{10} queued 0$/.test(line),
      ),
      status.join('\n'),
    ).to.equal(true);
    const modem = (await rig.world.finish(rig.coldConsole.run('modem'))).join('\n');
    expect(modem).to.match(/rssi 21 .* operator CHINA MOBILE .* network-time \d{10}/);
    rig.sim800.powerOff();
    await rig.world.run(60_000);
    expect((await rig.world.finish(rig.coldConsole.run('status'))).join('\n')).to.match(
      /modem 0 starting[^\n]*\ntrouble modem 0 /,
    );
    rig.sim800.powerOn();
    await rig.world.until(() => rig.admin.inbox.some((sms) => sms.text?.startsWith('CC:HB:')), 90_000_000);
    const text = rig.admin.inbox.find((sms) => sms.text?.startsWith('CC:HB:'))!.text!;
    const heartbeat = verifyHeartbeat(text, rig.file.identity)!;
    expect(heartbeat).to.deep.include({ rssi: 21 });
    expect('CHINAMOBILE'.startsWith(heartbeat.operator) && heartbeat.operator.length > 3, heartbeat.operator).to.equal(
      true,
    );
    expect(heartbeat.networkAheadS).to.be.a('number');
  }).timeout(120_000);
});
