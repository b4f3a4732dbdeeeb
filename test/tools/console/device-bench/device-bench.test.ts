// Holds tools/console/device-bench: a table from a board at its prompt, from HSM-Cold's own firmware, and losses of a
// bad line.
import { expect } from 'chai';
import { wire } from '../../../../host/sim/board/wire';
import { adapterRows } from '../../../../tools/console/device-bench/adapter';
import { radioStates } from '../../../../tools/console/device-bench/radio-states';
import { benchDevice, benchText } from '../../../../tools/console/device-bench/device-bench';
import { measureLoss, measureSpeeds } from '../../../../tools/console/device-bench/uart-loss';
import { createBench, modelImage } from '../../../../tools/flash/model/interrupted';
import { findPrompt } from '../../../../tools/flash/prompt/prompt';
import type { OpenPort } from '../../../../tools/serial/open';
import { realRuntime } from '../../../../host/kit/runtime';
import { openPort } from '../../../../tools/serial/open';
import type { PortModeName } from '../../../../host/sim/board/types';
import { readyRig } from '../../../firmware/rig';
import { startGenuine } from '../../../../tools/flash/model/genuine';

const named = <T extends object>(port: T): T & { name: string } => Object.assign(port, { name: 'P' });

describe('device-bench', () => {
  it('measures a board at its prompt', async () => {
    const bench = createBench({ seed: 'db' });
    const [host, board] = wire(bench.runtime);
    bench.board.plug(board);
    const result = await bench.runtime.runWhile(benchDevice(named(host), bench.runtime), 'the bench');
    expect(result).to.include({ board: 'ESP32', interpreter: '2v29.277' });
    expect(result.figures.find((figure) => figure.name === 'hwRand: distinct of 64')!.value).to.equal(1);
    expect(result.figures.find((figure) => figure.name === 'line, bursts of 2048')!.value).to.equal(6);
    expect(result.figures.find((figure) => figure.name === 'radios')!.value).to.equal('off');
    expect(result.figures.find((figure) => figure.name === 'calls, deepest')!.value).to.be.greaterThan(15);
    expect(result.figures.find((figure) => figure.name.startsWith('erase of a page'))!.value).to.be.a('number');
    expect(benchText(result)).to.match(/^ESP32, Espruino 2v29\.277\n/);
  });
  it("tries the board's lines and says what they lose", async () => {
    for (const [modes, lost] of [
      [['poll'], false],
      [['poll', 'event-loss'], true],
    ] as [PortModeName[], boolean][]) {
      const bench = createBench({ seed: 'lines', modes });
      const [host, board] = wire(bench.runtime);
      bench.board.plug(board);
      const work = benchDevice(named(host), bench.runtime, { bursts: 40 });
      const result = await bench.runtime.runWhile(work, 'the bench');
      const value = (name: string): unknown => result.figures.find((figure) => figure.name === name)!.value;
      expect(Number(value('line Serial1, 115200 baud, lost to the board')) > 0).to.equal(lost);
      expect(value('line Serial2, 19200 baud')).to.equal('not tried');
      expect(result.findings.some((text) => text.startsWith('line Serial1, 115200 baud loses octets'))).to.equal(lost);
    }
  });
  it('measures HSM-Cold by its own commands', async () => {
    const rig = await readyRig();
    rig.coldConsole.close();
    const result = await rig.world.finish(benchDevice(named(rig.cold.console.port), rig.runtime));
    expect(result).to.include({ role: 'cold', board: 'fake', commit: 'test' });
    const names = result.figures.map((figure) => figure.name);
    expect(names).to.include.members(['self-test', 'sha256', 'pubkey', 'sign', 'noise']);
    expect(result.figures.find((figure) => figure.name === 'self-test')!.value).to.equal('passed');
  });
  it('sees what a line loses, long bursts first', async () => {
    const bench = createBench({ seed: 'loss', lossRate: 1 / 1500 });
    const [host, board] = wire(bench.runtime);
    bench.board.plug(board);
    const rows = await bench.runtime.runWhile(
      findPrompt(host, bench.runtime).then((prompt) => measureLoss(prompt, 8)),
      'the line',
    );
    expect(rows[0].whole).to.be.greaterThan(rows[rows.length - 1].whole);
  });
  it('follows the board through speeds and back', async () => {
    const bench = createBench({ seed: 'speeds' });
    const opened: number[] = [];
    const open = async (baud: number): Promise<OpenPort> => {
      opened.push(baud);
      const [host, board] = wire(bench.runtime, { baud });
      bench.board.plug(board);
      const close = host.close.bind(host);
      return Object.assign(host, {
        name: 'P',
        close() {
          bench.board.unplug();
          close();
        },
      });
    };
    const results = await bench.runtime.runWhile(
      measureSpeeds(open, bench.runtime, 115200, [9600, 19200]),
      'the speeds',
    );
    expect(opened).to.deep.equal([115200, 9600, 115200, 19200]);
    expect(results.every(({ rows }) => rows.every((row) => row.whole === row.sent))).to.equal(true);
  });
  for (const [isReset, said] of [
    [false, 'does nothing'],
    [true, 'restarts the board'],
  ] as const)
    it(`an adapter that ${isReset ? 'resets' : 'leaves alone'} the board at the opening of its port`, async () => {
      const bench = createBench({ seed: 'adapter' });
      const open = async (): Promise<OpenPort> => {
        const [host, board] = wire(bench.runtime);
        bench.board.plug(board);
        if (isReset) bench.board.powerOn();
        const resetBoard = async (): Promise<void> => bench.board.powerOn();
        return Object.assign(named(host), isReset ? { resetBoard } : {});
      };
      const rows = await bench.runtime.runWhile(adapterRows(open, bench.runtime), 'the adapter');
      const value = (name: string): unknown => rows.find((row) => row.name === name)!.value;
      expect(value('adapter: opening the port')).to.equal(said);
      expect(value('adapter: DTR and RTS')).to.equal(isReset ? 'restart the board' : 'absent');
      expect(value('hwRand: first after two restarts')).to.equal('4 4');
    });
  it('radios of a board that holds an image stay off', async () => {
    const bench = createBench({ seed: 'states' });
    await bench.upload(modelImage(1, 9000));
    const [host, board] = wire(bench.runtime);
    bench.board.plug(board);
    const { rows } = await bench.runtime.runWhile(radioStates(named(host), bench.runtime), 'the radios');
    expect(rows.map(({ value, unit }) => `${value} ${unit}`)).to.deep.equal([
      'not tried (the board holds an image: its radios stay off)',
    ]);
  });
  it('measures the genuine interpreter', async function () {
    if (!process.env.ESPRUINO) {
      this.test!.title += ' (ESPRUINO is not set)';
      this.skip();
    }
    this.timeout(90_000);
    const board = startGenuine(process.env.ESPRUINO);
    try {
      const port = await openPort(board.path);
      const result = await benchDevice(port, realRuntime());
      port.close();
      expect(result.board).to.equal('LINUX');
      expect(result.figures.find((figure) => figure.name.startsWith('empty loop'))!.value).to.be.a('number');
    } finally {
      await board.close();
    }
  });
});
