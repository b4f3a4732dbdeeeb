// Holds that the gauge of variables tells the truth where it is known: a script that takes a known number of them, in
// the genuine interpreter built with a fixed number (ESPRUINO). Measures tools/bench/firmware/gauge.ts.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect } from 'chai';
import { createGauge, type Reading } from '../../../tools/bench/firmware/gauge';
import { buildOf } from '../../../tools/bench/firmware/peaks';

const START_MS = 500;
const NUMBERS = 400;
/** Names and numbers of an array beyond small integers: two variables each. */
const TAKEN = 2 * NUMBERS;
/** The loop's own, and what a function call takes. */
const AROUND = 20;

describe('bench: gauge of variables (ESPRUINO)', function () {
  this.timeout(60_000);

  /**
   * Readings of a script that takes TAKEN at a time after its start, one for each room: as many above what it rests
   * with.
   */
  async function readings(espruino: string, rooms: number[]): Promise<{ found: Reading; room: number }[]> {
    const gauge = createGauge();
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'gauge-'));
    const file = path.join(dir, 'script.js');
    const script =
      `${gauge.prelude('cold')}\nfunction take(){var ` +
      `all=[],n;for(n=0;n<${NUMBERS};n++)all.push(n+0.5)}\nsetInterval(take,200);\n`;
    fs.writeFileSync(file, script);
    const child = spawn(espruino, [file], {
      cwd: dir,
      env: { ...process.env, ESPR_VARS: '6000' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let text = '';
    child.stdout.setEncoding('latin1').on('data', (piece: string) => {
      const lines = (text + piece).split('\n');
      text = lines.pop()!;
      lines.forEach((line) => {
        gauge.hear('cold', line);
        gauge.hear('hot', line);
      });
    });
    const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    const report = async (room: number): Promise<Reading> => {
      gauge.order({ cold: room, hot: room });
      while (!gauge.readings() && child.exitCode === null) await wait(20);
      return gauge.readings()!.cold;
    };
    try {
      await wait(START_MS);
      const { rest } = await report(3500);
      const found = [];
      for (const room of rooms) {
        await report(rest + room);
        await wait(START_MS);
        const reading = await report(3500);
        found.push({ found: { ...reading, passes: reading.passes - rest }, room });
      }
      return found;
    } finally {
      child.kill('SIGKILL');
      gauge.close();
      fs.rmSync(dir, { recursive: true });
    }
  }

  it('finds what is known, from below and from above', async function () {
    const espruino = process.env.ESPRUINO;
    if (!espruino) {
      console.log('      ESPRUINO names no interpreter: this test needs one');
      return this.skip();
    }
    process.env.ESPR_VARS ??= '6000';
    if (!buildOf(espruino)) {
      console.log('      this interpreter has no fixed number of variables that is large enough');
      return this.skip();
    }
    for (const { found, room } of await readings(espruino, [100, TAKEN / 2, TAKEN + 6 * AROUND])) {
      expect(found.isAbove, `with room for ${room}`).to.equal(room < TAKEN);
      if (found.isAbove) expect(found.passes).to.be.within(TAKEN, TAKEN + AROUND);
      else expect(found.passes).to.equal(room);
    }
  });
});
