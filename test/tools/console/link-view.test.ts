// Holds tools/console/link-view against the link's own code (SPEC.md 4): what is told of a sealed link without its key,
// with it, and with another one; messages in parts, repetitions, a new session; and that no key shows.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { clockOf, uartOf } from '../../../host/kit/link-adapter';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';
import { wire } from '../../../host/sim/board/wire';
import { createVirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import { createPeer } from '../../../protocol/link/peer';
import { MSG_STATUS } from '../../../protocol/wire';
import { createLinkView, readLinkKey } from '../../../tools/console/link-view';
import type { TrafficEntry } from '../../../tools/console/traffic';

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const LONG = new Uint8Array(900).fill(9);

/**
 * A sealed link with some requests on it, as its wires heard it. lossAt: this piece of the initiator's is lost behind
 * the listener.
 */
async function traffic(lossAt?: number): Promise<{ direction: 'in' | 'out'; bytes: Uint8Array }[]> {
  const runtime = createVirtualRuntime({ seed: 'link-view', startMs: 0, pace: 'fast' });
  const heard: { direction: 'in' | 'out'; bytes: Uint8Array }[] = [];
  const line = wire(runtime, {
    tap: (from, bytes) => void heard.push({ direction: from === 0 ? 'in' : 'out', bytes }),
  });
  let pieces = 0;
  line.fault(0, (bytes) => (++pieces === lossAt ? new Uint8Array(0) : bytes));
  const crypto = protocolCrypto(runtime.random);
  const end = (index: 0 | 1): ReturnType<typeof createPeer> =>
    createPeer({
      uart: uartOf(line[index]),
      clock: clockOf(runtime),
      role: index === 0 ? 'initiator' : 'responder',
      bootId: 7 + index,
      secure: { linkKey32: KEY, crypto },
    });
  const [first, second] = [end(0), end(1)];
  second.onRequest((_type, fields, reply) => reply([...fields, 'good']));
  const ask = (fields: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) =>
      first.request(MSG_STATUS, fields as never, (error, answer) => (error ? reject(error) : resolve(answer))),
    );
  await runtime.runWhile(new Promise<void>((resolve) => first.onUp(() => resolve())), 'the link');
  await runtime.runWhile(ask([1]), 'an answer');
  await runtime.runWhile(ask([LONG]), 'a long answer');
  runtime.close();
  return heard;
}

function view(heard: { direction: 'in' | 'out'; bytes: Uint8Array }[], key?: Uint8Array): string[] {
  const entries: TrafficEntry[] = [];
  const it = createLinkView((entry) => entries.push(entry), key);
  for (const { direction, bytes } of heard)
    for (let at = 0; at < bytes.length; at += 50) it.take(direction, bytes.subarray(at, at + 50), 1000);
  return entries.map((entry) => `${entry.direction} ${entry.text}`);
}

describe('console: a sealed link', () => {
  it('without its key: kinds, numbers, acknowledgements, lengths', async () => {
    const lines = view(await traffic());
    expect(lines[0]).to.match(/^in HELLO \(boot 7, versions \d+-\d+, payload \d+, window \d+\)$/);
    expect(lines.find((line) => line.startsWith('out HELLO-REPLY (boot 8'))).to.be.a('string');
    expect(lines.some((line) => /^in DATA \d+ ack \d+: sealed, \d+ bytes$/.test(line))).to.equal(true);
    expect(lines.join()).not.to.include('status');
  });
  it('with its key: messages, also those in parts; fields as lengths; no key', async () => {
    const lines = view(await traffic(), KEY);
    expect(lines.some((line) => /^in DATA \d+ ack \d+: status \d+ \(1\)$/.test(line))).to.equal(true);
    expect(lines.some((line) => /part of a message/.test(line))).to.equal(true);
    expect(lines.some((line) => /^in DATA \d+ ack \d+: status \d+ \(900 bytes\)$/.test(line))).to.equal(true);
    expect(lines.some((line) => /^out DATA .*900 bytes, "good"/.test(line))).to.equal(true);
    expect(lines.join()).not.to.match(/sealed/);
    expect(lines.join()).not.to.include(Buffer.from(KEY).toString('hex').slice(0, 16));
  });
  it('a lost frame is told when it is sent again', async () => {
    for (let lossAt = 3; lossAt < 6; lossAt++) {
      const lines = view(await traffic(lossAt), KEY);
      expect(lines.filter((line) => /^in DATA \d+ ack \d+: status/.test(line)).length).to.be.greaterThan(1);
      expect(lines.join()).not.to.match(/sealed/);
    }
  });
  it('another key, or one direction alone: says so, and shows what it can', async () => {
    expect(view(await traffic(), new Uint8Array(32)).join('\n'))
      .to.match(/the link key given is not this link's/)
      .and.match(/sealed, \d+ bytes/);
    expect(
      view(
        (await traffic()).filter(({ direction }) => direction === 'out'),
        KEY,
      ).join('\n'),
    ).to.match(/its HELLO was not heard/);
  });
  it('a key file of another form is refused without its content', () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'link-')), 'key');
    fs.writeFileSync(file, 'secret-words');
    expect(() => readLinkKey(file))
      .to.throw(/64 hex digits/)
      .with.property('message')
      .not.include('secret-words');
    fs.writeFileSync(file, `${Buffer.from(KEY).toString('hex')}\n`);
    expect([...readLinkKey(file)]).to.deep.equal([...KEY]);
    expect(() => readLinkKey(`${file}.none`))
      .to.throw()
      .with.property('code', 'link-key-file');
  });
});
