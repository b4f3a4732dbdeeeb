// Holds: a board gets a role only when its lines keep every octet; a build that loses some is refused by what it does,
// with nothing written.
import { expect } from 'chai';
import { BOARD } from '../../../../boards/esp32-sim800l/board';
import { modesOf } from '../../../../boards/espruino/builds';
import { join, wire } from '../../../../host/sim/board/wire';
import type { PortModeName } from '../../../../host/sim/board/types';
import { flashBoard, type FlashOptions } from '../../../../tools/flash/flash';
import { BURSTS, BURST_BYTES, burstMs } from '../../../../tools/flash/lines/burst';
import { isProven, proofText } from '../../../../tools/flash/lines/verdict';
import { createBench, modelImage, type Bench, type BenchOptions } from '../../../../tools/flash/model/interrupted';
import { EXTERNAL_RISK } from '../../../../tools/flash/prompt/probe';
import { findPrompt } from '../../../../tools/flash/prompt/prompt';
import { decodeSlotHeader, SLOT_HEADER_BYTES } from '../../../../tools/flash/storage/slots';

const CONSOLE_BAUD = 115_200;

interface Flashed {
  outcome: string;
  said: string[];
  trials: string[];
  bauds: number[];
  /** Of the simulated clock. */
  seconds: number;
}

