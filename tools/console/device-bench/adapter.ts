// What the adapter of a serial port does to a board, and whether a restart brings another random number: the board is
// marked, its port is closed and opened, its reset lines are pulsed, and what is left of the mark tells. For a chip at
// its prompt.
import { pause, type Runtime } from '../../../host/kit/runtime';
import { findPrompt, type Prompt } from '../../flash/prompt/prompt';
import type { OpenPort } from '../../serial/open';
import type { BenchFigure } from './chip';

/** A chip is at its prompt again after so long. */
const START_MS = 3000;
const RESTART = '(setTimeout(function(){E.reboot();},100),1)';
const MARK = '(global.$r=1,1)';
const IS_MARKED = 'typeof $r=="number"';

async function promptOn(port: OpenPort, runtime: Runtime): Promise<Prompt> {
  return findPrompt(port, runtime, port.baud ? { baud: port.baud } : {});
}

/** Restarts the board by its own command, and finds its prompt again. */
export async function restartChip(prompt: Prompt, port: OpenPort, runtime: Runtime): Promise<Prompt> {
  await prompt.eval(RESTART);
  await pause(runtime, START_MS);
  return promptOn(port, runtime);
}

/** Closes and opens the port of a marked board. */
async function openingRow(open: () => Promise<OpenPort>, runtime: Runtime): Promise<BenchFigure> {
  const before = await open();
  try {
    await (await promptOn(before, runtime)).eval(MARK);
  } finally {
    before.close();
  }
  await pause(runtime, START_MS);
  const after = await open();
  try {
    await pause(runtime, START_MS);
    const isLeft = (await (await promptOn(after, runtime)).eval(IS_MARKED)) === true;
    return { name: 'adapter: opening the port', value: isLeft ? 'does nothing' : 'restarts the board', unit: '' };
  } finally {
    after.close();
  }
}

/** Pulses the lines that an adapter has for it. */
async function resetRow(port: OpenPort, runtime: Runtime): Promise<BenchFigure> {
  const name = 'adapter: DTR and RTS';
  if (!port.resetBoard) return { name, value: 'absent', unit: '(no such lines on this port)' };
  await (await promptOn(port, runtime)).eval(MARK);
  await port.resetBoard();
  await pause(runtime, START_MS);
  const isLeft = (await (await promptOn(port, runtime)).eval(IS_MARKED)) === true;
  return { name, value: isLeft ? 'do nothing' : 'restart the board', unit: '' };
}

/** The generator's first number after each of two restarts. */
async function noiseRow(port: OpenPort, runtime: Runtime): Promise<BenchFigure> {
  const firsts: number[] = [];
  let prompt = await promptOn(port, runtime);
  for (let i = 0; i < 2; i++) {
    prompt = await restartChip(prompt, port, runtime);
    firsts.push(Number(await prompt.eval('E.hwRand()')));
  }
  const unit = firsts[0] === firsts[1] ? '(the same: no noise)' : '';
  return { name: 'hwRand: first after two restarts', value: firsts.join(' '), unit };
}

/** Rows of a chip at its prompt. open: its port, anew each time. */
export async function adapterRows(open: () => Promise<OpenPort>, runtime: Runtime): Promise<BenchFigure[]> {
  const rows = [await openingRow(open, runtime)];
  const port = await open();
  try {
    await pause(runtime, START_MS);
    rows.push(await resetRow(port, runtime), await noiseRow(port, runtime));
  } finally {
    port.close();
  }
  return rows;
}
