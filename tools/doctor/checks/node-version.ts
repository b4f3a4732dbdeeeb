// The Node that runs this tool.
import { bad, ok, type Check } from '../check';

const FIRST_MAJOR = 20;

export const nodeVersion: Check = {
  name: 'Node.js',
  group: 'computer',
  async run({ nodeVersion: version }) {
    const major = Number(/^v?(\d+)/.exec(version)?.[1]);
    return [major >= FIRST_MAJOR ? ok(version) : bad(`${version} is too old`, `install Node ${FIRST_MAJOR} or later`)];
  },
};
