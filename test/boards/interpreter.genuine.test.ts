// How the genuine interpreter behaves in cases of public reports: Storage that is compacted while code of it runs,
// uptimes of weeks, and octets 3 (Ctrl-C) in data. Needs ESPRUINO.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect } from 'chai';
import { BOARD } from '../../boards/linux/board';
import { realRuntime } from '../../host/kit/runtime';
import { createEspruinoBoard, createFlash } from '../../host/sim/board';
import { bundled } from '../protocol/support/interpreter';

/** Runs a script in a folder of its own, where the interpreter keeps its flash; returns what it printed behind `=`. */
function run(script: string): unknown[] {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'interpreter-'));
  fs.writeFileSync(path.join(dir, 'script.js'), `function out(v){print("OUT"+"PUT "+JSON.stringify(v));}\n${script}`);
  const { stdout } = spawnSync(String(process.env.ESPRUINO), ['script.js'], {
    cwd: dir,
    timeout: 120_000,
    encoding: 'latin1',
  });
  fs.rmSync(dir, { recursive: true });
  return stdout
    .split('\n')
    .flatMap((line) => (line.includes('OUTPUT ') ? [JSON.parse(line.slice(line.indexOf('OUTPUT ') + 7))] : []));
}

describe('genuine interpreter as in the field (ESPRUINO)', function () {
  this.timeout(180_000);
  before(function () {
    if (process.env.ESPRUINO) return;
    console.log('      ESPRUINO names no interpreter: these tests need one');
    this.skip();
  });

  it('Espruino #2009 #1539 #2174: code of a Storage file runs on while writes compact the Storage', () => {
    const said = run(`
      var S = require("Storage");
      S.eraseAll();
      var big = ""; while (big.length < 3000) big += "0123456789";
      S.write("trash", big);
      S.write("image", "1000000;{return 6 * 7;}" + big);
      var image = S.read("image");
      function fetched() { return Function(image.substr(8, 15)); }
      var held = fetched();
      out([fetched()(), held()]);
      S.erase("trash");
      var n = 0, isOk = true;
      for (n = 0; n < 400 && isOk; n++) isOk = S.write("u", big + n);
      out([n, isOk, S.read("image", 0, 12)]);
      out([fetched()(), held()]);
      S.compact();
      out([fetched()(), held()]);
      quit();`);
    expect(said).to.deep.equal([
      [42, 42],
      [400, true, '1000000;{ret'],
      [42, 42],
      [42, 42],
    ]);
  });

  it("a board's life of archives, and a Storage that fills up meanwhile, start no compaction", async () => {
    const code = await bundled({
      'boards/linux/flash-file': ['flashFile', 'openArchivePages'],
      'boards/espruino/files': ['files'],
      'firmware/cold/payments/groups': ['writeGroup', 'readGroup', 'groupsMax'],
    });
    const said = run(`
      ${code}
      var storage = require("Storage"), chip = require("Flash"), start = ${BOARD.storage.address};
      storage.eraseAll();
      var text = ""; while (text.length < 900) text += "0123456789";
      storage.write("trash", text);
      storage.write("image", text);
      openArchivePages();
      storage.erase("trash");
      function place() { return E.CRC32(chip.read(2048, start)); }
      var before = place(), bad = 0, written = 0, isFull = false, group = new Uint8Array(480);
      var groups = 3 * groupsMax(flashFile);
      for (var turn = 0; turn < groups; turn++) {
        group[0] = 1; group[5] = turn >> 8; group[6] = turn;
        if (!writeGroup(flashFile, turn, group)) bad++;
        var back = readGroup(flashFile, turn);
        if (back[5] !== turn >> 8 || back[6] !== (turn & 255)) bad++;
        for (var each = 0; each < 4 && !isFull; each++)
          if (files.writeFile("b" + written, new Uint8Array(4000))) written++;
          else isFull = true;
      }
      out([groups > 100, bad, place() === before, isFull, files.writeFile("more", new Uint8Array(4000))]);
      quit();`);
    expect(said).to.deep.equal([[true, 0, true, true, false]]);
  });

  it('arduino-esp32 #2282, Espruino #1027: the clock passes 2^31 and 2^32 ms and never runs back', async () => {
    const clock = await bundled({ 'boards/espruino/clock': ['clock'] });
    const said = run(`
      var fakeNow = 0;
      function getTime() { return fakeNow; }
      ${clock}
      var borders = [2147483.640, 4294967.290, 63072000, 3155760000];
      for (var i = 0; i < borders.length; i++) {
        fakeNow = borders[i];
        var before = clock.uptimeMs(), due = before + 300000;
        fakeNow = borders[i] + 301;
        out([clock.uptimeMs() - before, due - clock.uptimeMs() <= 0]);
      }
      var last = clock.uptimeMs();
      fakeNow -= 60;
      out(clock.uptimeMs() === last);
      fakeNow += 1;
      out(clock.uptimeMs() - last);
      quit();`);
    const passed = [301000, true];
    expect(said).to.deep.equal([passed, passed, passed, passed, true, 1000]);
  });

  it('Espruino #416 #1829: timers of 2^31 ms and more wait, and timers within timers hold up no other', () => {
    const said = run(`
      var fired = [], ticks = 0;
      setTimeout(function () { fired.push("2^31"); }, 2147483648);
      setTimeout(function () { fired.push("2^32"); }, 4294967346);
      setTimeout(function () { fired.push("day"); }, 86400000);
      setTimeout(function () { fired.push("past"); }, -5);
      setInterval(function () { setTimeout(function () {}, 0); }, 10);
      setInterval(function () { ticks++; }, 100);
      setTimeout(function () { out(fired); out(ticks); quit(); }, 2000);`);
    expect(said[0]).to.deep.equal(['past']);
    expect(said[1]).to.be.within(15, 20);
  });

  it('EspruinoTools PR #13, Espruino #830 #1203: octet 3 in data stops nothing without a console', async () => {
    const image = `var p=JSON.parse(require("fs").readFileSync("ports.json"));E.setConsole(null,{force:true});
      Serial1.setup(115200,{path:p.console});Serial2.setup(115200,{path:p.link});Serial3.setup(115200,{path:p.modem0});
      var n=0,threes=0,loops=0;
      Serial1.on("data",function(d){n+=d.length;for(var i=0;i<d.length;i++)if(d.charCodeAt(i)===3)threes++;
        if(n===456)setTimeout(function(){Serial1.write("octets "+threes+" loops "+(loops>0)+"\\n");},200);});
      setInterval(function(){for(var i=0;i<3000;i++)loops++;},50);Serial1.write("up\\n");`;
    const board = createEspruinoBoard({
      name: 'control-c',
      role: 'cold',
      image,
      board: BOARD,
      runtime: realRuntime(),
      flash: createFlash(BOARD.flash),
      storage: createFlash(BOARD.storage),
      espruino: process.env.ESPRUINO!,
    });
    let said = '';
    const console = board.ports.console!;
    console.onData((bytes) => void (said += Buffer.from(bytes).toString('latin1')));
    const until = async (text: string): Promise<void> => {
      for (let i = 0; i < 600 && !said.includes(text); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await board.powerOn();
    await until('up');
    console.write(new Uint8Array([...Array(256).keys()]));
    await new Promise((resolve) => setTimeout(resolve, 500));
    console.write(new Uint8Array(200).fill(3));
    await until('octets');
    await board.close();
    expect(said).to.include('octets 201 loops true');
  });
});
