// Holds that a board flashed by these tools works in the genuine interpreter (set ESPRUINO): HSM-Cold boots from a slot
// in Storage, its console answers diagnostics, doctor sees it, `service` gives the prompt back, the next start runs it
// again.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { BOARD } from '../../../boards/linux/board';
import { espruinoBuild } from '../../../host/sim/board/espruino/build';
import { openPty, type Pty } from '../../../host/sim/board/espruino/pty';
import { realRuntime } from '../../../host/kit/runtime';
import { createStackMapper } from '../../../tools/console/stack';
import { createSession, type Session } from '../../../tools/console/session';
import { storageOf } from '../../../tools/flash/rom/rom-plan';
import { findPrompt } from '../../../tools/flash/prompt/prompt';
import { openPort } from '../../../tools/serial/open';
import { startGenuine, type GenuineBoard } from '../../../tools/flash/model/genuine';
import { keptFunctions } from '../build/laid';

const ROOT = path.join(__dirname, '..', '..', '..', '..');
const IMAGE = path.join(__dirname, '..', '..', '..', 'firmware', 'linux', 'hsm-cold.js');

const { pageBytes, pageCount } = BOARD.storage;

/** Empty where the tests can run. */
function whyNot(espruino: string | undefined): string {
  if (!espruino) return ' (ESPRUINO is not set)';
  if (!fs.existsSync(IMAGE)) return ' (the images are not built)';
  const { storageBytes } = espruinoBuild(espruino);
  const wantedBytes = pageBytes * pageCount;
  return storageBytes < wantedBytes
    ? ` (a build with ${wantedBytes} bytes of Storage is needed, not ${storageBytes})`
    : '';
}

const WHY_NOT = whyNot(process.env.ESPRUINO);

describe(`flash: HSM-Cold from Storage in the genuine interpreter${WHY_NOT}`, function () {
  this.timeout(120_000);
  let board: GenuineBoard | undefined;
  let line: Pty | undefined;
  let session: Session | undefined;
  before(function () {
    if (WHY_NOT !== '') this.skip();
  });
  after(async () => {
    session?.close();
    await board?.close();
    line?.close();
  });

  async function untilReady(news: () => string): Promise<void> {
    for (let i = 0; i < 400 && !/hsm-cold ready/.test(news()); i++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(news()).to.match(/hsm-cold ready/);
  }

  it('a stack trace of the running image leads to TypeScript, through fetched functions too', async function () {
    if (!espruinoBuild(String(process.env.ESPRUINO)).isGrowing) {
      console.log('      this build runs the image from flash and names no place in it: one that grows is needed');
      this.skip();
    }
    const code = fs.readFileSync(IMAGE, 'latin1');
    const { kept } = keptFunctions(code);
    expect(kept.length).to.be.greaterThan(50);
    const map = createStackMapper(IMAGE, ROOT);
    line = openPty();
    board = startGenuine(String(process.env.ESPRUINO));
    fs.writeFileSync(path.join(board.dir, 'espruino.flash'), storageOf(IMAGE).data);
    fs.writeFileSync(path.join(board.dir, 'ports.json'), JSON.stringify({ console: line.path, debug: true }));
    await board.restart();
    await new Promise((resolve) => setTimeout(resolve, 4000));
    const port = await openPort(board.path);
    const prompt = await findPrompt(port, realRuntime());
    const traces: string[] = [];
    for (const { at, params, length } of kept.filter((each) => each.params.length).slice(0, 16)) {
      const call = `Function.apply(0,${JSON.stringify(params)}.concat(CC_IMAGE.substr(${at},${length})))();`;
      const trace = await prompt
        .eval(`(function(){try{${call}}catch(e){return e.stack;}return "";}())`, { tries: 1, timeoutMs: 2000 })
        .catch(() => '');
      const first = String(trace)
        .split('\n')
        .find((each) => /hsm\.a:2:\d+/.test(each));
      if (!first) continue;
      const column = Number(/hsm\.a:2:(\d+)/.exec(first)![1]);
      const mapped = map(first.replace(/\r$/, ''));
      traces.push(mapped);
      if (column > at && column <= at + length)
        expect(mapped).to.match(/\((firmware|protocol|boards)\/[\w/-]+\.ts:\d+:\d+\)/);
    }
    port.close();
    expect(traces.length).to.be.greaterThan(2);
    await board.close();
    board = undefined;
    line.close();
  });
  it('boots, answers, gives its prompt once and boots again', async () => {
    line = openPty();
    board = startGenuine(String(process.env.ESPRUINO));
    fs.writeFileSync(path.join(board.dir, 'espruino.flash'), storageOf(IMAGE).data);
    fs.writeFileSync(path.join(board.dir, 'ports.json'), JSON.stringify({ console: line.path, debug: true }));
    let text = '';
    session = createSession({ port: line, nowMs: Date.now, onEntry: (entry) => void (text += `${entry.text}\n`) });
    await board.restart();
    await untilReady(() => text);
    const status = await session.run('status');
    expect(status.lines[0]).to.match(/^board linux commit \S+ interpreter 2v/);
    const selftest = (await session.run('selftest')).lines;
    expect([selftest[0], selftest.slice(-2)]).to.deep.equal(['selftest sha256', ['selftest words', 'noise passed']]);
    expect((await session.run('service')).error).to.equal(undefined);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await board.restart();
    await new Promise((resolve) => setTimeout(resolve, 4000));
    const port = await openPort(board.path);
    const prompt = await findPrompt(port, realRuntime());
    expect(await prompt.eval('[CC_SLOT,require("Storage").read("service")===undefined]')).to.deep.equal([
      'hsm.a',
      true,
    ]);
    port.close();
    text = '';
    await board.restart();
    await untilReady(() => text);
  });
});
