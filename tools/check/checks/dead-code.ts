// knip: files, exports and dependencies that nothing uses, and packages that are used and not declared.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Check, Finding } from '../check';

type Issue = { file: string } & { [kind: string]: { name: string; line?: number }[] };

/** The findings of knip's JSON report. */
export function findingsOf(report: { issues: Issue[] }): Finding[] {
  return report.issues.flatMap(({ file, ...kinds }) =>
    Object.entries(kinds).flatMap(([kind, items]) =>
      items.map(({ name, line }): Finding => ({ place: line ? `${file}:${line}` : file, text: `${kind}: ${name}` })),
    ),
  );
}

export const deadCode: Check = {
  name: 'dead code',
  find({ root }) {
    const knip = join(dirname(createRequire(join(root, 'package.json')).resolve('knip')), '..', 'bin', 'knip.js');
    const args = [knip, '--no-progress', '--no-exit-code', '--reporter', 'json'];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
    if (!stdout) throw new Error(`knip failed: ${stderr}`);
    return findingsOf(JSON.parse(stdout) as { issues: Issue[] });
  },
};
