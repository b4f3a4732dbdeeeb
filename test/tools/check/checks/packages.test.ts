import { expect } from 'chai';
import { packages } from '../../../../tools/check/checks/packages';
import { treeOf } from '../tree-of';

const lockOf = (count: number, more: object = {}) =>
  treeOf({
    'package-lock.json': JSON.stringify({
      packages: {
        '': {},
        ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`node_modules/p${i}`, {}])),
        ...more,
      },
    }),
  });

describe('check: production packages', () => {
  it('allows 129 and not 130; those for development do not count', async () => {
    expect(await packages.find(lockOf(129, { 'node_modules/d': { dev: true } }))).to.deep.equal([]);
    expect(await packages.find(lockOf(130))).to.have.length(1);
  });

  it('allows none with an install script', async () => {
    const found = await packages.find(lockOf(1, { 'node_modules/native': { hasInstallScript: true } }));
    expect(found).to.deep.equal([{ place: 'node_modules/native', text: 'has an install script' }]);
  });
});
