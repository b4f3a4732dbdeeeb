// `chaincloud flash --with espruino`: EspruinoTools itself drives a model board over a pseudo-terminal. The command
// runs in a process of its own, as a person runs it, because EspruinoTools lives in globals.
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { openPty, type Pty } from '../../../../host/sim/board/espruino/pty';
import { realRuntime } from '../../../../host/kit/runtime';
import { boardNamed } from '../../../../tools/flash/boards';
import { createModelBoard, type ModelBoard } from '../../../../tools/flash/model/board';
import { modelImage } from '../../../../tools/flash/model/interrupted';
import { LOADER } from '../../../../tools/flash/storage/slots';

const COMMAND = path.join(__dirname, '..', '..', '..', '..', '..', 'tools', 'chaincloud.js');
const BOARD = 'esp32-sim800l';
/** A board of Espruino's that no folder of boards/ describes. */
const UNKNOWN = 'PICO_R1_3';

interface Done {
  status: number | null;
  stdout: string;
  stderr: string;
}

describe('flash: by EspruinoTools', function () {
  this.timeout(240_000);
  let folder: string;
  let line: Pty;
  let board: ModelBoard;

  function start(espruinoBoard: string): void {
    board = createModelBoard({ runtime: realRuntime(), espruinoBoard, area: boardNamed(BOARD).storage });
    board.plug(line);
    board.powerOn();
  }

  beforeEach(function () {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chaincloud-tools-'));
    fs.mkdirSync(path.join(folder, BOARD));
    try {
      line = openPty();
    } catch {
      this.skip(); // the optional package @lydell/node-pty has no binary for this platform
    }
  });
  afterEach(() => {
    line?.close();
    fs.rmSync(folder, { recursive: true });
  });

  /** Runs the command with an image of that version on the board's line. */
  function flash(version: number, role: 'cold' | 'hot', ...flags: string[]): Promise<Done> {
    const image = path.join(folder, BOARD, `hsm-${role}.js`);
    fs.writeFileSync(image, modelImage(version, 9000, BOARD, role).code);
    const args = [COMMAND, 'flash', '--port', line.path, '--image', image, '--with', 'espruino', '--json', ...flags];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const done: Done = { status: null, stdout: '', stderr: '' };
    child.stdout.on('data', (text: Buffer) => void (done.stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => void (done.stderr += text.toString()));
    return new Promise((resolve) => child.on('close', (status) => resolve({ ...done, status })));
  }

  it('brings images and the loader onto a board that is not known: each boots, none is left as trash', async () => {
    start(UNKNOWN);
    for (const [version, slot] of [
      [1, 'hsm.a'],
      [2, 'hsm.b'],
    ] as const) {
      const { status, stdout, stderr } = await flash(version, 'hot');
      expect(status, stderr).to.equal(0);
      expect(JSON.parse(stdout)).to.include({ slot, changed: true, espruino: '2v29.277' });
      board.powerOn();
      expect(board.global('IMAGE')).to.equal(version);
      expect(board.global('CC_SLOT')).to.equal(slot);
    }
    expect(board.storage.read('.boot0')).to.equal(LOADER);
    expect(JSON.parse((await flash(2, 'hot')).stdout)).to.include({ slot: 'hsm.b', changed: false });
  });

  it('leaves a board alone that is known, that has the other role, or whose boot file is taken', async () => {
    start('ESP32');
    expect((await flash(1, 'hot')).stderr).to.include('without --with');
    expect(board.storage.list()).to.deep.equal([]);
    start(UNKNOWN);
    board.storage.write('.boot0', 'var MINE=1;');
    expect((await flash(1, 'hot')).stderr).to.include('in use by something else');
    expect(board.storage.list()).to.deep.equal(['.boot0']);
    board.storage.erase('.boot0');
    expect((await flash(1, 'hot')).status).to.equal(0);
    for (const name of ['comb', 'words']) fs.writeFileSync(path.join(folder, `${name}.bin`), name);
    const { status, stderr } = await flash(2, 'cold');
    expect(stderr).to.include('--force');
    expect(status).to.equal(1);
    board.powerOn();
    expect(board.global('IMAGE')).to.equal(1);
  });

  it('leaves a build alone that has lost its name', async () => {
    start('');
    expect((await flash(1, 'hot')).stderr).to.include('no-board-name');
    expect(board.storage.list()).to.deep.equal([]);
  });

  it('keeps the image that boots when the power goes while the next one comes', async () => {
    start(UNKNOWN);
    expect((await flash(1, 'hot')).status).to.equal(0);
    board.flash.cutAt(4, undefined, 0.5);
    const running = flash(2, 'hot');
    while (board.isOn()) await new Promise((resolve) => setTimeout(resolve, 50));
    board.unplug();
    line.close();
    expect((await running).status).to.equal(1);
    board.powerOn();
    expect(board.global('IMAGE')).to.equal(1);
  });
});
