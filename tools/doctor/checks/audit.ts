// The audit log's chain of hashes.
import { verifyShown } from '../../../host/operator';
import { bad, consoleOf, isResult, ok, skipped, type Check } from '../check';

export const audit: Check = {
  name: 'audit log',
  group: 'board',
  async run(patient) {
    const view = await consoleOf(patient);
    if (isResult(view)) return [view];
    const lines = view.lines.filter(
      (line) => /^(audit|head) \d+ .*[0-9a-f]{64}$/.test(line) && !/^audit \d+ head /.test(line),
    );
    if (lines.length === 0) return [skipped('the board has none yet')];
    const verdict = verifyShown(lines);
    return [
      verdict.ok
        ? ok(`${verdict.entries} entries, the chain holds`)
        : bad(
            verdict.faults.join('; '),
            'take the board out of service and compare with earlier exports: "chaincloud report --verify-log ' +
              'EARLIER --verify-log FILE"',
          ),
    ];
  },
};
