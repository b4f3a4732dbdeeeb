// Packages that carry binaries: their absence shows only when they are needed.
import { bad, ok, warn, type Check, type Result } from '../check';

const REMEDY = 'run "npm ci" again in a checkout, "npm install" with its name beside an installed package';
const NEEDED: { [name: string]: string } = {
  serialport: 'serial ports cannot be opened',
  libsql: 'the API has no database of its own',
};
const WANTED: { [name: string]: string } = { '@lydell/node-pty': 'the simulator cannot run the genuine interpreter' };

export const packages: Check = {
  name: 'packages',
  group: 'computer',
  async run(patient) {
    const missing: Result[] = [];
    for (const [name, effect] of Object.entries(NEEDED))
      if (!patient.hasPackage(name)) missing.push(bad(`${name} does not load: ${effect}`, REMEDY));
    for (const [name, effect] of Object.entries(WANTED))
      if (!patient.hasPackage(name)) missing.push(warn(`${name} does not load: ${effect}`, REMEDY));
    return missing.length ? missing : [ok('all load')];
  },
};
