// The driver as device code: the emitted ES5 on board `linux` against the simulated SIM800, in Node's engine and, when
// ESPRUINO names it, in the genuine interpreter through a pseudo-terminal. Holds its share of the variables' budget.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../../../host/kit/package';
import { BOARD, GROWING_BLOCK_BYTES } from '../../../boards/linux/board';
import { realRuntime, type Runtime } from '../../../host/kit/runtime';
import { createEspruinoBoard, createFlash, createNodeBoard, wire, type SimBoard } from '../../../host/sim/board';
import { createGsmNetwork, type GsmNetwork, type Person } from '../../../host/sim/gsm';
import { createSim800, type Sim800 } from '../../../host/sim/sim800';
import { createVirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import { compileDevice } from '../../../tools/build/es5';
import { bundleImage } from '../../../tools/build/images';

const COLD = '+8613800000001';
const ANNA = '+8613900000002';
const ENTRY =
  "import { coldHal } from '@hal'; import { runDriver } from " +
  "'@root/test/firmware/modem/device-firmware.js'; runDriver(coldHal());";
const BARE =
  "import { coldHal } from '@hal'; var hal = coldHal(); setInterval(function () { " +
  "hal.console.write(E.toUint8Array('bare ' + process.memory().usage + ' ' + " +
  "process.memory().blocksize + '\\n')); }, 200);";
/** Variables that the driver with one modem may take at rest and while a message is handed over. */
const MAX_VARIABLES = 260;

/**
 * An image laid out as the build lays them out: nearly all functions left in flash, fetched when called. `@root`: the
 * repository.
 */
async function imageOf(entry: string): Promise<string> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'modem-image-'));
  const hal = path.join(ROOT, 'dist', '.device', 'boards', BOARD.name, 'hal.js');
  fs.writeFileSync(path.join(dir, 'entry.js'), entry.replace(/@hal/g, hal).replace(/@root/g, ROOT));
  await bundleImage(path.join(dir, 'entry.js'), path.join(dir, 'image.js'));
  const text = fs.readFileSync(path.join(dir, 'image.js'), 'latin1');
  fs.rmSync(dir, { recursive: true });
  return text;
}

for (const engine of ['node', 'espruino'] as const) {
  describe(`firmware/modem on board linux, engine ${engine}`, function () {
    this.timeout(240_000);
    const boards: SimBoard[] = [];
    const virtual = createVirtualRuntime({ seed: 'device', startMs: Date.UTC(2026, 10, 22), pace: 'fast' });
    const runtime: Runtime = engine === 'node' ? virtual : realRuntime();
    const pass = (ms: number): Promise<void> =>
      engine === 'node' ? virtual.runFor(ms) : new Promise((resolve) => setTimeout(resolve, ms));
    let image: string;

    before(async function () {
      if (engine === 'espruino' && !process.env['ESPRUINO']) {
        console.log('      ESPRUINO is not set: skipped');
        this.skip();
      }
      // The bundler translates the driver's own imports; the test's half is ES5 as it stands.
      compileDevice();
      image = await imageOf(ENTRY);
    });
    afterEach(async () => {
      for (const board of boards.splice(0))
        await (engine === 'node' ? virtual.runWhile(board.close(), 'power-off') : board.close());
    });

    /** Starts an image with a modem on its line; answers what it says and a wait for a line. */
    async function start(
      text: string,
      sims: Sim800[],
      network: GsmNetwork,
    ): Promise<{ said: string[]; until: (pattern: RegExp) => Promise<string> }> {
      const line = wire(runtime, { baud: 115200 });
      sims.push(
        createSim800({
          runtime,
          seed: 'device',
          number: COLD,
          network,
          port: line[1],
          bootMs: { rdy: 100, call: 200, sms: 300 },
        }),
      );
      const common = {
        name: 'HSM-Cold',
        role: 'cold' as const,
        image: text,
        board: BOARD,
        runtime,
        flash: createFlash(BOARD.flash),
        storage: createFlash(BOARD.storage),
        ports: { modem0: line[0] },
      };
      const board =
        engine === 'node'
          ? createNodeBoard(common)
          : createEspruinoBoard({ ...common, espruino: process.env['ESPRUINO']! });
      boards.push(board);
      const said: string[] = [];
      let rest = '';
      board.ports.console!.onData((bytes) => {
        const lines = (rest + Buffer.from(bytes).toString('latin1')).split('\n');
        rest = lines.pop()!;
        said.push(...lines);
      });
      board.onCrash((crash) => said.push(`crash ${crash.text} ${crash.stack}`));
      await (engine === 'node' ? virtual.runWhile(board.powerOn(), 'power-on') : board.powerOn());
      const until = async (pattern: RegExp): Promise<string> => {
        // A 64-bit build of fixed size reads the image through files: slowly, and more so on a busy machine.
        for (let i = 0; i < 5000; i++) {
          const found = said.find((one) => pattern.test(one));
          if (found) return found;
          await pass(20);
        }
        throw new Error(`no ${pattern} in:\n${said.join('\n')}`);
      };
      return { said, until };
    }

    it('starts up, receives text and data, answers, survives a restart of the modem', async () => {
      const network = createGsmNetwork({ runtime, seed: 'device', delayMs: { min: 50, max: 100 } });
      const anna: Person = network.person(ANNA);
      const sims: Sim800[] = [];
      const { said, until } = await start(image, sims, network);
      await until(/^event ready/);
      await until(/^event registered/);
      network.inject({ from: ANNA, to: COLD, text: 'hello {€}' });
      await until(/^sms \+8613900000002 hello {\xe2\x82\xac}$/);
      sims[0].faultNext('AT+CMGS', 'restart');
      anna.sendData(COLD, new Uint8Array(133).fill(0x41), 17229);
      await until(/^event restart/);
      await until(/^sent ok/);
      await pass(500);
      expect(anna.inbox).to.have.length(1);
      expect(Buffer.from(anna.inbox[0].data!).toString()).to.equal('A'.repeat(133));
      expect(anna.inbox[0].port).to.equal(17229);
      expect(sims[0].stored()).to.equal(0);
      expect(said.filter((line) => /^crash/.test(line))).to.deep.equal([]);
    });

    if (engine === 'node') return;
    it(`takes at most ${MAX_VARIABLES} variables`, async function () {
      const network = createGsmNetwork({ runtime, seed: 'device', delayMs: { min: 50, max: 100 } });
      const bare = await start(await imageOf(BARE), [], network);
      const [without, blockBytes] = (await bare.until(/^bare/)).split(' ').slice(1).map(Number);
      await boards.pop()!.close();
      if (blockBytes >= GROWING_BLOCK_BYTES) {
        console.log(
          '      this build takes the image to memory: a build of fixed size, which runs it from flash, is needed',
        );
        return this.skip();
      }
      const { until } = await start(image, [], network);
      const made = await until(/^made/);
      await until(/^event registered/);
      network.inject({ from: ANNA, to: COLD, data: new Uint8Array(133).fill(0x41), port: 17229 });
      const used = Number((await until(/^vars/)).split(' ')[1]) - without;
      console.log(`      ${used} variables with a message in hand, ${made.split(' ')[1]} of them the driver's objects`);
      expect(used).to.be.at.most(MAX_VARIABLES);
    });
  });
}
