// The simulated GSM network: store and forward (3GPP TS 23.040 3.1), its faults, its script, and that a seed tells all.
import { expect } from 'chai';
import { createGsmNetwork, type GsmNetwork, type GsmOptions, type SmsTraffic } from '../../../../host/sim/gsm';
import { createVirtualRuntime, type VirtualRuntime } from '../../../../host/sim/clock/virtual-runtime';

const ANNA = '+8613900000002';
const BEN = '+8613900000003';

function world(options: Partial<GsmOptions> = {}): {
  runtime: VirtualRuntime;
  network: GsmNetwork;
  traffic: SmsTraffic[];
} {
  const runtime = createVirtualRuntime({ seed: 'gsm', startMs: Date.UTC(2026, 10, 22), pace: 'fast' });
  const network = createGsmNetwork({ runtime, seed: 7, ...options });
  const traffic: SmsTraffic[] = [];
  network.onTraffic((sms) => void traffic.push(sms));
  return { runtime, network, traffic };
}

describe('host/sim/gsm', () => {
  it('delivers in 2 to 6 s by default, text and data, and tells of it', async () => {
    const { runtime, network, traffic } = world();
    const [anna, ben] = [network.person(ANNA), network.person(BEN)];
    anna.send(BEN, 'Grüße 你好');
    anna.sendData(BEN, new Uint8Array([1, 2, 3]), 17229);
    const sentMs = runtime.nowMs();
    await runtime.runFor(1990);
    expect(ben.inbox).to.have.length(0);
    await runtime.runFor(4100);
    expect(ben.inbox).to.have.length(2);
    expect(ben.inbox.map((sms) => sms.text)).to.include('Grüße 你好');
    expect(ben.inbox.find((sms) => sms.data)).to.deep.include({ port: 17229, from: ANNA });
    expect(ben.inbox.every((sms) => sms.atMs - sentMs >= 2000 && sms.atMs - sentMs <= 6000)).to.equal(true);
    expect(traffic.map((sms) => sms.fate).sort()).to.deep.equal(['delivered', 'delivered', 'submitted', 'submitted']);
    expect(traffic.find((sms) => sms.data)!.octets).to.equal(10);
    expect(network.stats()).to.deep.include({ submitted: 2, delivered: 2, lost: 0 });
  });

  it('joins long texts, and finds national numbers', async () => {
    const { runtime, network } = world();
    const [anna, ben] = [network.person(ANNA), network.person(BEN)];
    anna.send('13900000003', 'x'.repeat(500) + '€');
    await runtime.runFor(10_000);
    expect(ben.inbox.map((sms) => sms.text)).to.deep.equal(['x'.repeat(500) + '€']);
  });

  it('a spoofed sender looks like the real one', async () => {
    const { runtime, network } = world();
    const ben = network.person(BEN);
    network.inject({ from: ANNA, to: BEN, text: 'trust me' });
    network.inject({ from: 'Bank', to: BEN, data: new Uint8Array([5]), port: 17229, delayMs: 0 });
    await runtime.runFor(10_000);
    expect(ben.inbox.map((sms) => sms.from)).to.deep.equal(['Bank', ANNA]);
  });

  it('waits for a number that is out, in both directions', async () => {
    const { runtime, network } = world();
    const [anna, ben] = [network.person(ANNA), network.person(BEN)];
    network.outage(BEN, true);
    anna.send(BEN, 'one');
    expect(network.submit(BEN, new Uint8Array([0, 1]))).to.deep.equal({ ok: false, cms: 331 });
    await runtime.runFor(3_600_000);
    expect([ben.inbox.length, network.stats().waiting]).to.deep.equal([0, 1]);
    network.outage(BEN, false);
    await runtime.runFor(2000);
    expect([ben.inbox.length, network.stats().waiting]).to.deep.equal([1, 0]);
    expect(network.submit(BEN, new Uint8Array([0, 1]))).to.deep.equal({ ok: false, cms: 304 });
  });

  it('gives up after 48 hours', async () => {
    const { runtime, network } = world();
    network.person(ANNA).send('+8613999999999', 'nobody');
    await runtime.runFor(49 * 3_600_000);
    network.person('+8613999999999');
    await runtime.runFor(5000);
    expect(network.stats()).to.deep.include({ lost: 1, delivered: 0, waiting: 0 });
  });

  it('script: drop, duplicate, delay, refuse, hold and release, by sender, receiver and content', async () => {
    const { runtime, network } = world();
    const [anna, ben] = [network.person(ANNA), network.person(BEN)];
    const seen = async (text: string, ms = 7000): Promise<number> => {
      anna.send(BEN, text);
      await runtime.runFor(ms);
      return ben.inbox.filter((sms) => sms.text === text).length;
    };
    network.rule({ from: BEN, action: 'drop' });
    const drop = network.rule({ from: ANNA, to: BEN, action: 'drop', when: (sms) => sms.text === 'lost' });
    expect([await seen('kept'), await seen('lost'), await seen('lost'), drop.hits()]).to.deep.equal([1, 0, 1, 1]);
    network.rule({ to: BEN, action: 'duplicate' });
    expect(await seen('twice', 80_000)).to.equal(2);
    network.rule({ action: 'delay', delayMs: 100_000 });
    expect(await seen('late')).to.equal(0);
    await runtime.runFor(95_000);
    expect(ben.inbox.filter((sms) => sms.text === 'late')).to.have.length(1);
    network.rule({ action: 'refuse', cms: 21 });
    expect(await seen('refused')).to.equal(0);
    expect(network.stats().refused).to.equal(1);
    const hold = network.rule({ action: 'hold', times: 2 });
    await seen('held 1');
    expect(await seen('held 2')).to.equal(0);
    hold.release();
    await runtime.runFor(10);
    expect(ben.inbox.slice(-2).map((sms) => sms.text)).to.deep.equal(['held 1', 'held 2']);
  });

  it('odds: loss, duplicates and reordering come near what was asked, and a seed repeats them', async () => {
    const run = async (): Promise<string> => {
      const { runtime, network } = world({ loss: 0.1, duplicate: 0.1, reorder: 0.2, reorderMs: 3_600_000 });
      const [anna, ben] = [network.person(ANNA), network.person(BEN)];
      for (let i = 0; i < 2000; i++) anna.sendData(BEN, new Uint8Array([i >> 8, i & 255]), 1);
      await runtime.runFor(2 * 3_600_000);
      const { lost, duplicated, delivered } = network.stats();
      expect(lost).to.be.within(150, 250);
      expect(duplicated).to.be.within(130, 250);
      expect(delivered).to.equal(2000 - lost + duplicated);
      return ben.inbox.map((sms) => (sms.data![0] << 8) | sms.data![1]).join();
    };
    expect(await run()).to.equal(await run());
  });
});
