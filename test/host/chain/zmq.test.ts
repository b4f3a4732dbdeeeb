// Holds host/chain/zmq.ts and zmtp.ts against a publisher as Bitcoin Core's is: octets of the handshake, frames cut
// anywhere, publishers that are none, that are gone, that come back. Spec: ZMTP 3.0, rfc.zeromq.org/spec/23.

import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { subscribeToNode, zmqAddress, type Subscriber } from '../../../host/chain/zmq';
import { FrameReader, GREETING, READY, subscription } from '../../../host/chain/zmtp';
import { realRuntime } from '../../../host/kit/runtime';
import { frame, startZmqPublisher, type ZmqPublisher } from '../zmq-publisher';

const HASH = Buffer.alloc(32, 0xab);

describe('host/chain/zmq', () => {
  let publisher: ZmqPublisher | undefined;
  let subscriber: Subscriber | undefined;
  let notices: [string, number][] = [];
  let states: string[] = [];
  afterEach(async () => {
    subscriber?.close();
    await publisher?.close();
    notices = [];
    states = [];
  });

  function subscribe(endpoint: string): void {
    subscriber = subscribeToNode({
      endpoint,
      // A second of the subscriber's pauses is a hundredth.
      runtime: { ...realRuntime(), after: (delayMs, fn) => realRuntime().after(delayMs / 100, fn) },
      onNotice: (topic, body) => notices.push([topic, body.length]),
      onState: (isUp, why) => states.push(`${isUp} ${why}`),
    });
  }
  async function until(holds: () => boolean): Promise<void> {
    for (const endMs = Date.now() + 5000; !holds(); await wait(5))
      if (Date.now() > endMs) throw new Error(`not in time: ${states.join(', ')}; ${notices.length} notices`);
  }

  it('the octets of the handshake', () => {
    const mechanism = '4e554c4c' + '00'.repeat(16);
    expect(GREETING.toString('hex')).to.equal('ff00000000000000017f0300' + mechanism + '00'.repeat(32));
    expect(READY.toString('hex')).to.equal(
      '0419' + '055245414459' + '0b536f636b65742d54797065' + '00000003' + '535542',
    );
    expect(subscription('rawtx').toString('hex')).to.equal('000601' + '7261777478');
  });

  it('subscribes and takes notices of every size, in pieces of every size', async () => {
    publisher = await startZmqPublisher();
    subscribe(publisher.endpoint);
    await until(() => states.length === 1);
    const topics = ['hashblock', 'rawtx'].map((topic) => subscription(topic).toString('hex')).join('');
    await until(() => publisher!.received() === GREETING.toString('hex') + READY.toString('hex') + topics);
    publisher.publish('hashblock', HASH);
    publisher.publish('rawtx', Buffer.alloc(255), 7);
    publisher.publish('rawtx', Buffer.alloc(256), 1);
    publisher.publish('rawtx', Buffer.alloc(4_000_000), 65_536);
    publisher.publish('hashtx', HASH); // not asked for
    publisher.publish('hashblock', HASH);
    await until(() => notices.length === 5);
    expect(notices).to.deep.equal([
      ['hashblock', 32],
      ['rawtx', 255],
      ['rawtx', 256],
      ['rawtx', 4_000_000],
      ['hashblock', 32],
    ]);
    expect(states).to.deep.equal(['true subscribed']);
  });

  it('subscribes again when the publisher was gone, and says so once', async () => {
    publisher = await startZmqPublisher();
    const { endpoint } = publisher;
    subscribe(endpoint);
    await until(() => states.length === 1);
    await publisher.close();
    await until(() => states.length === 2);
    await wait(60); // tries in vain
    publisher = await startZmqPublisher(zmqAddress(endpoint)!.port);
    await until(() => states.length === 3);
    publisher.publish('hashblock', HASH);
    await until(() => notices.length === 1);
    expect(states.map((state) => state.split(' ')[0])).to.deep.equal(['true', 'false', 'true']);
  });

  it('a publisher that says nothing, or something else, is asked again and ends nothing', async () => {
    const greeting = Buffer.from(GREETING);
    greeting.write('CURVE', 12);
    const old = Buffer.from(GREETING);
    old[10] = 1;
    const tooLong = Buffer.from('02ffffffffffffffff', 'hex');
    const firsts: Record<string, Buffer> = {
      silent: Buffer.alloc(0),
      http: Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'.padEnd(64, 'x')),
      secured: greeting,
      old,
      'too long': Buffer.concat([GREETING, READY, tooLong]),
      'message first': Buffer.concat([GREETING, frame(0, HASH)]),
      refusing: Buffer.concat([GREETING, frame(4, Buffer.from('\x05ERROR\x00'))]),
      'many parts': Buffer.concat([GREETING, READY, ...Array<Buffer>(9).fill(frame(1, HASH))]),
    };
    for (const [name, first] of Object.entries(firsts)) {
      publisher = await startZmqPublisher(0, first);
      subscribe(publisher.endpoint);
      await until(() => publisher!.count() >= 2);
      expect([name, notices]).to.deep.equal([name, []]);
      subscriber!.close();
      await publisher.close();
    }
  });

  it('random octets after the greeting: taken or refused, never anything else', () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const reader = new FrameReader({ onGreeting() {}, onReady() {}, onMessage: (parts) => void parts.length });
      const noise = Buffer.from(Array.from({ length: 60 }, (_, i) => (seed * (i + 7) * 2654435761) >>> (i % 24)));
      try {
        reader.push(Buffer.concat([GREETING, READY, noise]));
      } catch (error) {
        expect(error).to.include({ code: 'zmtp-form' });
      }
    }
  });

  it('addresses', () => {
    expect(zmqAddress('tcp://[::1]:28332')).to.deep.equal({ host: '::1', port: 28332 });
    for (const bad of ['', '127.0.0.1:1', 'tcp://h', 'tcp://h:0', 'tcp://h:65536', 'ipc://x', 'tcp://::1:9'])
      expect(zmqAddress(bad), bad).to.equal(undefined);
  });
});
