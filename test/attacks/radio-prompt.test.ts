// Attack (I1, I6): somebody in radio range of a board connects to the prompt that Espruino's ESP32 port gives by Wi-Fi
// (Telnet, port 23) and by Bluetooth, and reads the flash. Tried in every state of a board: without an image, at its
// service prompt, with an image that is dead, with one that runs. Facts of the port: a radio is on when the settings
// say nothing; a prompt goes to whoever connects unless the console is forced elsewhere.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { BOARD } from '../../boards/esp32-sim800l/board';
import { SERVICE_FILE } from '../../firmware/hal';
import { createConsoleClient, provision, status, unlock, valueOf } from '../../host/operator';
import { createFlash, createNodeBoard, type SimBoard } from '../../host/sim/board';
import { openStorage } from '../../host/sim/board/node/storage';
import { createVirtualRuntime } from '../../host/sim/clock/virtual-runtime';
import { MSG_PING, REFUSE_COLD_UNREACHABLE } from '../../protocol/wire';
import { createBench, modelImage } from '../../tools/flash/model/interrupted';
import { NVS_PAGE_BYTES, radiosOff } from '../../tools/flash/rom/nvs';
import { channelRig, DICE, makeRig, PIN, type Rig } from '../firmware/rig';
import { V_MAX_FEE_SATS } from '../firmware/v-double';

const RADIOS = ['wifi', 'ble'] as const;
const IMAGES = path.join(__dirname, '..', '..', 'firmware', BOARD.name);
const READ_FLASH = `require("Flash").read(4,${BOARD.flash.address}).length`;

interface Started {
  board: SimBoard;
  /** What a stranger gets by each radio. */
  heard: (string | undefined)[];
  said: string;
}

/** Starts a board whose radios are on and tries both prompts. isService: the next start is to end at the prompt. */
async function start(image: string, role: 'cold' | 'hot', isService = false): Promise<Started> {
  const runtime = createVirtualRuntime({ seed: 'radio', startMs: 1_700_000_000_000, pace: 'fast' });
  const storage = createFlash(BOARD.storage);
  if (isService) openStorage(storage).write(SERVICE_FILE, new Uint8Array(1));
  const board = createNodeBoard({
    name: 'test',
    role,
    image,
    board: BOARD,
    runtime,
    flash: createFlash(BOARD.flash),
    storage,
    radios: [...RADIOS],
  });
  let said = '';
  board.ports.console?.onData((bytes) => (said += Buffer.from(bytes).toString('latin1')));
  await board.powerOn();
  await runtime.runFor(5000);
  const heard = RADIOS.map((radio) => board.radioLine(radio, READ_FLASH));
  await board.close();
  runtime.close();
  return { board, heard, said };
}

const imageOf = (role: 'cold' | 'hot'): string => fs.readFileSync(path.join(IMAGES, `hsm-${role}.js`), 'latin1');

const stateOf = async (rig: Rig): Promise<string> => valueOf(await rig.world.finish(status(rig.coldConsole)), 'state');

describe('attack: a prompt by radio', () => {
  it('a board without an image gives it: nobody has flashed it, and nothing is on it', async () => {
    expect((await start('', 'cold')).heard).to.deep.equal(['4', '4']);
  });

  for (const role of ['cold', 'hot'] as const) {
    it(`HSM-${role}: no prompt while the image runs, and its fault is radio-on`, async () => {
      const { heard, said } = await start(imageOf(role), role);
      expect(heard).to.deep.equal([undefined, undefined]);
      expect(said).to.include(`chaincloud hsm-${role} radio-on`);
    });

    it(`HSM-${role}: none at its service prompt`, async () => {
      const { heard, said } = await start(imageOf(role), role, true);
      expect(heard).to.deep.equal([undefined, undefined]);
      expect(said).to.equal('');
    });
  }

  it('none on a board whose image is dead: the loader ties the prompt to the wire', async () => {
    const bench = createBench({ seed: 'dead' });
    expect(await bench.upload(modelImage(1, 9000))).to.equal('done');
    const content = bench.flash.content();
    const other = createBench({ seed: 'dead', flash: bench.flash, radios: [...RADIOS] });
    expect(other.booted()).to.equal(1);
    for (const name of ['hsm.a', 'hsm.b']) {
      const at = Buffer.from(content).indexOf(name);
      for (let offset = 28; offset < 160; offset++) bench.flash.program(at + offset, new Uint8Array(1));
    }
    other.board.powerOn();
    expect(other.booted()).to.equal(undefined);
    expect(RADIOS.map((radio) => other.board.radioLine(radio, '1+1'))).to.deep.equal([undefined, undefined]);
  });

  it('flashing refuses a board with a radio on, and writes nothing', async () => {
    for (const radio of RADIOS) {
      const bench = createBench({ seed: 'flash', radios: [radio] });
      const before = Buffer.from(bench.flash.content());
      expect(await bench.upload(modelImage(1, 9000))).to.equal('radio-on');
      expect(before.equals(Buffer.from(bench.flash.content()))).to.equal(true);
    }
  });

  it('a base that does not obey its settings has its own word, and nothing is written', async () => {
    const bench = createBench({ seed: 'stuck', radios: ['ble'], settings: radiosOff(NVS_PAGE_BYTES) });
    const before = Buffer.from(bench.flash.content());
    expect(await bench.upload(modelImage(1, 9000))).to.equal('radio-stuck');
    expect(before.equals(Buffer.from(bench.flash.content()))).to.equal(true);
  });

  it('HSM-Cold with keys signs nothing: locked, no unlock, no answer to HSM-Hot', async () => {
    const rig = await channelRig();
    rig.coldOff();
    rig.cold.radios = 'ble';
    rig.coldOn();
    rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
    expect(await stateOf(rig)).to.equal('radio-on');
    expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'radios')).to.equal('ble');
    const refused = await rig.world.finish(unlock(rig.coldConsole, PIN).catch((error: { code: string }) => error));
    expect(refused).to.have.property('code', 'radio-on');
    const ping = [0, 2, rig.v.channel!.id, 'p', 'PING', 0, V_MAX_FEE_SATS, rig.v.authority('p', 'PING')];
    const reply = await rig.ask(MSG_PING, ping).catch((error: { refusal: number }) => error);
    expect(reply).to.have.property('refusal', REFUSE_COLD_UNREACHABLE);
    rig.coldOff();
    rig.cold.radios = '';
    rig.coldOn();
    rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
    await rig.world.finish(unlock(rig.coldConsole, PIN));
    expect(await stateOf(rig)).to.equal('unlocked');
  }).timeout(180_000);

  it('a new board with a radio on makes no seed', async () => {
    const rig = makeRig();
    rig.coldOff();
    rig.cold.radios = 'wifi';
    rig.coldOn();
    rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
    expect(await stateOf(rig)).to.equal('radio-on');
    const entropy = { dice: DICE, hostEntropy: new Uint8Array(32), pin: PIN };
    const refused = await rig.world.finish(provision(rig.coldConsole, entropy).catch((error: Error) => error));
    expect(refused).to.have.property('code', 'radio-on');
  }).timeout(180_000);
});
