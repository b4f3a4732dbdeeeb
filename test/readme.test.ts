// Holds the README to what it shows: the story's output line by line, and the library example as a program that runs.
import { expect } from 'chai';
import * as ts from 'typescript';
import { createSimulation } from '../host/sim/simulation';
import { formatEvent } from '../host/kit/log';
import { runStory, storyTable } from '../host/sim/story';
import { blockOf, README } from './readme-blocks';

/** Times differ from run to run. */
function withoutTimes(line: string): string {
  return line
    .replace(/\d+\.\d s/g, '# s')
    .replace(/(?<=\S) +/g, ' ')
    .trimEnd();
}

describe('README', function () {
  this.timeout(600_000);

  it('shows lines that the story prints, in their order', async () => {
    const lines: string[] = [];
    const sim = await createSimulation({
      seed: 'chaincloud',
      onEvent: (event) => lines.push(`  ${formatEvent(event)}`),
    });
    try {
      const result = await runStory(sim, { onStep: (step, index) => lines.push(`${index + 1}. ${step.tells}`) });
      lines.push(...storyTable(result).split('\n'));
    } finally {
      await sim.close();
    }
    const printed = lines.map(withoutTimes);
    let from = 0;
    for (const shown of blockOf(README, 'story').split('\n').map(withoutTimes)) {
      if (shown.trim() === '...') continue;
      const at = printed.indexOf(shown, from);
      expect(at, `README shows a line that the story does not print here: ${shown}`).to.be.at.least(from);
      from = at + 1;
    }
  });

  it('has an example that runs', async () => {
    const source = blockOf(README, 'example').replace('void paysOnce();', 'module.exports = paysOnce();');
    const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.CommonJS } });
    const said: string[] = [];
    const host = { exports: undefined as unknown };
    const load = (name: string): unknown => {
      expect(name).to.equal('chaincloud-hsm');
      return require('../host/index') as unknown;
    };
    new Function('require', 'module', 'exports', 'console', outputText)(
      load,
      host,
      {},
      {
        log: (...words: unknown[]) => said.push(words.join(' ')),
      },
    );
    await (host.exports as Promise<void>);
    expect(said).to.have.length(1);
    expect(said[0]).to.match(/^paid once by [0-9a-f]{64}$/);
  });
});
