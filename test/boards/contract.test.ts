// Holds: firmware/hal.ts, every promise of it, on every board. One firmware tries them (contract-firmware.js); it runs
// in the Node engine for each board and in the genuine interpreter for board linux when ESPRUINO names one.
import { expect } from 'chai';
import { BOARD as LINUX } from '../../boards/linux/board';
import { createEspruinoBoard, createFlash, createNodeBoard, type BoardData, type SimBoard } from '../../host/sim/board';
import { createVirtualRuntime } from '../../host/sim/clock/virtual-runtime';
import { realRuntime, type Runtime } from '../../host/kit/runtime';
import { BOARDS } from '../../tools/flash/boards';
import { contractImage } from './contract-image';

const CASES = 29;
const LIMIT_MS = 30_000;

interface Bench {
  board: SimBoard;
  /** What the console said since the last call. */
  lines(): string[];
  echoed(): number[];
  until(isDone: () => boolean, what: string): Promise<void>;
  /** Long enough for a few bytes to cross a line. */
  pause(): Promise<void>;
}

function attach(board: SimBoard, until: Bench['until'], pause: Bench['pause']): Bench {
  let text = '';
  const echo: number[] = [];
  board.ports.console?.onData((bytes) => (text += Buffer.from(bytes).toString('latin1')));
  board.ports.link?.onData((bytes) => void echo.push(...bytes));
  return { board, until, pause, lines: () => text.split('\n').slice(0, -1), echoed: () => echo };
}

const isDone = (bench: Bench, boots: number) => (): boolean => bench.lines().includes(`done ${boots}`);

/** The suite itself. */
function holdsContract(makeBench: (board: BoardData, image: string) => Bench, board: BoardData): void {
  let bench: Bench;
  before(async function () {
    this.timeout(120_000);
    bench = makeBench(board, await contractImage(board.name));
    await bench.board.powerOn();
    await bench.until(isDone(bench, 0), 'the contract firmware ends');
  });
  after(() => bench?.board.close());

  it('keeps every promise', () => {
    expect(bench.lines().filter((line) => line.startsWith('fail'))).to.deep.equal([]);
    expect(bench.lines().filter((line) => line.startsWith('ok')).length).to.equal(CASES);
  });

  it('carries every byte value on the link, both ways', async () => {
    const sent = Uint8Array.from({ length: 2048 }, (_, i) => (i * 7 + (i >> 8)) & 255);
    bench.board.ports.link?.write(sent);
    await bench.until(() => bench.echoed().length >= sent.length, 'the echo');
    expect(bench.echoed()).to.deep.equal([...sent]);
  });

  it('keeps flash and loses time and RAM over a restart of its own', async () => {
    bench.board.ports.link?.write(Buffer.from('!reboot'));
    await bench.until(isDone(bench, 1), 'the second boot');
    expect(bench.lines().filter((line) => line.startsWith('fail'))).to.deep.equal([]);
  });

  it('keeps flash over a power cut', async () => {
    await bench.board.powerOff();
    expect(bench.board.isOn).to.equal(false);
    const before = bench.lines().length;
    await bench.board.powerOn();
    await bench.until(() => bench.lines().slice(before).includes('done 1'), 'the third boot');
  });

  it('hears nothing that came while it was off', async () => {
    await bench.board.powerOff();
    bench.board.ports.link?.write(Buffer.from('!reboot'));
    await bench.pause();
    const before = bench.lines().length;
    await bench.board.powerOn();
    await bench.until(() => bench.lines().slice(before).includes('done 1'), 'the fourth boot');
  });
}

function options(board: BoardData, image: string, runtime: Runtime): Parameters<typeof createNodeBoard>[0] {
  return {
    name: board.name,
    role: 'cold',
    image,
    board,
    runtime,
    flash: createFlash(board.flash),
    storage: createFlash(board.storage),
  };
}

describe('HAL contract (firmware/hal.ts)', () => {
  for (const board of BOARDS) {
    describe(`${board.name} in the Node engine`, () => {
      const runtime = createVirtualRuntime({ seed: 'contract', startMs: 1_700_000_000_000, pace: 'fast' });
      after(() => runtime.close());
      holdsContract((data, image) => {
        const until: Bench['until'] = async (isReady, what) => {
          await runtime.runFor(1000);
          if (!isReady()) await runtime.runUntil(isReady, what, LIMIT_MS);
        };
        return attach(createNodeBoard(options(data, image, runtime)), until, () => runtime.runFor(100));
      }, board);
    });
  }

  describe('linux in the genuine interpreter', function () {
    this.timeout(LIMIT_MS * 2);
    const espruino = process.env.ESPRUINO;
    if (!espruino) {
      it('keeps every promise', function () {
        this.skip(); // needs ESPRUINO=path of a Linux build of Espruino
      });
      return;
    }
    holdsContract((data, image) => {
      const until: Bench['until'] = async (isReady, what) => {
        const limitMs = Date.now() + LIMIT_MS;
        while (!isReady()) {
          if (Date.now() > limitMs) throw new Error(`timed out: ${what}`);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      };
      return attach(
        createEspruinoBoard({ ...options(data, image, realRuntime()), espruino }),
        until,
        () => new Promise((resolve) => setTimeout(resolve, 100)),
      );
    }, LINUX);
  });
});
