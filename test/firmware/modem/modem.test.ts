// firmware/modem/modem.ts against the simulated SIM800, A7670 and SIM7600: 3GPP TS 27.005 and 27.007 as the driver uses
// them, docs/threat-model.md I7 of the system (SMS late, twice, cut: nothing breaks), deletion only after durable
// handling, a send queue that outlives a reboot.
import { expect } from 'chai';
import { modemStatus, stopModem } from '../../../firmware/modem/modem';
import { sendData, sendText } from '../../../firmware/modem/outbox';
import { MAX_QUEUE } from '../../../firmware/modem/outbox';
import { MODEM_KINDS, MODEM_KIND_NAMES } from '../../../host/sim/sim800/kinds';
import { ANNA, COLD, START_MS, createWorld as createWorldOf, memoryStore, type Station, type World } from './world';

const ready = (world: World, station: Station): Promise<void> =>
  world.runtime.runUntil(
    () => modemStatus(station.modem).state === 2 && modemStatus(station.modem).registered,
    'the modem is ready',
    120_000,
  );

/** Steps of the start-up that differ by kind. */
const SET_UP = {
  sim800: ['AT+CLTS=1', 'AT+CMGF=0', 'AT+CPMS="SM","SM","SM"', 'AT+CNMI=2,1,0,0,0'],
  a7670: [
    'AT+CTZU=1',
    'AT+CTZR=1',
    'AT+CMGF=0',
    'AT+CPMS=?',
    'AT+CPMS="ME","ME","ME"',
    'AT+CNMI=?',
    'AT+CNMI=2,1,0,0,0',
  ],
  sim7600: [
    'AT+CTZU=1',
    'AT+CTZR=1',
    'AT+CMGF=0',
    'AT+CPMS=?',
    'AT+CPMS="SM","SM","SM"',
    'AT+CNMI=?',
    'AT+CNMI=2,1,0,0,0',
  ],
};