describe('flash: lines before a role', () => {
  /** A line whose speed the host may change, as an adapter's. */
  function makeBench(options: Omit<BenchOptions, 'seed'> = {}): { bench: Bench; setBaud(baud: number): void } {
    let hostBaud = CONSOLE_BAUD;
    const bench = createBench({ seed: 'lines', hostBaud: () => hostBaud, ...options });
    return { bench, setBaud: (baud) => void (hostBaud = baud) };
  }

  async function flash(
    { bench, setBaud }: ReturnType<typeof makeBench>,
    role: 'cold' | 'hot',
    extra: Partial<FlashOptions> = {},
    version = 1,
  ): Promise<Flashed> {
    const [host, board] = wire(bench.runtime, { baud: CONSOLE_BAUD });
    bench.board.plug(board);
    const done: Flashed = { outcome: '', said: [], trials: [], bauds: [], seconds: 0 };
    const port = Object.assign(host, {
      name: 'P',
      baud: CONSOLE_BAUD,
      setBaud: async (baud: number) => {
        done.bauds.push(baud);
        setBaud(baud);
      },
    });
    const startMs = bench.runtime.nowMs();
    done.outcome = await bench.runtime.runWhile(
      flashBoard({
        port,
        runtime: bench.runtime,
        image: modelImage(version, 9000, BOARD.name, role),
        say: (text) => done.said.push(text),
        onTrial: (line) => void (done.trials.at(-1) !== line && done.trials.push(line)),
        ...extra,
      }).then(
        () => 'done',
        (error: Error) => error.message,
      ),
      'the flashing',
      7_200_000,
    );
    done.seconds = (bench.runtime.nowMs() - startMs) / 1000;
    bench.board.unplug();
    host.close();
    return done;
  }

  const headerOf = (bench: Bench): ReturnType<typeof decodeSlotHeader> =>
    decodeSlotHeader(new Uint8Array(Buffer.from(bench.board.storage.read('hsm.a', 0, SLOT_HEADER_BYTES)!, 'latin1')));

  it(`a good build: ${BURSTS} bursts of ${BURST_BYTES} octets each way, none lost, and the proof is kept`, async () => {
    const rig = makeBench({ modes: modesOf('2v29.278'), version: '2v29.278' });
    const first = await flash(rig, 'cold');
    expect(first.outcome).to.equal('done');
    expect(first.trials).to.deep.equal(['the console line']);
    expect(first.seconds).to.be.greaterThan((2 * BURSTS * BURST_BYTES * 10) / CONSOLE_BAUD);
    expect(first.seconds).to.be.below((burstMs(BURSTS, CONSOLE_BAUD) / 1000) * 1.5 + 60);
    expect(headerOf(rig.bench)!.proof).to.equal(`2v29.278@model/115200/${BURSTS}`);
    const second = await flash(rig, 'cold', {}, 2);
    expect(second.outcome).to.equal('done');
    expect(second.trials).to.deep.equal([]);
    const more = await flash(rig, 'cold', { bursts: BURSTS + 1 }, 3);
    expect(more.trials).to.deep.equal(['the console line']);
  });

  it("HSM-Hot's line is tried at the gateway's speed, and the prompt is at its own again", async () => {
    const rig = makeBench({ modes: modesOf('2v29.278') });
    const { outcome, bauds, said } = await flash(rig, 'hot', { bursts: 40 });
    expect(outcome).to.equal('done');
    expect(bauds).to.deep.equal([19_200, CONSOLE_BAUD]);
    expect(said.join('\n')).to.match(/trying the line to the gateway: 40 bursts each way at 19200 baud, about 1 min/);
  });

  for (const [name, modes] of [
    ['2v29', modesOf('2v29')],
    ['events that are lost, on a line that is polled', ['event-loss', 'poll']],
  ] as [string, PortModeName[]][])
    for (const role of ['cold', 'hot'] as const)
      it(`${name} as HSM-${role}: line-loses, nothing written, the prompt is there again`, async () => {
        const rig = makeBench({ modes });
        const before = Buffer.from(rig.bench.flash.content());
        const { outcome } = await flash(rig, role, { erase: true });
        expect(outcome).to.match(/^line-loses: the (console line|line to the gateway) loses octets: \d+ of 10240 /);
        expect(outcome).to.include('The board gets no role, and nothing was written');
        expect(before.equals(Buffer.from(rig.bench.flash.content()))).to.equal(true);
        expect(await rig.bench.atPrompt(async () => undefined)).to.equal('done');
      });

  it('a build without its name or with another: refused in its own words, nothing written', async () => {
    for (const [espruinoBoard, words] of [
      ['', /^no-board-name: this build of Espruino has lost its name /],
      ['ESP32C3', /^wrong-board: an Espruino "ESP32C3" is none that the boards take/],
    ] as const) {
      const rig = makeBench({ espruinoBoard });
      const before = Buffer.from(rig.bench.flash.content());
      const { outcome, trials } = await flash(rig, 'cold');
      expect(outcome).to.match(words);
      expect(trials).to.deep.equal([]);
      expect(before.equals(Buffer.from(rig.bench.flash.content()))).to.equal(true);
    }
  });

  it('variables in external memory: said, with the risk', async () => {
    for (const isExternal of [false, true]) {
      const { outcome, said } = await flash(makeBench({ isExternal }), 'cold', { bursts: 20 });
      expect([outcome, said.includes(EXTERNAL_RISK)]).to.deep.equal(['done', isExternal]);
    }
  });

  it('a line that is bad now and then is refused too', async () => {
    const rig = makeBench();
    const [host, board] = wire(rig.bench.runtime, { baud: CONSOLE_BAUD });
    rig.bench.board.plug(board);
    let heard = 0;
    const write = host.write.bind(host);
    host.write = (bytes) => write(bytes.filter(() => ++heard % 40_000 !== 0));
    const outcome = await rig.bench.runtime.runWhile(
      flashBoard({
        port: Object.assign(host, { name: 'P' }),
        runtime: rig.bench.runtime,
        image: modelImage(1, 9000),
      }).then(
        () => 'done',
        (error: { code: string }) => error.code,
      ),
      'the flashing',
      7_200_000,
    );
    expect(outcome).to.equal('line-loses');
  });

  for (const [lossy, code] of [
    [false, 'done'],
    [true, 'line-loses'],
  ] as const)
    it(`a wire from TX to RX of the line between the boards: it is tried too: ${code}`, async () => {
      const rig = makeBench({
        serials: (runtime) => {
          const [inner, outer] = wire(runtime, { baud: 19_200 });
          join(outer, outer);
          const write = inner.write.bind(inner);
          if (lossy) inner.write = (bytes) => write(bytes.subarray(0, 100));
          return { Serial2: inner, Serial3: wire(runtime)[0] };
        },
      });
      const { outcome, trials, said } = await flash(rig, 'cold', { bursts: 40 });
      expect(outcome.split(':')[0]).to.equal(code);
      expect(trials).to.deep.equal(['the console line', 'the line between the boards']);
      expect(said.some((line) => line.startsWith("the modem's line (Serial3) was not tried"))).to.equal(!lossy);
    });

  it('two boards at their prompts: each counts what the other writes', async () => {
    const link = { ends: undefined as ReturnType<typeof wire> | undefined };
    const rig = makeBench({
      serials: (runtime) => {
        link.ends = wire(runtime, { baud: 19_200 });
        return { Serial2: link.ends[0], Serial3: wire(runtime)[0] };
      },
    });
    const { runtime } = rig.bench;
    const other = createBench({ seed: 'peer', runtime, serials: () => ({ Serial2: link.ends![1] }) });
    const [host, board] = wire(runtime, { baud: CONSOLE_BAUD });
    other.board.plug(board);
    const peer = await runtime.runWhile(findPrompt(host, runtime), 'the peer');
    const { outcome, trials } = await flash(rig, 'cold', { bursts: 40, peer });
    expect(outcome).to.equal('done');
    expect(trials).to.include('the line between the boards');
    link.ends!.fault(1, (bytes) => bytes.subarray(1));
    const { outcome: bad } = await flash(rig, 'cold', { bursts: 40, peer }, 2);
    expect(bad).to.match(
      /^line-loses: the line between the boards loses octets: \d+ of 10240 octets lost to the board/,
    );
  });
});

describe('flash: proof of a trial', () => {
  const trial = { version: '2v29.278', gitCommit: 'a3f0859791', baud: 19_200, bursts: 1000 };
  it('holds for the same build and speed, and as many bursts or fewer', () => {
    const proof = proofText(trial);
    expect(proof).to.equal('2v29.278@a3f0859/19200/1000');
    expect(isProven(proof, trial)).to.equal(true);
    expect(isProven(proof, { ...trial, bursts: 20 })).to.equal(true);
    expect(isProven(proof, { ...trial, bursts: 1001 })).to.equal(false);
    expect(isProven(proof, { ...trial, baud: 115_200 })).to.equal(false);
    expect(isProven(proof, { ...trial, version: '2v30' })).to.equal(false);
    expect(isProven(proof, { ...trial, gitCommit: 'b' })).to.equal(false);
    expect(isProven(undefined, trial)).to.equal(false);
  });
});
