// The story of the whole system, told and checked step by step; and the same set-up without the attacks, for scripts.
import type { SmsTraffic } from '../gsm';
import type { Simulation } from '../simulation';
import { falseAddress, forgedRequest, plantedWithdrawal, reopening } from './attack-steps';
import { sweep, withdrawal } from './money-steps';
import type { StoryResult } from './report';
import { batches, channel, deposit, hotFunding, provisioning } from './setup-steps';
import { statement } from './statement-step';
import { emptyNotes, type Step, type StepResult } from './step';

export { storyJson, storyTable, type StoryResult } from './report';
export type { Step, StepResult } from './step';

export const STORY: Step[] = [
  provisioning, channel, batches, deposit, hotFunding, withdrawal,
  falseAddress, plantedWithdrawal, forgedRequest, reopening, sweep, statement,
];

/** What an SMS is about, told from its first characters; binary ones by their operation number. */
function operationOf(sms: SmsTraffic): string {
  if (sms.text !== null) return /^CC:ALARM/.test(sms.text) ? 'alarm' : 'text';
  return sms.data === null ? 'other' : `v2-${sms.data[0]}`;
}

async function runStep(sim: Simulation, step: Step, notes: ReturnType<typeof emptyNotes>): Promise<StepResult> {
  const startMs = Date.now();
  const startCpuMs = sim.boards.cpuMs();
  const outcome = await step.run(sim, notes).then(
    () => ({ ok: true }),
    (error: Error) => ({ ok: false, error: error.message.split('\n')[0] }),
  );
  return { name: step.name, wall_ms: Date.now() - startMs, device_ms: Math.round(sim.boards.cpuMs() - startCpuMs), ...outcome };
}

/** Runs the story in a fresh simulation; stops at the first step that does not hold. `onStep` hears of each before it starts. */
export async function runStory(sim: Simulation, onStep: (step: Step, index: number) => void, steps: Step[] = STORY): Promise<StoryResult> {
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
    onStep(step, index);
    const result = await runStep(sim, step, notes);
    results.push(result);
    if (!result.ok) break;
  }
  const ok = results.length === steps.length && results.every((result) => result.ok);
  return { ok, steps: results, txids: notes.txids, sms };
}
