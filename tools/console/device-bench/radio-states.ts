// Variables and heap of a bare chip in each state of its radios. What a radio costs is known from documentation alone;
// each state wants a restart. A radio that is on gives a prompt to whoever is in range, so a board that holds an image
// keeps both off; in the end both are off again.
import type { Runtime } from '../../../host/kit/runtime';
import { radiosOn } from '../../flash/prompt/probe';
import { findPrompt, type Prompt } from '../../flash/prompt/prompt';
import { SLOT_NAMES } from '../../flash/storage/slots';
import type { OpenPort } from '../../serial/open';
import { restartChip } from './adapter';
import type { BenchFigure } from './chip';

/** As radiosOn() names them. */
const STATES = ['', 'ble', 'wifi', 'wifi ble'];
const HAS_SWITCHES =
  'typeof ESP32!="undefined"&&typeof ESP32.enableWifi=="function"&&typeof ESP32.enableBLE=="function"';
const HAS_IMAGE = `(${SLOT_NAMES.map((name) => `require("Storage").read("${name}",0,1)`).join('||')})!==undefined`;
const MEMORY = '[process.memory().total,process.memory().free,ESP32.getState().freeHeap||0]';

interface Rows {
  rows: BenchFigure[];
  findings: string[];
}

async function turn(prompt: Prompt, state: string, port: OpenPort, runtime: Runtime): Promise<Prompt> {
  const has = (radio: string): boolean => state.split(' ').includes(radio);
  await prompt.eval(`(ESP32.enableBLE(${has('ble')}),ESP32.enableWifi(${has('wifi')}),1)`);
  return restartChip(prompt, port, runtime);
}

async function measureState(prompt: Prompt, state: string): Promise<BenchFigure[]> {
  const name = `radios ${state || 'off'}`;
  if ((await radiosOn(prompt)) !== state) return [{ name: `variables, ${name}`, value: 'not reached', unit: '' }];
  const [total, free, heap] = (await prompt.eval(MEMORY)) as [number, number, number];
  return [
    { name: `variables, ${name}`, value: total, unit: `of which ${free} free` },
    { name: `heap free, ${name}`, value: heap, unit: 'bytes' },
  ];
}

/** Rows of a chip at its prompt; a finding when a radio stayed on. */
export async function radioStates(port: OpenPort, runtime: Runtime): Promise<Rows> {
  let prompt = await findPrompt(port, runtime, port.baud ? { baud: port.baud } : {});
  const skip = (why: string): Rows => ({
    rows: [{ name: 'variables by radio state', value: 'not tried', unit: `(${why})` }],
    findings: [],
  });
  if ((await prompt.eval(`(${HAS_SWITCHES})`)) !== true) return skip('this build cannot switch its radios');
  if ((await prompt.eval(`(${HAS_IMAGE})`)) === true) return skip('the board holds an image: its radios stay off');
  const rows: BenchFigure[] = [];
  for (const state of STATES) {
    prompt = await turn(prompt, state, port, runtime);
    rows.push(...(await measureState(prompt, state)));
  }
  prompt = await turn(prompt, '', port, runtime);
  const left = await radiosOn(prompt);
  return {
    rows,
    findings:
      left === '' ? [] : [`a radio stayed on (${left}): write the base again with "chaincloud flash --base DIR"`],
  };
}
