// The images that `chaincloud flash` would put onto a board.
import { ok, warn, type Check } from '../check';

export const build: Check = {
  name: 'built images',
  group: 'computer',
  async run(patient) {
    const commit = patient.builtCommit();
    if (commit === undefined) return [warn('there are none', 'run "chaincloud build"')];
    return [
      commit.endsWith('+')
        ? warn(
            `commit ${commit}: built from files that are not committed`,
            'commit them and build again before flashing a board that holds keys',
          )
        : ok(`commit ${commit}`),
    ];
  },
};
