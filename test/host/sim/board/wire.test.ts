// Holds: a serial line of the simulation (host/kit/byte-port.ts on host/sim/board/wire.ts): speed, order, pieces of at
// most 64 bytes, taps, faults, closing.
import { expect } from 'chai';
import type { BytePort } from '../../../../host/kit/byte-port';
import { join, wire, type Wire } from '../../../../host/sim/board';
import { createVirtualRuntime, type VirtualRuntime } from '../../../../host/sim/clock/virtual-runtime';

describe('sim/board wire', () => {
  let runtime: VirtualRuntime;
  let line: Wire;
  beforeEach(() => {
    runtime = createVirtualRuntime({ seed: 'wire', startMs: 1000, pace: 'fast' });
    line = wire(runtime, { baud: 9600 });
  });
  afterEach(() => runtime.close());

  const heard = (port: BytePort): number[][] => {
    const pieces: number[][] = [];
    port.onData((bytes) => pieces.push([...bytes]));
    return pieces;
  };

  it('carries all byte values in order, in pieces of at most 64', async () => {
    const pieces = heard(line[1]);
    const sent = Uint8Array.from({ length: 256 }, (_, i) => i);
    line[0].write(sent);
    await runtime.runFor(1000);
    expect(pieces.flat()).to.deep.equal([...sent]);
    expect(pieces.every((piece) => piece.length >= 1 && piece.length <= 64)).to.equal(true);
  });

  it('takes the time of its speed', async () => {
    const pieces = heard(line[1]);
    line[0].write(new Uint8Array(96)); // 100 ms at 9,600 baud
    await runtime.runFor(99);
    expect(pieces.flat().length).to.be.lessThan(96);
    await runtime.runFor(2);
    expect(pieces.flat().length).to.equal(96);
  });

  it('never calls a listener before write has returned', () => {
    const pieces = heard(line[1]);
    line[0].write(Uint8Array.of(1));
    expect(pieces).to.deep.equal([]);
  });

  it('copies what it takes', async () => {
    const pieces = heard(line[1]);
    const bytes = Uint8Array.of(1);
    line[0].write(bytes);
    bytes[0] = 2;
    await runtime.runFor(10);
    expect(pieces).to.deep.equal([[1]]);
  });

  it('keeps bytes for the first listener, replaces a later one', async () => {
    line[0].write(Uint8Array.of(1, 2));
    await runtime.runFor(100);
    const first = heard(line[1]);
    await runtime.runFor(1);
    const second = heard(line[1]);
    line[0].write(Uint8Array.of(3));
    await runtime.runFor(100);
    expect([first, second]).to.deep.equal([[[1, 2]], [[3]]]);
  });

  it('shows both ways to a tap until it is taken off', async () => {
    const seen: string[] = [];
    const off = line.tap((from, bytes, atMs) => seen.push(`${from}:${[...bytes].join()}@${atMs}`));
    line[0].write(Uint8Array.of(1));
    line[1].write(Uint8Array.of(2));
    off();
    line[0].write(Uint8Array.of(3));
    expect(seen).to.deep.equal(['0:1@1000', '1:2@1000']);
  });

  it('garbles, loses and cuts when told to', async () => {
    const pieces = heard(line[1]);
    const send = async (byte: number): Promise<void> => {
      line[0].write(Uint8Array.of(byte));
      await runtime.runFor(10);
    };
    line.fault(0, (bytes) => bytes.map((byte) => byte ^ 0x80));
    await send(1);
    line.fault(0, () => new Uint8Array(0));
    await send(2);
    line.fault(0, (bytes) => Uint8Array.of(9, ...bytes));
    await send(3);
    line.fault(0, undefined);
    line.cut(true);
    await send(4);
    line.cut(false);
    await send(5);
    expect(pieces.flat()).to.deep.equal([0x81, 9, 3, 5]);
  });

  it('closes for both ends', async () => {
    let closed = 0;
    line[1].onClose(() => closed++);
    line[0].close();
    line[0].close();
    await runtime.runFor(1);
    expect(closed).to.equal(1);
    expect(() => line[1].write(Uint8Array.of(1)))
      .to.throw()
      .with.property('code', 'port-closed');
  });

  it('joins two lines into one', async () => {
    const other = wire(runtime);
    join(line[1], other[0]);
    const far = heard(other[1]);
    const near = heard(line[0]);
    line[0].write(Uint8Array.of(1));
    other[1].write(Uint8Array.of(2));
    await runtime.runFor(100);
    expect([far, near]).to.deep.equal([[[1]], [[2]]]);
  });
});
