// Everything bad at once: a modem with every fault by chance and a network that loses, doubles and reorders. Holds:
// nothing that the network delivered is lost, nothing is handed over that was not sent, every send ends, memory stays
// bounded, and random bytes on the line do no harm (docs/threat-model.md I7 and 9 of the system).
import { expect } from 'chai';
import { modemStatus, startModem, createModem, MAX_LINE } from '../../../firmware/modem/modem';
import { sendData } from '../../../firmware/modem/outbox';
import { MAX_QUEUE, createOutbox } from '../../../firmware/modem/outbox';
import { MAX_PLACES } from '../../../firmware/modem/state';
import { portUart, runtimeClock } from '../../../host/modem/hal';
import { seededRandom } from '../../../host/sim/clock/seeded-random';
import { createVirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import { wire } from '../../../host/sim/board/wire';
import { createChance } from '../../../host/sim/gsm/chance';
import type { ModemSms } from '../../../firmware/modem/types';
import { ANNA, COLD, createWorld, memoryStore } from './world';

const BAD_MODEM = {
  urc: 0.1,
  split: 0.3,
  merge: 0.2,
  garbage: 0.05,
  error: 0.03,
  mute: 0.02,
  restart: 0.01,
  underVoltage: 0.03,
  silentSms: 0.1,
};

describe('firmware/modem: chaos', function () {
  this.timeout(120_000);
  for (const seed of ['one', 'two', 'three', 'four', 'five', 'six']) {
    it(`200 messages each way, seed ${seed}`, async () => {
      const world = createWorld(seed, { duplicate: 0.1, reorder: 0.2, reorderMs: 600_000 });
      const station = world.station({ faults: BAD_MODEM, capacity: 10 }, { maxTries: 30 });
      const anna = world.network.person(ANNA);
      const chance = createChance(seed, 'chaos');
      let ended = 0;
      for (let i = 0; i < 200; i++) {
        anna.sendData(COLD, new Uint8Array([i]), 17229);
        const { outbox } = station.modem;
        await world.runtime.runUntil(() => outbox.queue.length < MAX_QUEUE, 'there is room', 3_600_000);
        sendData(
          outbox,
          ANNA,
          { port: 17229, bytes: new Uint8Array([i]) },
          (error) => {
            expect(error).to.equal(null);
            ended++;
          },
          true,
        );
        await world.runtime.runFor(chance.between(0, 20_000));
        expect(station.modem.line.length).to.be.at.most(MAX_LINE);
        expect(station.modem.reads.length + station.modem.held.length).to.be.at.most(2 * MAX_PLACES);
      }
      station.sim.setFaults({});
      await world.runtime.runFor(4 * 3_600_000);
      expect(ended).to.equal(200);
      const numbers = (messages: { data: Uint8Array | null }[]): number[] =>
        [...new Set(messages.map((sms) => sms.data![0]))].sort((a, b) => a - b);
      const all = Array.from({ length: 200 }, (_, i) => i);
      expect(numbers(station.got)).to.deep.equal(all);
      expect(numbers(anna.inbox)).to.deep.equal(all);
      expect(station.sim.stored()).to.equal(0);
      const status = modemStatus(station.modem);
      expect(status.timeouts).to.be.above(3);
      expect(status.restarts).to.be.above(3);
      expect([status.state, status.registered, status.queued, status.badSms]).to.deep.equal([2, true, 0, 0]);
    });
  }

  it('the board loses its power 60 times at any instant: every SMS comes in and goes out at least once', async () => {
    const world = createWorld('power', { delayMs: { min: 500, max: 4000 } });
    const store = memoryStore();
    const chance = createChance('power', 'cuts');
    let station = world.station({ capacity: 10 }, { store, maxQueue: 100 });
    const anna = world.network.person(ANNA);
    const got: ModemSms[] = [];
    for (let i = 0; i < 60; i++) {
      anna.sendData(COLD, new Uint8Array([i]), 17229);
      sendData(station.modem.outbox, ANNA, { port: 17229, bytes: new Uint8Array([i]) }, null, true);
      await world.runtime.runFor(chance.between(0, 9000));
      got.push(...station.got);
      station = world.reboot(station, { store, maxQueue: 100 });
    }
    await world.runtime.runFor(600_000);
    got.push(...station.got);
    const numbers = (messages: { data: Uint8Array | null }[]): number =>
      new Set(messages.map((sms) => sms.data![0])).size;
    expect([numbers(got), numbers(anna.inbox), store.size(), station.sim.stored()]).to.deep.equal([60, 60, 0, 0]);
    expect(got.length + anna.inbox.length).to.be.at.least(120);
  });

  it('a line that changes octets: messages still come through, or not at all, and it recovers', async () => {
    const world = createWorld('corrupt');
    const station = world.station({ faults: { corrupt: 0.03, garbage: 0.05 } }, { maxTries: 30 });
    const anna = world.network.person(ANNA);
    for (let i = 0; i < 30; i++) {
      sendData(station.modem.outbox, ANNA, { port: 17229, bytes: new Uint8Array([i]) }, null, true);
      await world.runtime.runFor(60_000);
    }
    station.sim.setFaults({});
    await world.runtime.runFor(3_600_000);
    expect(new Set(anna.inbox.map((sms) => sms.data![0])).size).to.equal(30);
    expect(modemStatus(station.modem).state).to.equal(2);
  });

  it('a UART that loses one piece in twenty, as interpreters up to 2v29 do: no SMS is lost in the end', async () => {
    const world = createWorld('pieces');
    const station = world.station();
    const chance = createChance('pieces', 'line');
    const anna = world.network.person(ANNA);
    station.line.fault(1, (bytes) => (chance.happens(0.05) ? new Uint8Array(0) : bytes));
    for (let i = 0; i < 40; i++) {
      anna.sendData(COLD, new Uint8Array(133).fill(i), 17229);
      sendData(station.modem.outbox, ANNA, { port: 17229, bytes: new Uint8Array(133).fill(i) }, null, true);
      await world.runtime.runFor(60_000);
    }
    await world.runtime.runFor(1_800_000);
    const whole = (messages: { data: Uint8Array | null }[]): number =>
      new Set(messages.filter((sms) => sms.data!.every((octet) => octet === sms.data![0])).map((sms) => sms.data![0]))
        .size;
    expect([whole(station.got), whole(anna.inbox), station.sim.stored()]).to.deep.equal([40, 40, 0]);
  });

  it('random octets and lines made of real pieces: no exception, bounded memory, ready afterwards', async () => {
    const runtime = createVirtualRuntime({ seed: 'fuzz', startMs: 0, pace: 'fast' });
    const line = wire(runtime, { baud: 115200 });
    const random = seededRandom('fuzz', 'lines');
    const pieces = [
      '\r\n',
      'OK\r\n',
      'ERROR\r\n',
      '> ',
      '+CMGR: 1,"",',
      '+CMTI: "SM",',
      '+CPMS: "SM",',
      '+CREG: ',
      '0,5\r\n',
      '9999999999',
      '+CMS ERROR: ',
      '0791',
      'FF',
      ',',
      '"',
      '\x1a',
      'RDY\r\n',
      '+CPIN: READY\r\n',
      '+CCLK: "',
      '*PSUTTZ: 2026,1,1',
      '+CMGL: 7,1,,',
      '+CBC: 0,1,',
    ];
    let handed = 0;
    const modem = createModem(portUart(line[0]), createOutbox(runtimeClock(runtime), { onSms: () => handed++ }));
    line[1].onData(() => undefined);
    startModem(modem);
    for (let round = 0; round < 4000; round++) {
      const [kind, size] = random(2);
      const text =
        kind < 100
          ? Buffer.from(random(size)).toString('latin1')
          : Array.from(random(12), (i) => pieces[i % pieces.length]).join('');
      line[1].write(Buffer.from(text, 'latin1'));
      await runtime.runFor(kind & 1 ? 10 : 3000);
      expect(modem.line.length).to.be.at.most(MAX_LINE + 64);
      expect(modem.reads.length).to.be.at.most(MAX_PLACES);
    }
    expect(handed).to.equal(0);
  });
});
