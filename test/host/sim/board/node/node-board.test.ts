// Holds: the Node engine. An image meets Espruino and nothing else, cannot reach Node, loses everything but flash with
// its power, and a cut inside a write ends it at once.
import { expect } from 'chai';
import { BOARD as ESP32 } from '../../../../../boards/esp32-sim800l/board';
import { BOARD as T_CALL } from '../../../../../boards/ttgo-t-call/board';
import { BOARD as LINUX } from '../../../../../boards/linux/board';
import {
  createFlash,
  createNodeBoard,
  type BoardCrash,
  type BoardData,
  type PortModeName,
  type Radio,
  type SimBoard,
  type SimFlash,
} from '../../../../../host/sim/board';
import { GLOBALS, METHODS, STATICS } from '../../../../../host/sim/board/node/builtins';
import { createVirtualRuntime, type VirtualRuntime } from '../../../../../host/sim/clock/virtual-runtime';

interface Rig {
  board: SimBoard;
  flash: SimFlash;
  log: string[];
  crashes: BoardCrash[];
  /** What came out of the console. */
  said(): string;
}

describe('sim/board Node engine', () => {
  let runtime: VirtualRuntime;
  const rigs: Rig[] = [];
  beforeEach(() => (runtime = createVirtualRuntime({ seed: 'board', startMs: 1_700_000_000_000, pace: 'fast' })));
  afterEach(async () => {
    for (const { board } of rigs.splice(0)) await board.close();
    runtime.close();
  });

  async function run(
    image: string,
    extra: {
      board?: BoardData;
      flash?: SimFlash;
      driftPpm?: number;
      unixSeconds?: number;
      onPin?: (pin: string, level: 0 | 1) => void;
      radios?: Radio[];
      modes?: PortModeName[];
    } = {},
  ): Promise<Rig> {
    const data = extra.board ?? ESP32;
    const flash = extra.flash ?? createFlash(data.flash);
    const log: string[] = [];
    const crashes: BoardCrash[] = [];
    let said = '';
    const board = createNodeBoard({
      name: 'test',
      role: 'cold',
      image,
      board: data,
      runtime,
      flash,
      storage: createFlash(data.storage),
      onLog: (line) => log.push(line),
      driftPpm: extra.driftPpm,
      unixSeconds: extra.unixSeconds,
      onPin: extra.onPin,
      radios: extra.radios,
      modes: extra.modes,
    });
    board.onCrash((crash) => crashes.push(crash));
    board.ports.console?.onData((bytes) => (said += Buffer.from(bytes).toString('latin1')));
    const rig = { board, flash, log, crashes, said: () => said };
    rigs.push(rig);
    await board.powerOn();
    return rig;
  }

  /** What an expression is inside, as print shows it. */
  const value = async (expression: string, board?: BoardData): Promise<string> =>
    (await run(`print(${expression});`, { board })).log[0];

  describe('isolation', () => {
    const escapes = [
      'this.constructor.constructor("return typeof process.exit")()',
      'print.constructor("return typeof process.exit")()',
      'E.toUint8Array.constructor("return typeof process.exit")()',
      'require("Storage").write.constructor("return typeof process.exit")()',
      'Serial1.on.constructor("return typeof process.exit")()',
      'E.toUint8Array("a").constructor.constructor("return typeof process.exit")()',
      'require("Flash").read(4,3211264).buffer.constructor.constructor("return typeof process.exit")()',
      'require("crypto").SHA256("a").constructor.constructor("return typeof process.exit")()',
      'getTime.call.constructor("return typeof process.exit")()',
      '(function(){try{require("fs")}catch(e){return e.constructor.constructor("return typeof process.exit")()}})()',
      '(function(){try{require("Flash").read(4,1)}catch(e){return e.constructor.constructor("return ' +
        'typeof process.exit")()}})()',
      '(function(){try{require("Storage").write("a","")}catch(e){return ' +
        'e.constructor.constructor("return typeof process.exit")()}})()',
      '(function(){try{undefined.x}catch(e){return e.constructor.constructor("return typeof process.exit")()}})()',
      'eval("typeof process.exit")',
    ];
    for (const escape of escapes) {
      it(escape.slice(0, 70), async () => {
        expect(await value(escape)).to.equal('undefined');
      });
    }

    it('has no way to modules of Node', async () => {
      for (const name of ['fs', 'child_process', 'node:fs', 'vm', 'net']) {
        const rig = await run(`try{require("${name}");print("got")}catch(e){print(e.message)}`);
        expect(rig.log).to.deep.equal([`Module ${name} not found`]);
      }
    });

    it('keeps two boards apart', async () => {
      await run('global.mark=1;Object.prototype.mark=2;Uint8Array.prototype.mark=3;');
      expect(await value('typeof mark+typeof ({}).mark+typeof new Uint8Array(1).mark')).to.equal(
        'undefinedundefinedundefined',
      );
      expect(({} as { mark?: number }).mark).to.equal(undefined);
    });
  });

  describe('only what Espruino has', () => {
    it('no name beyond the list', async () => {
      const names = (await value('Object.getOwnPropertyNames(global).join()')).split(',');
      expect(names.filter((name) => !GLOBALS.includes(name) && !/^D\d+$/.test(name))).to.deep.equal([]);
    });

    it('nothing of later JavaScript', async () => {
      for (const name of [
        'Map',
        'Set',
        'WeakMap',
        'Symbol',
        'BigInt',
        'Proxy',
        'Reflect',
        'RangeError',
        'WebAssembly',
        'SharedArrayBuffer',
        'Atomics',
        'queueMicrotask',
        'structuredClone',
        'TextEncoder',
        'Buffer',
        'escape',
        'unescape',
        'Intl',
        'setImmediate',
        'exports',
        'module',
        'USB',
      ]) {
        expect(await value(`typeof ${name}`), name).to.equal('undefined');
      }
    });

    it('no method beyond the lists', async () => {
      // These three cannot be deleted; the build refuses code that uses them.
      const stuck = ['MAX_SAFE_INTEGER', 'MIN_SAFE_INTEGER', 'EPSILON'];
      for (const name of Object.keys(STATICS)) {
        const found = (await value(`Object.getOwnPropertyNames(${name}).join()`)).split(',');
        expect(
          found.filter((one) => !STATICS[name].includes(one) && !stuck.includes(one)),
          name,
        ).to.deep.equal([]);
      }
      for (const name of Object.keys(METHODS).filter((one) => one !== 'TypedArray')) {
        const found = (await value(`Object.getOwnPropertyNames(${name}.prototype).join()`)).split(',');
        expect(
          found.filter((one) => one && !METHODS[name].includes(one)),
          name,
        ).to.deep.equal([]);
      }
      expect(await value('typeof new Uint8Array(1).lastIndexOf+typeof [].lastIndexOf+typeof "".search')).to.equal(
        'undefinedundefinedundefined',
      );
    });

    it('a typed array slices into a plain array', async () => {
      expect(await value('Array.isArray(new Uint8Array([1,2,3]).slice(1))')).to.equal('true');
    });

    it('strings are 8 bits', async () => {
      expect(await value('String.fromCharCode(300).charCodeAt(0)')).to.equal('44');
    });

    it('native errors are no instances of Error and have no name', async () => {
      expect(
        await value('(function(){try{undefined.x}catch(e){return (e instanceof Error)+" "+typeof e.name}})()'),
      ).to.equal('false undefined');
    });

    it('clearTimeout(undefined) throws', async () => {
      const { crashes } = await run('clearTimeout(undefined);');
      expect(crashes[0].text).to.include('clearTimeout(undefined) not allowed');
    });

    it('chance is the same at every power-on, as on a stock build', async () => {
      const rig = await run('print(E.hwRand(),E.hwRand());print(Math.random()>0.25);');
      await rig.board.reset();
      expect(rig.log).to.deep.equal(['2002641757 1519824769', 'true', '2002641757 1519824769', 'true']);
    });

    it('answers of the natives equal the genuine interpreter', async () => {
      const cases: [string, string][] = [
        ['E.toString(E.toUint8Array("ab",[1,2,[3]],new Uint8Array([9,8]),300,{data:"x",count:2})).length', '10'],
        ['E.convolve([1,2,3],[4,5,6],1)', '29'],
        ['E.convolve([1,2,3],[4,5,6],-1)', '29'],
        [
          '(function(){var t=new Uint8Array(8);E.mapInPlace(new Uint8Array([0x81]),t,undefined,-1);return t.join()})()',
          '1,0,0,0,0,0,0,1',
        ],
        [
          '(function(){var t=new Uint8Array(8);E.mapInPlace(new ' +
            'Uint8Array([0x12,0x34]),t,undefined,4);return t.join()})()',
          '1,2,3,4,0,0,0,0',
        ],
        [
          '(function(){var t=new Uint16Array(4);E.mapInPlace(new ' +
            'Uint8Array([0x12,0x34,0x56,0x78]),t,undefined,-12);return t.join()})()',
          `${0x412},${0x563},${0x078},0`,
        ],
        ['E.CRC32("123456789")', '3421780262'],
        ['new Uint8Array(require("crypto").SHA256("abc")).join().slice(0,14)', '186,120,22,191'],
        ['btoa("\\0\\xff")+atob("AP8=").charCodeAt(1)', 'AP8=255'],
        ['require("Storage").read("nothing")', 'undefined'],
      ];
      for (const [expression, expected] of cases) expect(await value(expression), expression).to.equal(expected);
    });
  });

  describe('errors', () => {
    it('reach the owner and the interpreter console, and the board runs on', async () => {
      const rig = await run('setTimeout(function(){throw new Error("one")},1);setTimeout(function(){print("on")},2);');
      await runtime.runFor(10);
      expect(rig.crashes.map((crash) => crash.text)).to.deep.equal(['one']);
      expect(rig.log).to.deep.equal(['Uncaught one', 'on']);
      expect(rig.board.isOn).to.equal(true);
    });

    it('go to uncaughtException when the image listens', async () => {
      const rig = await run(
        'process.on("uncaughtException",function(e){print("caught ' +
          '"+e.message)});setTimeout(function(){throw new Error("two")},1);',
      );
      await runtime.runFor(10);
      expect(rig.log).to.deep.equal(['caught two']);
      expect(rig.crashes.length).to.equal(1);
    });
  });

  describe('power', () => {
    it('takes timers and RAM away, leaves flash', async () => {
      const rig = await run(
        `var F=require("Flash"),n=F.read(1,3211264)[0];
        print(n);
        F.write([n<<1&255],3211264);
        setInterval(function(){print("tick")},100);`,
      );
      await runtime.runFor(250);
      await rig.board.powerOff();
      await runtime.runFor(1000);
      await rig.board.powerOn();
      expect(rig.log).to.deep.equal(['255', 'tick', 'tick', '254']);
      expect(rig.board.isOn).to.equal(true);
    });

    const CUT =
      'var ' +
      'F=require("Flash");Serial1.setup(115200);setTimeout(function(){try{F.write([0,0,0,0],3211264);print("went ' +
      'on")}catch(e){print("caught");Serial1.write("late");F.write([0],3211300)}},5);';

    it('cut inside a write: the handler is gone, whatever it catches, and the write is torn', async () => {
      const rig = await run(CUT);
      let isOn: boolean | undefined;
      rig.board.onPower((now) => (isOn = now));
      rig.board.cutPowerAtWrite(1);
      await runtime.runFor(100);
      expect([isOn, rig.board.isOn]).to.deep.equal([false, false]);
      expect(rig.log).to.deep.equal([]);
      expect(rig.said()).to.equal('');
      expect([...rig.flash.read(0, 4)]).to.deep.equal([0, 0, 0xa5, 0xff]);
      expect(rig.flash.read(36, 1)[0]).to.equal(0xff);
      expect(rig.crashes).to.deep.equal([]);
      await rig.board.powerOn();
      await runtime.runFor(100);
      expect(rig.log).to.deep.equal(['went on']);
    });

    it('cut wants a board that is on', async () => {
      const rig = await run('');
      await rig.board.powerOff();
      expect(() => rig.board.cutPowerAtWrite(1))
        .to.throw()
        .with.property('code', 'board-off');
    });

    it('the watchdog restarts a board that does not kick it', async () => {
      const rig = await run(
        'print("boot");E.enableWatchdog(2,false);var n=0,i=setInterval(function(){if(++n<4)E.kickWatchdog()},1000);',
      );
      await runtime.runFor(4900);
      expect(rig.log).to.deep.equal(['boot']);
      await runtime.runFor(1000);
      expect(rig.log).to.deep.equal(['boot', 'boot']);
    });

    it('a restart ends the running handler', async () => {
      const rig = await run(
        `print("boot");
        if(!require("Storage").read("m")){
          require("Storage").write("m","1");
          setTimeout(function(){E.reboot();print("after")},5);
        }`,
      );
      await runtime.runFor(1000);
      expect(rig.log).to.deep.equal(['boot', 'boot']);
    });

    it('the clock starts anew, drifts as told', async () => {
      const rig = await run('print(getTime());setTimeout(function(){print(Math.round(getTime()))},1000000);', {
        driftPpm: 1000,
        unixSeconds: 0,
      });
      await runtime.runFor(999_100);
      expect(rig.log).to.deep.equal(['0', '1000']);
    });

    it('tells which pins are driven', async () => {
      const pins: string[] = [];
      await run('digitalWrite("D23",1);D4.reset();', { onPin: (pin, level) => pins.push(`${pin}=${level}`) });
      expect(pins).to.deep.equal(['D23=1', 'D4=0']);
    });
  });

  it('the Linux board opens ports by path and has no watchdog, as the genuine one', async () => {
    const rig = await run(
      `var p=JSON.parse(require("fs").readFileSync("ports.json"));
      print(Object.keys(p).join());
      Serial1.setup(115200,{path:p.console});
      Serial1.write("hi");
      E.enableWatchdog(1);`,
      { board: LINUX },
    );
    await runtime.runFor(5000);
    expect(rig.log).to.deep.equal(['console,link,modem0']);
    expect(rig.said()).to.equal('hi');
  });

  it('the same image and seed give the same bytes at the same times', async () => {
    const record = async (): Promise<string[]> => {
      const own = createVirtualRuntime({ seed: 'same', startMs: 1_700_000_000_000, pace: 'fast' });
      const seen: string[] = [];
      const image = `
        Serial1.setup(115200);
        setInterval(function(){Serial1.write(""+Math.random()+getTime()+peek32(0x3ff75144))},70);`;
      const board = createNodeBoard({
        name: 'same',
        role: 'cold',
        image,
        board: ESP32,
        runtime: own,
        flash: createFlash(ESP32.flash),
        storage: createFlash(ESP32.storage),
      });
      board.ports.console?.onData((bytes) => seen.push(`${own.nowMs()}:${Buffer.from(bytes).toString('hex')}`));
      await board.powerOn();
      await own.runFor(1000);
      await board.close();
      own.close();
      return seen;
    };
    const first = await record();
    expect(first.length).to.be.greaterThan(10);
    expect(await record()).to.deep.equal(first);
  });

  it('counts CPU time', async () => {
    const rig = await run('for(var i=0;i<3000000;i++);');
    expect(rig.board.cpuMs()).to.be.greaterThan(0.1);
  });

  describe("with the ways of the ESP32's port", () => {
    const TOTAL = 'Serial1.setup(115200);Serial1.println(process.memory().total+" "+process.memory().usage)';

    for (const [radios, board, variables] of [
      [['wifi', 'ble'], ESP32, 2500],
      [['wifi'], ESP32, 4300],
      [['ble'], ESP32, 6400],
      [[], ESP32, 8200],
      [['wifi', 'ble'], T_CALL, 16383],
    ] as [Radio[], BoardData, number][])
      it(`${variables} variables on ${board.name} with ${radios.join(' and ') || 'no radio'} on`, async () => {
        const rig = await run(TOTAL, { radios, board, modes: ['state-variables'] });
        await runtime.runFor(100);
        expect(rig.said()).to.match(new RegExp(`^${variables} `));
      });

    it('each connection to a radio leaks 3 variables', async () => {
      const rig = await run(`setInterval(function(){${TOTAL};},1000);`, { radios: ['ble'], modes: ['radio-leak'] });
      await runtime.runFor(1500);
      for (let n = 0; n < 44; n++) rig.board.radioConnect('ble');
      rig.board.radioConnect('wifi');
      await runtime.runFor(1000);
      const [before, after] = rig
        .said()
        .match(/2500 \d+/g)!
        .map((line) => Number(line.slice(5)));
      expect(after - before).to.equal(44 * 3);
    });

    it('the SDK prints on UART0 at each start; on a slower line that is noise', async () => {
      const rig = await run('', { modes: ['sdk-texts'] });
      await runtime.runFor(100);
      expect(rig.said()).to.include('rst:0x1 (POWERON_RESET)');
    });

    it('a compaction under a running image ends in a panic and a restart', async () => {
      const fill = 'var s=require("Storage"),n=0;s.write("a","x");s.erase("a");s.compact();';
      const image = `if(!require("Storage").read("once")){require("Storage").write("once","1");${fill}}`;
      const rig = await run(image, { modes: ['moving-compaction', 'sdk-texts'] });
      await runtime.runFor(1000);
      expect(rig.log).to.deep.equal(['a compaction of Storage moved the code that runs']);
      expect(rig.said()).to.match(/Guru Meditation Error[^]*rst:0xc \(SW_CPU_RESET\)/);
      expect(rig.board.isOn).to.equal(true);
      const still = await run(image);
      await runtime.runFor(1000);
      expect(still.log).to.deep.equal([]);
    });
  });
});
