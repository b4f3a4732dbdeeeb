// host/modem: the firmware's driver on a host, with long and Unicode texts; and joiner.ts (3GPP TS 23.040 9.2.3.24.1).
import { expect } from 'chai';
import { createHostModem, type HostModem, type HostSms } from '../../../host/modem';
import { createJoiner, type Part } from '../../../host/modem/joiner';
import { wire } from '../../../host/sim/board/wire';
import { createSim800 } from '../../../host/sim/sim800';
import { ANNA, COLD, createWorld, memoryStore, type World } from '../../firmware/modem/world';

function host(world: World, got: HostSms[], store = memoryStore()): HostModem {
  const line = wire(world.runtime, { baud: 115200 });
  createSim800({ runtime: world.runtime, seed: 'v', number: COLD, network: world.network, port: line[1] });
  return createHostModem({
    port: line[0],
    runtime: world.runtime,
    store,
    onSms(sms, ack) {
      got.push(sms);
      ack();
    },
  });
}

describe('host/modem', () => {
  it('sends long and Unicode texts in parts, and data; answers once', async () => {
    const world = createWorld('host');
    const anna = world.network.person(ANNA);
    const modem = host(world, []);
    const texts = ['short', 'ö'.repeat(400), '你好'.repeat(90), '€'];
    const done: unknown[] = [];
    for (const text of texts) modem.sendText(ANNA, text, (error) => done.push(error));
    modem.sendData(ANNA, new Uint8Array(133).fill(7), 17229, (error) => done.push(error));
    await world.runtime.runUntil(() => anna.inbox.length === 5, 'all have come', 300_000);
    await world.runtime.runFor(10_000);
    expect(done).to.deep.equal([null, null, null, null, null]);
    expect(
      anna.inbox
        .filter((sms) => sms.text)
        .map((sms) => sms.text)
        .sort(),
    ).to.deep.equal([...texts].sort());
    expect(modem.status()).to.deep.include({ queued: 0, sent: 9 });
    modem.close();
    expect(() => modem.sendText(ANNA, 'x'))
      .to.throw()
      .with.property('code', 'modem-stopped');
  });

  it('takes 200 SMS at a time, and one more not', async () => {
    const world = createWorld('many');
    const anna = world.network.person(ANNA);
    const modem = host(world, []);
    for (let i = 0; i < 200; i++) modem.sendText(ANNA, `sms ${i}`);
    expect(() => modem.sendText(ANNA, 'x'))
      .to.throw()
      .with.property('code', 'modem-queue-full');
    await world.runtime.runUntil(() => anna.inbox.length === 200, 'all have come', 3_600_000);
    expect(new Set(anna.inbox.map((sms) => sms.text)).size).to.equal(200);
  });

  it('receives Unicode and joins parts', async () => {
    const world = createWorld('join');
    const got: HostSms[] = [];
    host(world, got);
    await world.runtime.runFor(10_000);
    world.network.person(ANNA).send(COLD, 'Grüße €'.repeat(60));
    await world.runtime.runFor(30_000);
    expect(got.map(({ from, text, port }) => ({ from, text, port }))).to.deep.equal([
      { from: ANNA, text: 'Grüße €'.repeat(60), port: -1 },
    ]);
  });
});

describe('host/modem/joiner', () => {
  const part = (number: number, total: number, from = 'a', acks: string[] = []): Part => ({
    from,
    text: `${number}`,
    data: null,
    ref: 1,
    total,
    part: number,
    ack: () => void acks.push(`${from}${number}`),
  });

  it('joins in any order, acknowledges all parts together, drops a repeated one', () => {
    const acks: string[] = [];
    const joiner = createJoiner();
    expect(joiner.add(part(3, 3, 'a', acks))).to.equal(null);
    expect(joiner.add(part(1, 3, 'a', acks))).to.equal(null);
    expect(joiner.add(part(1, 3, 'a', acks))).to.equal(null);
    expect(acks).to.deep.equal(['a1']);
    const whole = joiner.add(part(2, 3, 'a', acks))!;
    expect(whole.text).to.equal('123');
    whole.ack();
    expect(acks).to.deep.equal(['a1', 'a1', 'a2', 'a3']);
  });

  it('keeps senders apart, and at most 16 open', () => {
    const joiner = createJoiner();
    for (let i = 0; i < 17; i++) joiner.add(part(1, 2, `from ${i}`));
    expect(joiner.add(part(2, 2, 'from 0'))).to.equal(null);
    expect(joiner.add(part(2, 2, 'from 16'))!.text).to.equal('12');
    expect(joiner.add(part(1, 1, 'x'))!.text).to.equal('1');
  });
});
