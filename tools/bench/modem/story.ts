// The whole story through each mood of the simulated modem: every modem, HSM-Cold's and V's, answers oddly. Measured:
// whether every step held, and how late alarms came to whom they are for.
import { createSimulation } from '../../../host/sim/simulation';
import type { NamedMood } from '../../../host/sim/sim800/moods';
import { STORY, runStory } from '../../../host/sim/story';

export interface MoodStory {
  ok: boolean;
  /** Why not. */
  error?: string;
  /** Simulated ms from the attack's beginning to the first alarm about it, the latest of all. */
  alarmMs: number;
}

const ATTACKS = /^attack-/;

export async function runMoodStory(mood: NamedMood): Promise<MoodStory> {
  const sim = await createSimulation({ seed: `mood ${mood.name}`, mood: mood.make });
  let startMs = -1;
  let alarmMs = 0;
  sim.gsm.onTraffic((traffic) => {
    if (startMs < 0 || traffic.fate !== 'delivered' || traffic.text === null) return;
    alarmMs = Math.max(alarmMs, sim.runtime.nowMs() - startMs);
    startMs = -1;
  });
  try {
    const result = await runStory(sim, {
      onStep: (step) => void (startMs = ATTACKS.test(step.name) ? sim.runtime.nowMs() : -1),
    });
    const failed = result.steps.find((step) => !step.ok);
    return {
      ok: result.ok && result.steps.length === STORY.length,
      error: failed && `${failed.name}: ${failed.error}`,
      alarmMs,
    };
  } finally {
    await sim.close();
  }
}
