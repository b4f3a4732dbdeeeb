// Figures of the modem driver: 10,000 random AT dialogues, and the whole story through every mood of the modem.
import { MOODS } from '../../../host/sim/sim800/moods';
import type { BenchRow } from '../row';
import { ALARM_LIMIT_MS, STORE_LIMIT_MS, runDialogues } from './dialogues';
import { runMoodStory } from './story';

const DIALOGUES = 10_000;

export async function benchModem(): Promise<BenchRow[]> {
  const { latestAlarmMs, longestStoreMs, bad } = runDialogues('bench', DIALOGUES);
  const limit = (name: string, ms: number, limitMs: number): BenchRow => ({
    name,
    value: ms / 1000,
    unit: 's',
    baseline: 'limit',
    ratio: ms / limitMs,
    goal: `at most ${limitMs / 1000} s`,
    ok: ms <= limitMs,
  });
  const rows = [
    limit(`latest alarm in ${DIALOGUES} random dialogues, ${bad.length} bad`, latestAlarmMs, ALARM_LIMIT_MS),
    limit('longest stay of a message on the SIM', longestStoreMs, STORE_LIMIT_MS),
  ];
  for (const mood of MOODS) {
    const story = await runMoodStory(mood);
    const row = limit(`story, ${mood.name}${story.error ? `: ${story.error}` : ''}`, story.alarmMs, ALARM_LIMIT_MS);
    rows.push({ ...row, ok: story.ok && row.ok });
  }
  return rows;
}
