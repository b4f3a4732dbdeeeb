// Holds: the genuine interpreter as a board (needs ESPRUINO): boots from Storage, speaks binary over ptys, tells its
// errors, leaves no process and no file behind. And pseudo-terminals as lines, which need no interpreter.
import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect } from 'chai';
import { BOARD as ESP32 } from '../../../../../boards/esp32-sim800l/board';
import { BOARD as LINUX } from '../../../../../boards/linux/board';
import { realRuntime } from '../../../../../host/kit/runtime';
import { createEspruinoBoard, createFlash, type BoardCrash, type SimBoard } from '../../../../../host/sim/board';
import { openPty } from '../../../../../host/sim/board/espruino/pty';
import { espruinoBuild } from '../../../../../host/sim/board/espruino/build';
import { openStorage } from '../../../../../host/sim/board/node/storage';

const LIMIT_MS = 20_000;

async function until(isDone: () => boolean, what: string): Promise<void> {
  const limitMs = Date.now() + LIMIT_MS;
  while (!isDone()) {
    if (Date.now() > limitMs) throw new Error(`timed out: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const folders = (): number => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('chaincloud-board-')).length;

const SETUP = `
  var p=JSON.parse(require("fs").readFileSync("ports.json"));
  Serial1.setup(115200,{path:p.console});
  Serial2.setup(115200,{path:p.link});
  Serial3.setup(115200,{path:p.modem0});`;
/** The module of a compiled file as the text of a string literal. */
const compiled = (...file: string[]): string =>
  JSON.stringify(path.join(__dirname, '..', '..', '..', '..', '..', ...file));

describe('sim/board genuine interpreter', function () {
  this.timeout(LIMIT_MS * 2);

  it('a pseudo-terminal carries every byte both ways', async function () {
    let pty: ReturnType<typeof openPty>;
    try {
      pty = openPty();
    } catch (error) {
      expect(error).to.have.property('code', 'no-pty');
      this.skip(); // the optional package @lydell/node-pty has no binary for this platform
    }
    const child = spawn('sh', ['-c', `stty raw -echo <${pty.path}; echo ready; exec cat <${pty.path} >${pty.path}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const sent = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 7 + (i >> 8)) & 255);
      const heard: number[] = [];
      pty.onData((bytes) => void heard.push(...bytes));
      pty.write(sent);
      await until(() => heard.length >= sent.length, 'the echo');
      expect(Buffer.from(heard).equals(Buffer.from(sent))).to.equal(true);
    } finally {
      child.kill('SIGKILL');
      pty.close();
      pty.close();
    }
    expect(() => pty.write(Uint8Array.of(1)))
      .to.throw()
      .with.property('code', 'port-closed');
  });

  it('says when there is no interpreter, or a board that it cannot be', () => {
    const options = {
      name: 'x',
      role: 'cold' as const,
      image: '',
      runtime: realRuntime(),
      flash: createFlash(LINUX.flash),
      storage: createFlash(LINUX.storage),
    };
    expect(() => createEspruinoBoard({ ...options, board: LINUX, espruino: '/nowhere/espruino' }))
      .to.throw()
      .with.property('code', 'no-espruino');
    expect(() => createEspruinoBoard({ ...options, board: ESP32, espruino: '/bin/true' }))
      .to.throw()
      .with.property('code', 'bad-board');
  });

  describe('with ESPRUINO', () => {
    const boards: SimBoard[] = [];
    let program: ChildProcess;
    before(function () {
      if (!process.env.ESPRUINO) this.skip(); // needs ESPRUINO=path of a Linux build of Espruino
    });
    afterEach(async () => {
      for (const board of boards.splice(0)) await board.close();
    });

    function make(
      image: string,
      extra: { log?: string[]; storage?: ReturnType<typeof createFlash>; files?: { [name: string]: Uint8Array } } = {},
    ): SimBoard {
      const board = createEspruinoBoard({
        name: 'test',
        role: 'cold',
        image,
        board: LINUX,
        runtime: realRuntime(),
        flash: createFlash(LINUX.flash),
        storage: extra.storage ?? createFlash(LINUX.storage),
        files: extra.files,
        espruino: process.env.ESPRUINO as string,
        onLog: (line) => extra.log?.push(line),
      });
      boards.push(board);
      return board;
    }

    it('boots from Storage through the loader, the image and its files beside it', async () => {
      const storage = createFlash(LINUX.storage);
      const board = make(
        `${SETUP}
        Serial1.write(require("Storage").read("table")+require("Storage").list().join());
        require("Storage").write("mine","1");`,
        { storage, files: { table: Buffer.from('abc') } },
      );
      let said = '';
      board.ports.console?.onData((bytes) => (said += Buffer.from(bytes).toString()));
      await board.powerOn();
      await until(() => said.includes('table'), 'the first words');
      const names = ['table', 'image', '.bootcde'];
      // The stock build has its image in a file.
      if (espruinoBuild(process.env.ESPRUINO as string).isGrowing) names.splice(1, 1);
      expect(said).to.equal(`abc${names.join()}`);
      await board.powerOff();
      expect(openStorage(storage).list()).to.deep.equal([...names, 'mine']);
    });

    it('tells errors that nobody caught', async () => {
      const crashes: BoardCrash[] = [];
      const board = make(`${SETUP}setTimeout(function(){throw new Error("broken")},50);`);
      board.onCrash((crash) => crashes.push(crash));
      await board.powerOn();
      await until(() => crashes.length > 0, 'the crash');
      expect(crashes[0].text).to.include('broken');
    });

    it('counts CPU time, over restarts too', async () => {
      const board = make(`${SETUP}for(var i=0;i<60000;i++);Serial1.write("done");`);
      let said = '';
      board.ports.console?.onData((bytes) => (said += Buffer.from(bytes).toString()));
      await board.powerOn();
      await until(() => said === 'done', 'the loop');
      const first = board.cpuMs();
      expect(first).to.be.greaterThan(20);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await board.reset();
      expect(board.cpuMs()).to.be.at.least(first);
    });

    it('cannot be cut inside a write, and says so', async () => {
      const board = make(SETUP);
      expect(() => board.cutPowerAtWrite(1))
        .to.throw()
        .with.property('code', 'unsupported');
    });

    it('leaves neither process nor folder', async () => {
      const before = folders();
      const board = make(SETUP);
      await board.powerOn();
      expect(folders()).to.equal(before + 1);
      await board.close();
      expect([folders(), board.isOn]).to.deep.equal([before, false]);
    });

    it('takes its process along when the program is ended', async () => {
      const script = `
        const b = require(${compiled('host', 'sim', 'board', 'index.js')});
        const { realRuntime } = require(${compiled('host', 'kit', 'runtime.js')});
        const { BOARD } = require(${compiled('boards', 'linux', 'board.js')});
        const image = ${JSON.stringify(`${SETUP}setInterval(function(){},100);`)};
        const board = b.createEspruinoBoard({
          name: 't',
          role: 'cold',
          espruino: process.env.ESPRUINO,
          image,
          board: BOARD,
          runtime: realRuntime(),
          flash: b.createFlash(BOARD.flash),
          storage: b.createFlash(BOARD.storage),
        });
        board.powerOn().then(() => console.log('on')).then(() => setInterval(() => undefined, 1000));`;
      const interpreter = fs.realpathSync(process.env.ESPRUINO as string);
      const started = (): string[] => fs.readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isOurs(pid));
      const isOurs = (pid: string): boolean => {
        try {
          return (
            fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1] === String(program.pid) &&
            fs.readlinkSync(`/proc/${pid}/exe`) === interpreter
          );
        } catch {
          return false;
        }
      };
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        program = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
        await new Promise((resolve) => program.stdout?.once('data', resolve));
        const pids = started();
        expect(pids.length).to.equal(1);
        program.kill(signal);
        await new Promise((resolve) => program.once('exit', resolve));
        await until(() => !fs.existsSync(`/proc/${pids[0]}`), 'the interpreter is gone');
      }
    });

    it('gives up on an image that restarts at once, again and again', async () => {
      const board = make('E.reboot();');
      let offs = 0;
      board.onPower((isOn) => (offs += isOn ? 0 : 1));
      await board.powerOn();
      await until(() => offs >= 5, 'five restarts');
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect([offs, board.isOn]).to.deep.equal([5, false]);
    });
  });
});
