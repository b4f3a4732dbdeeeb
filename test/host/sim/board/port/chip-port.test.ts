// Holds: what lies between a chip's lines and its JavaScript, each way of the port alone.
import { expect } from 'chai';
import type { PortModeName } from '../../../../../boards/espruino/builds';
import { ChipPort } from '../../../../../host/sim/board/port/chip-port';
import { portModes } from '../../../../../host/sim/board/port/modes';
import { createVirtualRuntime, type VirtualRuntime } from '../../../../../host/sim/clock/virtual-runtime';

const BAUD = 19_200;
const BURST_BYTES = 512;

describe('sim/board port of a chip', () => {
  let runtime: VirtualRuntime;
  beforeEach(() => (runtime = createVirtualRuntime({ seed: 'port', startMs: 1_700_000_000_000, pace: 'fast' })));
  afterEach(() => runtime.close());

  function makePort(...names: PortModeName[]): { port: ChipPort; heard: () => number; atMs: number[] } {
    let heard = 0;
    const atMs: number[] = [];
    const startMs = runtime.nowMs();
    const port = new ChipPort({
      runtime,
      modes: portModes(names),
      deliver: (_line, bytes) => {
        heard += bytes.length;
        atMs.push(runtime.nowMs() - startMs);
      },
    });
    return { port, heard: () => heard, atMs };
  }

  /** As a line gives them: 64 octets every 33 ms. */
  async function burst(port: ChipPort, lenBytes = BURST_BYTES, line = 'link'): Promise<void> {
    for (let left = lenBytes; left > 0; left -= 64) {
      await runtime.runFor((Math.min(64, left) * 10_000) / BAUD);
      port.hear(line, new Uint8Array(Math.min(64, left)));
    }
  }

  it('no way: bytes pass at once', async () => {
    const { port, heard } = makePort();
    port.hear('link', new Uint8Array(5000));
    expect(heard()).to.equal(5000);
    expect(port.lost()).to.deep.equal({});
  });

  it('poll: what comes to an idle line waits up to 100 ms, then 5', async () => {
    const { port, atMs } = makePort('poll');
    await runtime.runFor(1003);
    port.hear('link', new Uint8Array(1));
    await runtime.runFor(100);
    port.hear('link', new Uint8Array(1));
    await runtime.runFor(100);
    expect(atMs[0]).to.be.within(1003, 1103);
    expect(atMs).to.have.length(2);
    const { port: second, atMs: at } = makePort('poll');
    second.hear('link', new Uint8Array(1));
    await runtime.runFor(100);
    second.hear('link', new Uint8Array(1));
    second.hear('link', new Uint8Array(1));
    await runtime.runFor(5);
    expect(at.length).to.be.at.least(1);
  });

  it('event-loss: of a burst to an idle line most is lost, with the poll or behind a handler', async () => {
    const { port, heard } = makePort('event-loss', 'poll');
    await runtime.runFor(1000);
    await burst(port);
    await runtime.runFor(200);
    expect(heard()).to.be.below(BURST_BYTES);
    expect(heard() + port.lost().link).to.equal(BURST_BYTES);
    const good = makePort('poll');
    await burst(good.port);
    await runtime.runFor(200);
    expect(good.heard()).to.equal(BURST_BYTES);
  });

  it('event-loss: another line is not concerned', async () => {
    const { port } = makePort('event-loss', 'erase');
    port.erase();
    port.hear('link', new Uint8Array(10));
    port.hear('console', new Uint8Array(10));
    port.hear('link', new Uint8Array(10));
    await runtime.runFor(100);
    expect(port.lost()).to.deep.equal({ link: 10 });
  });

  for (const [mode, eraseMs] of [
    ['erase', 45],
    ['erase-worst', 400],
  ] as const)
    it(`${mode}: a line keeps 128 octets in ${eraseMs} ms, and JavaScript gets them afterwards`, async () => {
      const { port, heard, atMs } = makePort(mode);
      port.erase();
      expect(port.busyMs()).to.equal(eraseMs);
      port.hear('link', new Uint8Array(100));
      port.hear('link', new Uint8Array(100));
      port.hear('console', new Uint8Array(128));
      await runtime.runFor(eraseMs + 1);
      expect(heard()).to.equal(256);
      expect(Math.min(...atMs)).to.be.at.least(eraseMs);
      expect(port.lost()).to.deep.equal({ link: 72 });
    });

  it('erase: two in a row have a FIFO each, and at 19,200 baud nothing is lost', async () => {
    const { port, heard } = makePort('erase');
    for (let page = 0; page < 16; page++) port.erase();
    expect(port.busyMs()).to.equal(16 * 45);
    await burst(port);
    await runtime.runFor(1000);
    expect(heard()).to.equal(BURST_BYTES);
    expect(port.lost()).to.deep.equal({});
  });

  it('rings: a driver ring of 1,024 a line, one event ring of 4,096 for all', async () => {
    const { port, heard } = makePort('rings', 'poll');
    port.hear('link', new Uint8Array(2000));
    expect(port.lost()).to.deep.equal({ link: 976 });
    await runtime.runFor(200);
    expect(heard()).to.equal(1024);
    const busy = makePort('rings', 'erase-worst');
    busy.port.erase();
    await runtime.runFor(1);
    for (let n = 0; n < 40; n++) {
      busy.port.hear(n % 2 ? 'link' : 'console', new Uint8Array(64));
      await runtime.runFor(1);
    }
    expect(busy.port.lost().link).to.equal(20 * 64 - 128);
  });

  it('rings: a write holds JavaScript until the rest fits into the FIFO', () => {
    const { port } = makePort('rings');
    port.wrote('link', 128, BAUD);
    expect(port.busyMs()).to.equal(0);
    port.wrote('link', 512, BAUD);
    expect(port.busyMs()).to.be.closeTo((512 * 10_000) / BAUD, 1);
  });
});
