// The journal's area: how full, how worn. NOR flash of this kind bears 100,000 erases of a page.
import { COLD_COMMANDS, lineOf } from '../../../host/operator';
import { consoleOf, isResult, ok, skipped, warn, bad, type Check } from '../check';

const ERASES_BORNE = 100_000;

export const journal: Check = {
  name: 'journal',
  group: 'board',
  async run(patient) {
    const view = await consoleOf(patient);
    if (isResult(view)) return [view];
    const found = lineOf(COLD_COMMANDS.flash.lines.journal, view.lines);
    if (!found) return [skipped('the board has none yet')];
    const { records, room_bytes: room, half_bytes: half, generation } = found;
    const erases = Math.ceil(generation / 2);
    if (erases > ERASES_BORNE)
      return [bad(`its pages were erased about ${erases} times`, 'move to a new board with "chaincloud restore"')];
    if (erases > ERASES_BORNE * 0.8)
      return [
        warn(
          `its pages were erased about ${erases} times of ${ERASES_BORNE}`,
          'plan a new board: "chaincloud backup", then "chaincloud restore" there',
        ),
      ];
    if (room < half * 0.05)
      return [
        warn(
          `${records} records, ${room} of ${half} bytes free: it is nearly full`,
          'nothing if this goes away by itself; if it stays, the accounts are too many for this board',
        ),
      ];
    return [ok(`${records} records, ${room} of ${half} bytes free, about ${erases} erases a page`)];
  },
};
