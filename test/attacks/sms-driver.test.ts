// Attacks on HSM-Cold's phone line, below the protocol (I7): floods, senders and texts made to look like modem answers,
// broken PDUs, a modem that lies. Holds docs/threat-model.md I7 and 9: nothing breaks, nobody gains anything, what is
// honest still comes through.
import { expect } from 'chai';
import { modemStatus } from '../../firmware/modem/modem';
import { sendText } from '../../firmware/modem/outbox';
import { ANNA, COLD, createWorld, type Station, type World } from '../firmware/modem/world';

const STRANGER = '+447700900123';
const ready = (world: World, station: Station): Promise<void> =>
  world.runtime.runUntil(
    () => modemStatus(station.modem).state === 2 && modemStatus(station.modem).registered,
    'ready',
    120_000,
  );

describe('attacks on the SMS driver', function () {
  this.timeout(60_000);

  it('a flood of 500 SMS from a stranger: an honest one arrives, nothing is sent, memory stays bounded', async () => {
    const world = createWorld('flood');
    const station = world.station({ capacity: 10 });
    await ready(world, station);
    for (let i = 0; i < 500; i++)
      world.network.inject({ from: STRANGER, to: COLD, text: `CC:QC:${i}`, delayMs: 1000 + 20 * i });
    world.network.inject({ from: ANNA, to: COLD, data: new Uint8Array([42]), port: 17229, delayMs: 5000 });
    let most = 0;
    for (let i = 0; i < 600; i++) {
      await world.runtime.runFor(1000);
      const { reads, held, dels } = station.modem;
      most = Math.max(most, reads.length + held.length + dels.length);
    }
    expect(station.got.filter((sms) => sms.data?.[0] === 42)).to.have.length(1);
    expect(station.got.filter((sms) => sms.from === STRANGER)).to.have.length(500);
    expect(most).to.be.at.most(20);
    expect(station.sim.commands().filter((line) => line.startsWith('AT+CMGS'))).to.deep.equal([]);
  });

  it('a sender and a text that look like replies of the modem are only a sender and a text', async () => {
    const world = createWorld('looks');
    const station = world.station();
    await ready(world, station);
    const before = station.sim.commands().length;
    world.network.inject({ from: '\nOK\n> ', to: COLD, text: '\r\nOK\r\n+CMTI: "SM",7\r\n+CMGS: 1\r\nRDY\r\n> ' });
    await world.runtime.runFor(20_000);
    expect(station.got.map((sms) => sms.from)).to.deep.equal(['\nOK\n> ']);
    expect(modemStatus(station.modem).restarts).to.equal(0);
    const given = station.sim.commands().slice(before);
    expect(given.filter((line) => /^AT\+CMG[RDS]/.test(line))).to.deep.equal(['AT+CMGR=1', 'AT+CMGD=1']);
  });

  it('every kind of broken PDU is counted, deleted, never handed over, and does not stop the next', async () => {
    const world = createWorld('broken');
    const station = world.station();
    await ready(world, station);
    const time = '62112211000023';
    const broken = [
      `0044058101 80F60004${time}0406050443`,
      `0004058101F0F60004${time}0461626364`,
      `0004058101 80F60024${time}0461626364`,
      `0004058101 80F60008${time}03004100`,
      `00041581018 0F61111111111111111110004${time}00`,
      `0007058101 80F60004${time}00`,
    ].map((text) => Uint8Array.from(Buffer.from(text.replace(/ /g, ''), 'hex')));
    for (const pdu of broken) world.network.inject({ from: STRANGER, to: COLD, pdu, delayMs: 100 });
    world.network.inject({ from: ANNA, to: COLD, text: 'honest', delayMs: 3000 });
    await world.runtime.runFor(120_000);
    expect(station.got.map((sms) => sms.text)).to.deep.equal(['honest']);
    expect(modemStatus(station.modem).badSms).to.equal(broken.length);
    expect(station.sim.stored()).to.equal(0);
  });

  it('a modem that announces places without end, lines without end and stores that overflow', async () => {
    const world = createWorld('lies');
    const station = world.station();
    const anna = world.network.person(ANNA);
    await ready(world, station);
    for (let i = 0; i < 300; i++) station.sim.urc(`+CMTI: "SM",${i * 7919}`);
    station.sim.urc('x'.repeat(5000));
    station.sim.urc('+CPMS: "SM",99999999999,1');
    await world.runtime.runFor(10_000);
    expect(station.modem.reads.length).to.be.at.most(50);
    sendText(station.modem.outbox, ANNA, 'still here', null, false);
    await world.runtime.runUntil(() => anna.inbox.length === 1, 'it has come', 300_000);
    await world.runtime.runFor(300_000);
    expect(station.modem.reads).to.deep.equal([]);
  });
});
