// Holds: a new image for HSM-Hot by its line to the gateway alone. A prompt for that line costs the link key, nobody
// gets it without consent, and a chip takes no Ctrl-C on the way.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { BOARD } from '../../../boards/esp32-sim800l/board';
import { createFlash, createNodeBoard, type SimBoard, type SimFlash } from '../../../host/sim/board';
import { wire } from '../../../host/sim/board/wire';
import { createVirtualRuntime, type VirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import { createConsoleClient } from '../../../host/operator';
import { flashBoard } from '../../../tools/flash/flash';
import { createModelBoard } from '../../../tools/flash/model/board';
import { modelImage } from '../../../tools/flash/model/interrupted';

const CONSOLE_BAUD = 115_200;
const HOT_IMAGE = path.join(__dirname, '..', '..', '..', 'firmware', BOARD.name, 'hsm-hot.js');
const KEY = 'a5'.repeat(32);

interface Rig {
  runtime: VirtualRuntime;
  board: SimBoard;
  journal: SimFlash;
  flash(isUnpairing: boolean, version?: number): Promise<{ outcome: string; said: string }>;
  /** The image that Espruino would start now. */
  booted(): unknown;
}

describe('flash: HSM-Hot by its line to the gateway', () => {
  const open: { board: SimBoard; runtime: VirtualRuntime }[] = [];
  afterEach(async () => {
    for (const { board, runtime } of open.splice(0)) {
      await board.close();
      runtime.close();
    }
  });

  /** HSM-Hot's real image until it restarts to its prompt; then an Espruino at its prompt with the same Storage. */
  async function makeRig(isPaired: boolean): Promise<Rig> {
    const runtime = createVirtualRuntime({ seed: 'hot', startMs: 1_700_000_000_000, pace: 'fast' });
    const storage = createFlash(BOARD.storage);
    const journal = createFlash(BOARD.flash);
    const [host, line] = wire(runtime, { baud: CONSOLE_BAUD });
    const [consoleEnd, consoleLine] = wire(runtime);
    let hostBaud = CONSOLE_BAUD;
    const [toImage, ofImage] = wire(runtime, { baud: 19_200 });
    const board = createNodeBoard({
      name: 'HSM-Hot',
      role: 'hot',
      image: fs.readFileSync(HOT_IMAGE, 'latin1'),
      board: BOARD,
      runtime,
      flash: journal,
      storage,
      ports: { host: ofImage, console: consoleLine },
    });
    open.push({ board, runtime });
    const prompt = createModelBoard({
      runtime,
      espruinoBoard: BOARD.espruinoBoard,
      area: BOARD.storage,
      flash: storage,
      hostBaud: () => hostBaud,
    });
    line.onData((bytes) => void (hostBaud === 19_200 && toImage.write(bytes)));
    toImage.onData((bytes) => line.write(hostBaud === 19_200 ? bytes : bytes.map((byte) => byte | 0x80)));
    let powers = 0;
    board.onPower((isOn) => {
      // The second start is the one that ends at the prompt.
      if (!isOn || ++powers < 2) return;
      prompt.plug(line);
      prompt.powerOn();
    });
    await board.powerOn();
    if (isPaired)
      await runtime.runWhile(createConsoleClient({ port: consoleEnd }).run(`link key ${KEY}`), 'the pairing');
    const port = Object.assign(host, {
      name: 'P',
      baud: CONSOLE_BAUD,
      setBaud: async (baud: number) => void (hostBaud = baud),
    });
    return {
      runtime,
      board,
      journal,
      booted() {
        prompt.powerOn();
        return prompt.global('IMAGE');
      },
      async flash(isUnpairing, version = 1) {
        const said: string[] = [];
        const work = flashBoard({
          port,
          runtime,
          image: modelImage(version, 9000, BOARD.name, 'hot'),
          bursts: 20,
          isUnpairing,
          say: (text) => said.push(text),
        }).then(
          () => 'done',
          (error: Error) => error.message,
        );
        return { outcome: await runtime.runWhile(work, 'the flashing'), said: said.join('\n') };
      },
    };
  }

  const hasKey = (journal: SimFlash): boolean =>
    Buffer.from(journal.content()).includes(Buffer.from(KEY, 'hex')) ||
    journal.content().some((cell) => cell !== 0xff && cell !== 0);

  it('an unpaired one gives its prompt, says where, and takes its image', async () => {
    const rig = await makeRig(false);
    const { outcome, said } = await rig.flash(false);
    expect(outcome).to.equal('done');
    expect(said).to.include('HSM-Hot answers on this port, its line to the gateway: esp32-sim800l');
    expect(said).to.include('its prompt will be on Serial1 at 115200 baud');
    expect(rig.booted()).to.equal(1);
  });

  it('a paired one does not, unless it may lose its key: hot-paired, nothing changed', async () => {
    const rig = await makeRig(true);
    const before = Buffer.from(rig.journal.content());
    const { outcome } = await rig.flash(false);
    expect(outcome).to.match(/^hot-paired: HSM-Hot holds a link key, .*--unpair/);
    expect(before.equals(Buffer.from(rig.journal.content()))).to.equal(true);
    expect(hasKey(rig.journal)).to.equal(true);
  });

  it('its key is gone before the prompt is there', async () => {
    const rig = await makeRig(true);
    const { outcome } = await rig.flash(true);
    expect(outcome).to.equal('done');
    expect(hasKey(rig.journal)).to.equal(false);
    expect(rig.booted()).to.equal(1);
  });

  it('not later than five minutes after a start: hot-late, nothing changed', async () => {
    const rig = await makeRig(true);
    await rig.runtime.runFor(301_000);
    const { outcome } = await rig.flash(true);
    expect(outcome).to.match(/^hot-late: .*press EN/);
    expect(hasKey(rig.journal)).to.equal(true);
  });

  it('a power cut at each write of it leaves no prompt beside a key', async () => {
    for (let cut = 1; cut < 30; cut++) {
      const rig = await makeRig(true);
      rig.journal.cutAt(cut, () => void rig.board.powerOff());
      await rig.flash(true);
      const wasCut = rig.journal.stats();
      rig.journal.cutAt(undefined);
      if (rig.booted() === 1) {
        expect(hasKey(rig.journal), `cut ${cut}`).to.equal(false);
        expect(Object.keys(Object.prototype), 'what the image added stays on its board').to.deep.equal([]);
        return;
      }
      expect(wasCut.writes + wasCut.erases).to.be.greaterThan(0);
      await rig.board.powerOn();
      await rig.runtime.runFor(2000);
      expect(rig.booted(), `cut ${cut}`).to.equal(undefined);
    }
    throw new Error('no run was whole');
  }).timeout(120_000);
});

describe('flash: a chip that gives no prompt', () => {
  it('the words name what always works', async () => {
    const runtime = createVirtualRuntime({ seed: 'dead', startMs: 0, pace: 'fast' });
    const [host] = wire(runtime);
    const outcome = await runtime.runWhile(
      flashBoard({ port: Object.assign(host, { name: 'P' }), runtime, image: modelImage(1, 9000) }).then(
        () => 'done',
        (error: Error) => error.message,
      ),
      'the flashing',
    );
    expect(outcome).to.match(/^board-silent: .*chaincloud flash --storage --board BOARD --role ROLE/);
    runtime.close();
  });
});
