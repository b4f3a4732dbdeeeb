// The matrix of the ESP32 port's ways: the story with an ESP32's images in Node's engine, in each way that a supported
// build has, in all of them together, with the longest erases, and with each kind of modem. Leaves builds that are
// refused to the tests of the story. Octets lost are those that a board's port dropped over the whole story.
import { BOARD } from '../../../boards/esp32-sim800l/board';
import { FIRST_SUPPORTED, modesOf, type PortModeName } from '../../../boards/espruino/builds';
import { MODEM_KIND_NAMES, type ModemKindName } from '../../../host/sim/sim800';
import { createSimulation } from '../../../host/sim/simulation';
import { runStory } from '../../../host/sim/story';
import type { BenchRow } from '../row';

interface Trial {
  name: string;
  modes: PortModeName[];
  modemKind?: ModemKindName;
}

/** Of a supported build: each way alone, all, all with what is worse than most boards; the modems with all. */
function trials(): Trial[] {
  const all = modesOf(FIRST_SUPPORTED);
  return [
    ...all.map((mode) => ({ name: mode, modes: [mode] })),
    ...MODEM_KIND_NAMES.map((modemKind) => ({ name: `all, ${modemKind}`, modes: all, modemKind })),
    { name: 'all, longest erases', modes: [...all, 'erase-worst'] },
  ];
}

async function storyRow({ name, modes, modemKind }: Trial): Promise<BenchRow> {
  const sim = await createSimulation({ seed: 'modes', board: BOARD, modems: 1, portModes: modes, modemKind });
  try {
    const { ok, steps } = await runStory(sim);
    const lost = [sim.boards.cold, sim.boards.hot]
      .flatMap((board) => Object.values(board.lost()))
      .reduce((sum, count) => sum + count, 0);
    const failed = steps.find((step) => !step.ok);
    return {
      name: `the story, ${FIRST_SUPPORTED}: ${name}`,
      value: lost,
      unit: 'octets lost',
      baseline: failed ? `${failed.name}: ${failed.error}` : 'steps that held',
      ratio: steps.filter((step) => step.ok).length,
      goal: 'every step holds',
      ok,
    };
  } finally {
    await sim.close();
  }
}

export async function benchModes(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const trial of trials()) {
    const row = await storyRow(trial);
    process.stderr.write(`${row.name}: ${row.ok ? 'holds' : row.baseline}, ${row.value} octets lost\n`);
    rows.push(row);
  }
  return rows;
}
