// The board's noise source, which goes into new keys beside dice and host.
import { COLD_COMMANDS, lineOf } from '../../../host/operator';
import { consoleOf, isResult, ok, skipped, warn, type Check } from '../check';

export const noise: Check = {
  name: 'noise',
  group: 'board',
  async run(patient) {
    const view = await consoleOf(patient);
    if (isResult(view)) return [view];
    const said = lineOf(COLD_COMMANDS.noise.lines.noise, view.lines)?.verdict;
    if (said === undefined) return [skipped('HSM-Hot has none')];
    return [
      said === 'passed'
        ? ok('passed its health tests')
        : warn(
            `${said}: it adds nothing to new keys`,
            'none needed: dice and host entropy carry a ceremony; a board with working RF would add its share',
          ),
    ];
  },
};
