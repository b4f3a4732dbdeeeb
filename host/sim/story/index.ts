// The story of the whole system, told and checked step by step; and the same set-up without the attacks, for scripts.
import { BUILD_FAULTS, PORT_MODES } from '../../../boards/espruino/builds';
import type { SmsTraffic } from '../gsm';
import type { Simulation } from '../simulation';
import { falseAddress, forgedRequest, plantedWithdrawal, reopening } from './attack-steps';
import { sweep, withdrawal } from './money-steps';
import type { StoryResult } from './report';
import { batches, channel, deposit, hotFunding, provisioning } from './setup-steps';
import { statement } from './statement-step';
import { emptyNotes, type Step, type StepResult } from './step';

export { storyJson, storyTable, type StoryResult } from './report';
export type { Step } from './step';

export const STORY: Step[] = [
  provisioning,
  channel,
  batches,
  deposit,
  hotFunding,
  withdrawal,
  falseAddress,
  plantedWithdrawal,
  forgedRequest,
  reopening,
  sweep,
  statement,
];

/** What an SMS is about, told from its first characters; binary ones by their operation number. */
function operationOf(sms: SmsTraffic): string {
  if (sms.text !== null) return /^CC:ALARM/.test(sms.text) ? 'alarm' : 'text';
  return sms.data === null ? 'other' : `v2-${sms.data[0]}`;
}

/** Who listens to the story while it runs. */
export interface StoryListener {
  /** Before each step. */
  onStep?(step: Step, index: number): void;
  /** Now and then while a step takes long: how far it is, in words. */
  onProgress?(text: string): void;
}

/** Wall time between two signs of life of a long step. */
const PROGRESS_MS = 5000;

/** What the boards' ports have lost, in words. */
function lossesOf({ boards, portModes }: Simulation): string[] {
  const why = portModes.includes('event-loss')
    ? `${PORT_MODES['event-loss'].text}; take a build after ${BUILD_FAULTS[0].mendedBy}`
    : 'too much came at once';
  return [boards.cold, boards.hot].flatMap((board) =>
    Object.entries(board.lost()).map(([line, count]) => `${board.name} lost ${count} octets on its ${line}: ${why}`),
  );
}

async function runStep(
  sim: Simulation,
  step: Step,
  notes: ReturnType<typeof emptyNotes>,
  listener: StoryListener,
): Promise<StepResult> {
  const startMs = Date.now();
  const startCpuMs = sim.boards.cpuMs();
  const ticker = setInterval(() => {
    const wallSeconds = Math.round((Date.now() - startMs) / 1000);
    const deviceSeconds = Math.round((sim.boards.cpuMs() - startCpuMs) / 1000);
    listener.onProgress?.(
      `${step.name}: ${wallSeconds} s, of which the boards computed ${deviceSeconds} s; it is ` +
        `${new Date(sim.runtime.nowMs()).toISOString().slice(11, 19)}`,
    );
  }, PROGRESS_MS);
  const outcome = await step.run(sim, notes).then(
    () => ({ ok: true }),
    (error: Error) => ({ ok: false, error: [error.message.split('\n')[0], ...lossesOf(sim)].join('; ') }),
  );
  clearInterval(ticker);
  return {
    name: step.name,
    wall_ms: Date.now() - startMs,
    device_ms: Math.round(sim.boards.cpuMs() - startCpuMs),
    ...outcome,
  };
}

/** Runs the story in a fresh simulation; stops at the first step that does not hold. */
export async function runStory(
  sim: Simulation,
  listener: StoryListener = {},
  steps: Step[] = STORY,
): Promise<StoryResult> {
  const notes = emptyNotes();
  const sms: StoryResult['sms'] = { sent: 0, octets: 0, by_operation: {} };
  sim.gsm.onTraffic((traffic) => {
    if (traffic.fate !== 'submitted') return;
    const row = (sms.by_operation[operationOf(traffic)] ??= { sent: 0, octets: 0 });
    for (const count of [sms, row]) {
      count.sent += 1;
      count.octets += traffic.octets;
    }
  });
  const results: StepResult[] = [];
  for (const [index, step] of steps.entries()) {
    listener.onStep?.(step, index);
    const result = await runStep(sim, step, notes, listener);
    results.push(result);
    if (!result.ok) break;
  }
  const ok = results.length === steps.length && results.every((result) => result.ok);
  return { ok, steps: results, txids: notes.txids, sms };
}
