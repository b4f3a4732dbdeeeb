// What boot.genuine.test.ts takes from the build, without the interpreter: where the built image keeps its functions in
// flash, and that each of them leads to TypeScript.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { createStackMapper } from '../../../tools/console/stack';
import { keptFunctions } from '../build/laid';

const ROOT = path.join(__dirname, '..', '..', '..', '..');

describe('console: stack traces of the built images', () => {
  for (const role of ['cold', 'hot']) {
    const image = path.join(ROOT, 'dist', 'firmware', 'linux', `hsm-${role}.js`);

    it(`every function that hsm-${role} keeps in flash leads to TypeScript`, () => {
      const code = fs.readFileSync(image, 'latin1');
      const { kept, end } = keptFunctions(code);
      expect(kept.length).to.be.greaterThan(50);
      expect(code.slice(end).trim()).to.match(/^\}/);
      const map = createStackMapper(image, ROOT);
      const lost = kept.filter(({ at, length }) => {
        if (length === 0) return false;
        const lines = Array.from({ length: Math.min(length, 40) }, (_, i) => map(`    at hsm.a:2:${at + i + 1}`));
        return !lines.some((line) => /\((firmware|protocol|boards)\/[\w/-]+\.ts:\d+:\d+\)/.test(line));
      });
      expect(lost).to.deep.equal([]);
    });
  }
});
