// `chaincloud bench --out`: one file with all that a person with a board measures, over a real TCP line to a model
// board that restarts, switches its radios and has a modem. Spec: docs/first-hour.md.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { ROOT } from '../../../../host/kit/package';
import { realRuntime } from '../../../../host/kit/runtime';
import { wire } from '../../../../host/sim/board/wire';
import { createGsmNetwork } from '../../../../host/sim/gsm';
import { createSim800 } from '../../../../host/sim/sim800';
import { readInput } from '../../../../tools/cli/command';
import { benchCommand } from '../../../../tools/cli/commands/bench';
import { readReport } from '../../../../tools/console/device-bench/report';
import { boardNamed } from '../../../../tools/flash/boards';
import { createModelBoard } from '../../../../tools/flash/model/board';

const BOARD = boardNamed('ttgo-t-call');
const runtime = realRuntime();
/** How much faster the clock of this process runs: the tool waits for restarts and bursts, and does little else. */
const PACE = 6;

/** Lets clock and timers of this process run faster; returns what ends it. */
function hurry(): () => void {
  const { setTimeout: slow } = globalThis;
  const { now } = Date;
  const startMs = now();
  Date.now = () => startMs + (now() - startMs) * PACE;
  globalThis.setTimeout = ((work: () => void, delayMs = 0) => slow(work, delayMs / PACE)) as typeof setTimeout;
  return () => {
    Date.now = now;
    globalThis.setTimeout = slow;
  };
}

describe('chaincloud bench --out', function () {
  this.timeout(300_000);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-out-'));
  const out = path.join(folder, 'board.json');
  let server: net.Server;
  let address: string;

  let stopHurry: () => void;

  before(async () => {
    stopHurry = hurry();
    const [boardEnd, modemEnd] = wire(runtime, { baud: 19200 });
    const network = createGsmNetwork({ runtime, seed: 'out' });
    createSim800({ runtime, seed: 'out', number: '+8613900000001', network, port: modemEnd });
    const board = createModelBoard({
      runtime,
      espruinoBoard: BOARD.espruinoBoard,
      area: BOARD.storage,
      modes: ['state-variables'],
      serials: { Serial3: boardEnd },
    });
    server = net.createServer((socket) => {
      const end = (): void => void socket.end();
      board.plug({
        write: (bytes) => void socket.write(bytes),
        onData: (listener) => void socket.on('data', listener),
        onClose: (listener) => void socket.on('close', () => listener()),
        close: end,
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
    board.powerOn();
  });
  after(() => {
    stopHurry();
    server.close();
    fs.rmSync(folder, { recursive: true });
  });

  /** Runs the command with its output swallowed. */
  async function run(...args: string[]): Promise<void> {
    const write = process.stdout.write;
    process.stdout.write = () => true;
    try {
      await benchCommand.run(readInput(benchCommand, ['--port', address, '--bursts', '20', '--out', out, ...args]));
    } finally {
      process.stdout.write = write;
    }
  }

  it('all figures of the first hour are in one file, a run each', async () => {
    await run('--radios', '--note', 'ESP32-WROVER, CP2104');
    await run('--modem', BOARD.name);
    const [bare, modem, ...others] = readReport(out);
    expect(others).to.deep.equal([]);
    expect(bare.note).to.equal('ESP32-WROVER, CP2104');
    const value = (name: string): unknown =>
      [...bare.figures, ...modem.figures].find((figure) => figure.name.startsWith(name))?.value;
    expect([
      value('variables, radios off'),
      value('variables, radios ble'),
      value('variables, radios wifi'),
      value('variables, radios wifi ble'),
    ]).to.deep.equal([8200, 6400, 4300, 2500]);
    for (const name of [
      'line Serial1, 115200 baud, lost to the board',
      'erase of a page, longest of 5',
      'calls, deepest',
      'convolve, 16 by 16 doubles',
      'hwRand: distinct of 64',
      'hwRand: first after two restarts',
      'heap free, radios off',
      'modem supply, lowest on air',
      'modem echo, lost',
      'adapter: opening the port',
      'adapter: DTR and RTS',
    ])
      expect(value(name), name).to.not.equal(undefined);
    expect([value('modem echo, lost'), value('adapter: opening the port')]).to.deep.equal([0, 'does nothing']);
    expect([...bare.findings, ...modem.findings]).to.deep.equal([]);
  });

  it('docs/first-hour.md: every command of it is one that there is, and adds to one file', () => {
    const page = fs.readFileSync(path.join(ROOT, 'docs', 'first-hour.md'), 'utf8');
    const lines = [...page.matchAll(/^ +npx chaincloud bench (.*)$/gm)].map(([, args]) => args);
    expect(lines).to.have.length(4);
    for (const line of lines) {
      const args = line.match(/"[^"]*"|\S+/g)!.map((each) => each.replace(/"/g, ''));
      expect(readInput(benchCommand, args).values.out).to.equal('board.json');
    }
  });

  it('a file of another kind is left as it is', async () => {
    fs.writeFileSync(out, '{"form":"other"}');
    const error = await run().catch((each: Error & { code?: string }) => each);
    expect((error as { code?: string }).code).to.equal('bad-report');
    expect(fs.readFileSync(out, 'utf8')).to.equal('{"form":"other"}');
  });
});
