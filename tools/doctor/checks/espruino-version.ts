// Espruino itself: a build that the boards cannot work with.
import { faultsOf, parseVersion } from '../../../boards/espruino/builds';
import { bad, ok, skipped, type Check } from '../check';

export const espruinoVersion: Check = {
  name: 'Espruino',
  group: 'board',
  async run(patient) {
    const view = await patient.board();
    if ('error' in view) return [skipped('no board is reached')];
    if (view.board.toLowerCase() === 'linux') return [skipped('an interpreter on a PC')];
    if (!parseVersion(view.interpreter)) return [skipped(`runs in ${view.interpreter}`)];
    const faults = faultsOf(view.interpreter);
    if (faults.length === 0) return [ok(view.interpreter)];
    return faults.map((fault) =>
      bad(`${view.interpreter} ${fault}`, 'flash a later build: "chaincloud flash --base DIR"'),
    );
  },
};
