// What only a chip can tell of itself, measured at its prompt: its radios and heap, how deep calls go, doubles in
// software, how long an erase takes. On an interpreter without a chip these rows are left out.
import { FLASH_ADDRESS, FLASH_PAGE_BYTES, FLASH_PAGE_COUNT } from '../../../boards/espruino/esp32-chip';
import { radiosOn } from '../../flash/prompt/probe';
import type { Prompt } from '../../flash/prompt/prompt';

export interface BenchFigure {
  name: string;
  value: number | string;
  unit: string;
}

const STATE = '(typeof ESP32=="undefined"?0:ESP32.getState())';
const CONVOLVE_TIMES = 50;
/** Milliseconds of one E.convolve of 16 doubles by 16, the firmware's multiplication. */
const CONVOLVE =
  '(function(){var a=new Float64Array(16),i,t;for(i=0;i<16;i++)a[i]=65521-i;t=getTime();' +
  `for(i=0;i<${CONVOLVE_TIMES};i++)E.convolve(a,a,0);return (getTime()-t)*${1000 / CONVOLVE_TIMES};}())`;
/** Calls until the interpreter ends them: past try and catch, so the count is read by an expression of its own. */
const FALL = '(global.$d=0,(function f(){$d++;return f()+1;})())';
const FALLEN = '(function(){var n=$d;delete global.$d;return n;}())';
/** The last page of the journal's area, which holds nothing that lasts (firmware/journal/journal.ts). */
const SCRATCH = FLASH_ADDRESS + (FLASH_PAGE_COUNT - 1) * FLASH_PAGE_BYTES;
const ERASES = 5;
/** The longest of some erases, in ms. */
const ERASE =
  `(function(){var F=require("Flash"),m=0,i,t;for(i=0;i<${ERASES};i++){t=getTime();F.erasePage(${SCRATCH});` +
  't=(getTime()-t)*1000;if(t>m)m=t;}return m;}())';
const ERASE_PROMPT_MS = 20_000;

interface ChipState {
  freeHeap?: number;
  minHeap?: number;
  sdkVersion?: string;
}

/** Rows of a board with a chip at its prompt; none for another interpreter. */
export async function chipRows(prompt: Prompt): Promise<BenchFigure[]> {
  const state = (await prompt.eval(STATE)) as ChipState | 0;
  if (!state) return [];
  const rows: BenchFigure[] = [{ name: 'radios', value: (await radiosOn(prompt)) || 'off', unit: '' }];
  if (state.sdkVersion !== undefined) rows.push({ name: 'SDK', value: state.sdkVersion, unit: '' });
  if (state.freeHeap !== undefined) rows.push({ name: 'heap free', value: state.freeHeap, unit: 'bytes' });
  if (state.minHeap !== undefined) rows.push({ name: 'heap free, least so far', value: state.minHeap, unit: 'bytes' });
  const convolveMs = Number(await prompt.eval(CONVOLVE, { timeoutMs: 20_000 }));
  rows.push({ name: 'convolve, 16 by 16 doubles', value: Number(convolveMs.toFixed(3)), unit: 'ms' });
  await prompt.eval(FALL, { tries: 1, timeoutMs: 20_000 }).catch(() => undefined);
  rows.push({ name: 'calls, deepest', value: Number(await prompt.eval(FALLEN)), unit: '' });
  const eraseMs = Number(await prompt.eval(ERASE, { timeoutMs: ERASES * ERASE_PROMPT_MS }));
  rows.push({ name: `erase of a page, longest of ${ERASES}`, value: Number(eraseMs.toFixed(1)), unit: 'ms' });
  return rows;
}