for (const kind of MODEM_KIND_NAMES) {
  const createWorld = (seed: string): World => createWorldOf(seed, {}, kind);
  describe(`firmware/modem with ${kind}: start-up`, () => {
    it('gives the commands in order, once the modem is awake, and ends ready and registered', async () => {
      const world = createWorld('start');
      const station = world.station();
      await ready(world, station);
      await world.runtime.runFor(3000);
      const commands = station.sim.commands();
      const last = commands.lastIndexOf('ATE0');
      expect(commands.slice(last, commands.indexOf('AT+CMGL=4') + 1)).to.deep.equal([
        'ATE0',
        'AT+CMEE=1',
        'AT+CGMM',
        'AT+CPIN?',
        'AT+CREG=1',
        'AT+CREG?',
        ...SET_UP[kind],
        'AT+CMGL=4',
      ]);
      const status = modemStatus(station.modem);
      expect(status.rssi).to.equal(21);
      expect(status.operator).to.equal('CHINA MOBILE');
      expect(status.supplyMv).to.equal(4012);
      expect([status.stored, status.capacity]).to.deep.equal([0, MODEM_KINDS[kind].store.capacity]);
    });

    it('learns the network time', async () => {
      const world = createWorld('time');
      const station = world.station();
      await ready(world, station);
      await world.runtime.runFor(20_000);
      expect(modemStatus(station.modem).networkTime).to.be.within(START_MS / 1000, START_MS / 1000 + 60);
    });

    it('gives the PIN, and one that is refused never again', async () => {
      const good = createWorld('pin');
      const station = good.station({ pin: '1234' }, { pins: ['1234'] });
      await ready(good, station);
      const bad = createWorld('pin');
      const refused = bad.station({ pin: '1234' }, { pins: ['9999'] });
      await bad.runtime.runFor(600_000);
      expect(refused.sim.commands().filter((line) => line.startsWith('AT+CPIN='))).to.have.length(1);
      expect(refused.events.some((event) => event.startsWith('pin-wrong'))).to.equal(true);
      const none = createWorld('pin');
      const asked = none.station({ pin: '1234' });
      await none.runtime.runFor(60_000);
      expect(asked.events.some((event) => event.startsWith('pin-needed'))).to.equal(true);
    });

    it('waits for a SIM', async () => {
      const world = createWorld('sim');
      const station = world.station({ simPresent: false });
      await world.runtime.runFor(60_000);
      expect(station.events.some((event) => event.startsWith('no-sim'))).to.equal(true);
    });

    it('cycles the power of a modem that does not answer', async () => {
      const world = createWorld('dead');
      let calls = 0;
      const modemOn = (_index: number, done: () => void): void => {
        if (++calls > 1) station.sim.powerOn();
        world.runtime.after(1000, done);
      };
      const station: Station = world.station(
        { poweredOn: false },
        { power: { modemOn, modemOff: () => station?.sim.powerOff() } },
      );
      await ready(world, station);
      expect(station.events.some((event) => event.startsWith('power-cycle'))).to.equal(true);
    });
  });

  describe(`firmware/modem with ${kind}: sending`, () => {
    it('sends text and data, calls done once', async () => {
      const world = createWorld('send');
      const station = world.station();
      const anna = world.network.person(ANNA);
      const done: unknown[] = [];
      sendText(station.modem.outbox, ANNA, 'CC:ALARM:forgery:1:closed', (error) => done.push(error), true);
      sendData(
        station.modem.outbox,
        ANNA,
        { port: 17229, bytes: new Uint8Array([1, 2, 255]) },
        (error) => done.push(error),
        true,
      );
      await world.runtime.runUntil(() => anna.inbox.length === 2, 'both have come', 120_000);
      await world.runtime.runFor(5000);
      expect(done).to.deep.equal([null, null]);
      expect(anna.inbox.map((sms) => sms.from)).to.deep.equal([COLD, COLD]);
      expect(anna.inbox.map((sms) => sms.text)).to.include('CC:ALARM:forgery:1:closed');
      const data = anna.inbox.find((sms) => sms.data)!;
      expect([[...data.data!], data.port]).to.deep.equal([[1, 2, 255], 17229]);
    });

    it('refuses what it cannot send, with codes', () => {
      const station = createWorld('codes').station();
      const codeOf = (run: () => void): string => {
        try {
          run();
        } catch (error) {
          return (error as { code: string }).code;
        }
        return 'none';
      };
      const { outbox } = station.modem;
      expect(codeOf(() => sendText(outbox, ANNA, 'x'.repeat(161), null, true))).to.equal('pdu-length');
      expect(codeOf(() => sendText(outbox, ANNA, '\xe4\xbd\xa0', null, true))).to.equal('pdu-text');
      expect(codeOf(() => sendText(outbox, 'anna', 'x', null, true))).to.equal('pdu-address');
      expect(codeOf(() => sendData(outbox, ANNA, { port: 1, bytes: new Uint8Array(134) }, null, true))).to.equal(
        'pdu-length',
      );
      for (let i = 0; i < MAX_QUEUE; i++) sendText(outbox, ANNA, 'x', null, true);
      expect(codeOf(() => sendText(outbox, ANNA, 'x', null, true))).to.equal('modem-queue-full');
    });

    for (const fault of ['mute', 'error', 'restart', { cms: 331 }, { cms: 500 }, { cms: 314 }, { cms: 38 }] as const) {
      it(`tries again after ${JSON.stringify(fault)}`, async () => {
        const world = createWorld('again');
        const station = world.station();
        const anna = world.network.person(ANNA);
        await ready(world, station);
        station.sim.faultNext('AT+CMGS', fault);
        let result: unknown = 'none';
        sendText(station.modem.outbox, ANNA, 'hello', (error) => void (result = error), true);
        await world.runtime.runUntil(() => anna.inbox.length > 0 && result !== 'none', 'it has come', 300_000);
        expect(result).to.equal(null);
        await world.runtime.runFor(60_000);
        expect(anna.inbox).to.have.length(1);
      });
    }

    it('a restart between the network and the answer: sent again rather than lost', async () => {
      const world = createWorld('between');
      const station = world.station();
      const anna = world.network.person(ANNA);
      await ready(world, station);
      station.sim.faultNext('AT+CMGS', 'restart-after');
      sendText(station.modem.outbox, ANNA, 'hello', null, true);
      await world.runtime.runFor(120_000);
      expect(anna.inbox.map((sms) => sms.text)).to.deep.equal(['hello', 'hello']);
    });

    it('gives up on a message that the network refuses, and after the last try', async () => {
      const world = createWorld('refuse');
      const station = world.station({}, { maxTries: 4 });
      await ready(world, station);
      const codes: (string | undefined)[] = [];
      world.network.rule({ to: ANNA, action: 'refuse', cms: 1, times: 100 });
      world.network.rule({ to: '+861', action: 'refuse', cms: 41, times: 100 });
      sendText(station.modem.outbox, ANNA, 'a', (error) => codes.push(error?.code), true);
      sendText(station.modem.outbox, '+861', 'b', (error) => codes.push(error?.code), true);
      await world.runtime.runFor(600_000);
      expect(codes).to.deep.equal(['modem-refused', 'modem-tries']);
      expect(station.sim.commands().filter((line) => line.startsWith('AT+CMGS'))).to.have.length(3 + 4);
    });

    it('waits out a loss of registration without using up tries', async () => {
      const world = createWorld('outage');
      const station = world.station({}, { maxTries: 2 });
      const anna = world.network.person(ANNA);
      await ready(world, station);
      world.network.outage(COLD, true);
      await world.runtime.runFor(1000);
      sendText(station.modem.outbox, ANNA, 'later', null, true);
      await world.runtime.runFor(3_600_000);
      expect(anna.inbox).to.have.length(0);
      world.network.outage(COLD, false);
      await world.runtime.runUntil(() => anna.inbox.length === 1, 'it has come', 120_000);
    });

    it('the queue outlives a reboot', async () => {
      const world = createWorld('reboot');
      const store = memoryStore();
      const first = world.station({}, { store });
      const anna = world.network.person(ANNA);
      world.network.outage(COLD, true);
      sendText(first.modem.outbox, ANNA, 'one', null, true);
      sendData(first.modem.outbox, ANNA, { port: 17229, bytes: new Uint8Array([7]) }, null, true);
      await world.runtime.runFor(20_000);
      stopModem(first.modem);
      world.network.outage(COLD, false);
      world.reboot(first, { store });
      await world.runtime.runUntil(() => anna.inbox.length === 2 && store.size() === 0, 'both have come', 180_000);
      expect(anna.inbox.map((sms) => sms.text)).to.have.members(['one', null]);
    });
  });

  describe(`firmware/modem with ${kind}: receiving`, () => {
    it('hands over text, data and names, and deletes after the acknowledgement only', async () => {
      const world = createWorld('receive');
      const station = world.station({}, {}, false);
      await ready(world, station);
      world.network.person(ANNA).send(COLD, 'hello');
      world.network.inject({ from: 'Bank', to: COLD, data: new Uint8Array([9, 8]), port: 17229 });
      await world.runtime.runFor(60_000);
      expect(station.got.map((sms) => sms.from).sort()).to.deep.equal([ANNA, 'Bank']);
      expect(station.got.find((sms) => sms.data)).to.deep.include({ port: 17229, total: 1, part: 1, modem: 0 });
      expect(station.got[0].sentAt).to.be.within(START_MS / 1000, START_MS / 1000 + 120);
      expect(station.sim.stored()).to.equal(2);
      station.acks.forEach((ack) => ack());
      station.acks.forEach((ack) => ack());
      await world.runtime.runFor(5000);
      expect(station.sim.stored()).to.equal(0);
      expect(station.got).to.have.length(2);
    });

    it('a crash before the acknowledgement: the message comes again after the reboot', async () => {
      const world = createWorld('crash');
      const first = world.station({}, {}, false);
      await ready(world, first);
      world.network.person(ANNA).send(COLD, 'once');
      await world.runtime.runUntil(() => first.got.length === 1, 'handed over', 60_000);
      stopModem(first.modem);
      const second = world.reboot(first);
      await world.runtime.runUntil(
        () => second.got.length === 1 && second.sim.stored() === 0,
        'handed over again',
        60_000,
      );
      expect(second.got[0].text).to.equal('once');
    });

    it('drains what came while nobody listened, and a store that was full', async () => {
      const world = createWorld('full');
      const station = world.station({ capacity: 5 }, {}, false);
      await ready(world, station);
      for (let i = 0; i < 9; i++) world.network.inject({ from: ANNA, to: COLD, text: `sms ${i}`, delayMs: 1000 + i });
      await world.runtime.runFor(60_000);
      expect(station.got).to.have.length(5);
      expect(station.events.some((event) => event.startsWith('store-full'))).to.equal(true);
      for (let round = 0; round < 5; round++) {
        station.acks.splice(0).forEach((ack) => ack());
        await world.runtime.runFor(60_000);
      }
      expect(station.got.map((sms) => sms.text).sort()).to.deep.equal(
        [0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => `sms ${i}`),
      );
      expect(station.sim.stored()).to.equal(0);
    });

    it('hands over no more than may wait for their acknowledgement, then the others', async () => {
      const world = createWorld('held');
      const station = world.station({}, { maxHeld: 3 }, false);
      await ready(world, station);
      for (let i = 0; i < 12; i++) world.network.inject({ from: ANNA, to: COLD, text: `sms ${i}`, delayMs: 1000 + i });
      await world.runtime.runFor(10 * 60_000);
      expect([station.got.length, station.sim.stored(), modemStatus(station.modem).badSms]).to.deep.equal([3, 12, 0]);
      for (let round = 0; round < 4; round++) {
        station.acks.splice(0).forEach((ack) => ack());
        await world.runtime.runFor(20_000);
      }
      expect([new Set(station.got.map((sms) => sms.text)).size, station.got.length]).to.deep.equal([12, 12]);
      expect(station.sim.stored()).to.equal(0);
    });

    it('finds messages whose +CMTI never came', async () => {
      const world = createWorld('silent');
      const station = world.station({ faults: { silentSms: 1 } });
      await ready(world, station);
      world.network.person(ANNA).send(COLD, 'psst');
      await world.runtime.runUntil(() => station.got.length === 1, 'found', 90_000);
    });

    it('an SMS that cannot be understood is counted, deleted and not handed over', async () => {
      const world = createWorld('bad');
      const station = world.station();
      await ready(world, station);
      const compressed = Uint8Array.from(
        Buffer.from('0004058101 80F6002062112211000023 0461626364'.replace(/ /g, ''), 'hex'),
      );
      world.network.inject({ from: ANNA, to: COLD, pdu: compressed });
      await world.runtime.runFor(60_000);
      expect(station.got).to.have.length(0);
      expect(station.sim.stored()).to.equal(0);
      expect(modemStatus(station.modem).badSms).to.equal(1);
    });

    it('an SMS that is mangled on the line is read when the line is good again, and deleted after a day', async () => {
      const world = createWorld('mangled');
      const station = world.station();
      await ready(world, station);
      station.line.fault(1, (bytes) =>
        Uint8Array.from(Buffer.from(bytes).toString('latin1').replace(/0891/, '08#1'), (c) => c.charCodeAt(0)),
      );
      world.network.person(ANNA).send(COLD, 'patience');
      await world.runtime.runFor(600_000);
      expect([station.got.length, station.sim.stored(), modemStatus(station.modem).badSms]).to.deep.equal([0, 1, 0]);
      station.line.fault(1, undefined);
      await world.runtime.runUntil(
        () => station.got.length === 1 && station.sim.stored() === 0,
        'read at last',
        900_000,
      );
      station.line.fault(1, (bytes) =>
        Uint8Array.from(Buffer.from(bytes).toString('latin1').replace(/0891/, '08#1'), (c) => c.charCodeAt(0)),
      );
      world.network.person(ANNA).send(COLD, 'never');
      await world.runtime.runUntil(() => station.sim.stored() === 1, 'it has come', 60_000);
      await world.runtime.runUntil(() => station.sim.stored() === 0, 'it is given up', 24 * 3_600_000);
      expect([station.got.length, modemStatus(station.modem).badSms]).to.deep.equal([1, 1]);
      expect(station.events.some((event) => event.startsWith('sms-stuck'))).to.equal(true);
    });

    for (const fault of ['mute', 'error', 'restart', 'restart-after'] as const) {
      for (const command of ['AT+CMGR', 'AT+CMGD', 'AT+CMGL', 'AT+CPMS']) {
        it(`${fault} at ${command} loses nothing`, async () => {
          const world = createWorld('lossless');
          const station = world.station();
          station.sim.faultNext(command, fault);
          await ready(world, station);
          for (let i = 0; i < 3; i++)
            world.network.inject({ from: ANNA, to: COLD, text: `sms ${i}`, delayMs: 1000 + 1500 * i });
          await world.runtime.runFor(200_000);
          expect([...new Set(station.got.map((sms) => sms.text))].sort()).to.deep.equal(['sms 0', 'sms 1', 'sms 2']);
          expect(station.sim.stored()).to.equal(0);
        });
      }
    }
  });
}
