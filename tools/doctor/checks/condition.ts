// What the board says of itself: locked, clock, memory, link, closed accounts, modems. The verdicts are the console's.
import { judge } from '../../console/findings';
import { bad, consoleOf, isResult, ok, warn, type Check } from '../check';

export const condition: Check = {
  name: 'condition',
  group: 'board',
  async run(patient) {
    const view = await consoleOf(patient);
    if (isResult(view)) return [view];
    const findings = judge(view.lines, Math.floor(patient.nowMs / 1000));
    if (findings.length === 0) return [ok('nothing to complain of')];
    return findings.map(({ ok: isFine, text }) => {
      const [what, todo] = [
        text.split(': ')[0],
        text.split(': ').slice(1).join(': ') || 'look at "status" in "chaincloud console"',
      ];
      return isFine ? warn(what, todo) : bad(what, todo);
    });
  },
};
