// host/modem: the firmware's driver on a host, with long and Unicode texts; and joiner.ts (3GPP TS 23.040 9.2.3.24.1).
// Neighbours of a bounded store that is held without end (gammu #19, sms2mqtt #24, esphome #1015): the SIM with first
// parts of one sender, of many, of one message longer than it, with a wall clock set back; open messages; references
// that come round; the queue of sends. Places and bad messages: test/firmware/modem/device.test.ts.
import { expect } from 'chai';
import { createHostModem, type HostModem, type HostSms } from '../../../host/modem';
import { createJoiner, PART_AGE_MS, type Part } from '../../../host/modem/joiner';
import { wire } from '../../../host/sim/board/wire';
import { createSim800 } from '../../../host/sim/sim800';
import { encodeUserData } from '../../../protocol/sms/pdu';
import { encodeDeliver } from '../../../protocol/sms/pdu-network';
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

describe('host/modem: parts that never become whole (gammu #19, sms2mqtt #24, esphome #1015)', () => {
  /** A V whose SIM holds 20 messages; `shop` sends a first part under a reference. */
  function shopAndV(
    seed: string,
    total = 2,
  ): {
    world: World;
    sim: ReturnType<typeof createSim800>;
    got: string[];
    events: string[];
    shop: (ref: number, part?: number, from?: string) => void;
    setBack: (ms: number) => void;
  } {
    const world = createWorld(seed);
    const got: string[] = [];
    const events: string[] = [];
    const line = wire(world.runtime, { baud: 115200 });
    const sim = createSim800({
      runtime: world.runtime,
      seed: 'v',
      number: COLD,
      network: world.network,
      port: line[1],
    });
    let backMs = 0;
    createHostModem({
      port: line[0],
      runtime: { ...world.runtime, nowMs: () => world.runtime.nowMs() - backMs },
      isTrusted: (from) => from === ANNA,
      onSms(sms, ack) {
        got.push(sms.text!);
        ack();
      },
      onEvent: (name, value) => events.push(`${name} ${value}`),
    });
    const shop = (ref: number, part = 1, from = 'SHOPNEWS'): void => {
      const data = encodeUserData(0, new Uint8Array([5, 0, 3, ref, total, part]), [0x41, 0x64, 0x20]);
      const pdu = encodeDeliver({
        smsc: '+8613800210500',
        from,
        dcs: 0,
        hasHeader: true,
        userData: data,
        unixS: world.runtime.nowMs() / 1000,
      });
      world.network.inject({ from, to: COLD, pdu });
    };
    return { world, sim, got, events, shop, setBack: (ms) => void (backMs += ms) };
  }

  for (const parts of [5, 16, 19, 20, 30])
    it(`${parts} first parts: the real message is taken, and the SIM is empty within a day`, async () => {
      const { world, sim, got, events, shop } = shopAndV(`parts${parts}`);
      await world.runtime.runFor(20_000);
      for (let ref = 0; ref < parts; ref++) {
        shop(ref);
        await world.runtime.runFor(20_000);
      }
      world.network.person(ANNA).send(COLD, 'the real message');
      await world.runtime.runFor(600_000);
      expect(got).to.deep.equal(['the real message']);
      await world.runtime.runFor(4 * 3_600_000);
      expect(sim.stored()).to.equal(0);
      const givenUp = events.filter((event) => event.startsWith('parts-given-up'));
      expect(givenUp).to.have.length(parts);
    });

  it('first parts of thirty senders, and a wall clock set back: taken, and the SIM is empty within a day', async () => {
    const { world, sim, got, shop, setBack } = shopAndV('many senders');
    await world.runtime.runFor(20_000);
    for (let ref = 0; ref < 30; ref++) {
      shop(ref, 1, `SHOP${ref}`);
      await world.runtime.runFor(20_000);
      if (ref === 15) setBack(24 * 3_600_000);
    }
    world.network.person(ANNA).send(COLD, 'the real message');
    await world.runtime.runFor(600_000);
    expect(got).to.deep.equal(['the real message']);
    await world.runtime.runFor(4 * 3_600_000);
    expect(sim.stored()).to.equal(0);
  });

  it('one message of more parts than the SIM holds: the store is told to be full, and cleared', async () => {
    const { world, sim, got, events, shop } = shopAndV('huge', 255);
    await world.runtime.runFor(20_000);
    for (let part = 1; part <= 25; part++) {
      shop(1, part);
      await world.runtime.runFor(5000);
    }
    world.network.person(ANNA).send(COLD, 'the real message');
    await world.runtime.runFor(600_000);
    expect(got).to.deep.equal(['the real message']);
    expect(events.some((event) => event.startsWith('store-full'))).to.equal(true);
    expect(events.filter((event) => event.startsWith('store-full')).length).to.be.at.most(2);
    await world.runtime.runFor(4 * 3_600_000);
    expect(sim.stored()).to.equal(0);
  });

  it('another’s long message is joined while one sender fills the SIM', async () => {
    const { world, got, shop } = shopAndV('fair');
    await world.runtime.runFor(20_000);
    const text = 'long '.repeat(60);
    world.network.person(ANNA).send(COLD, text);
    for (let ref = 0; ref < 60; ref++) {
      shop(ref);
      await world.runtime.runFor(2000);
    }
    await world.runtime.runFor(600_000);
    expect(got).to.deep.equal([text]);
  });

  it('a trusted sender’s long message is joined while forty strangers fill the SIM with a part each', async () => {
    const { world, got, shop } = shopAndV('trusted');
    await world.runtime.runFor(20_000);
    shop(1, 1, ANNA);
    for (let i = 0; i < 40; i++) {
      await world.runtime.runFor(5000);
      shop(1, 1, `SHOP${i}`);
    }
    shop(1, 2, ANNA);
    await world.runtime.runFor(600_000);
    expect(got).to.deep.equal(['Ad Ad ']);
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

  it('a reference that came round: the newer part counts', () => {
    const acks: string[] = [];
    const joiner = createJoiner();
    joiner.add({ ...part(1, 2, 'a', acks), text: 'old' });
    joiner.add(part(1, 2, 'a', acks));
    expect(acks).to.deep.equal(['a1']);
    expect(joiner.add(part(2, 2, 'a', acks))!.text).to.equal('12');
  });

  it('gives up what waited for three hours, or the fullest sender’s oldest when room is needed', () => {
    const acks: string[] = [];
    const givenUp: number[] = [];
    let now = 0;
    const joiner = createJoiner({ nowMs: () => now, onGivenUp: (parts) => givenUp.push(parts) });
    joiner.add(part(1, 9, 'a', acks));
    now = PART_AGE_MS - 1;
    for (let i = 1; i <= 6; i++) joiner.add(part(i, 9, 'b', acks));
    joiner.giveUpOld();
    expect(acks).to.deep.equal([]);
    now++;
    joiner.giveUpOld();
    expect([acks, givenUp]).to.deep.equal([['a1'], [1]]);
    joiner.add(part(1, 9, 'c', acks));
    joiner.makeRoom();
    expect(givenUp).to.deep.equal([1, 6]);
    joiner.makeRoom();
    joiner.makeRoom();
    expect(givenUp).to.deep.equal([1, 6, 1]);
  });

  it('gives up a stranger’s before one’s who is trusted; the trusted ones’ when nobody else has any', () => {
    const acks: string[] = [];
    const joiner = createJoiner({ isTrusted: (from) => from === 'cold' || from === 'admin' });
    for (let i = 1; i <= 5; i++) joiner.add(part(i, 9, 'cold', acks));
    joiner.add(part(1, 9, 'admin', acks));
    for (let i = 0; i < 40; i++) joiner.add(part(1, 9, `shop ${i}`, acks));
    joiner.makeRoom();
    joiner.makeRoom();
    joiner.makeRoom();
    expect([acks.length, acks.filter((ack) => !ack.startsWith('shop'))]).to.deep.equal([
      45,
      ['cold1', 'cold2', 'cold3', 'cold4', 'cold5'],
    ]);
    joiner.makeRoom();
    expect(acks.slice(45)).to.deep.equal(['admin1']);
  });

  it('keeps senders apart, and at most 16 open', () => {
    const joiner = createJoiner();
    for (let i = 0; i < 17; i++) joiner.add(part(1, 2, `from ${i}`));
    expect(joiner.add(part(2, 2, 'from 0'))).to.equal(null);
    expect(joiner.add(part(2, 2, 'from 16'))!.text).to.equal('12');
    expect(joiner.add(part(1, 1, 'x'))!.text).to.equal('1');
  });
});
