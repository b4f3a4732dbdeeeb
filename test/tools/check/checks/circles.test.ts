import { expect } from 'chai';
import { circles } from '../../../../tools/check/checks/circles';
import { treeOf } from '../tree-of';

describe('check: import circles', () => {
  it('finds a circle, also by way of a third file and of types', async () => {
    const found = await circles.find(
      treeOf({
        'host/a.ts': "import { b } from './b';",
        'host/b.ts': "import type { C } from './c';",
        'host/c.ts': "export * from './a';",
        'host/d.ts': "import './a';",
      }),
    );
    expect(found.map(({ text }) => text)).to.deep.equal(['imports itself: host/a.ts, host/b.ts, host/c.ts']);
  });

  it('takes an index file for its folder, and finds none in a tree', async () => {
    const files = { 'host/a.ts': "import './b';", 'host/b/index.ts': "import './c'; require('x');", 'host/b/c.ts': '' };
    expect(await circles.find(treeOf(files))).to.deep.equal([]);
    const back = { ...files, 'host/b/c.ts': "const a = import('../a');" };
    expect(await circles.find(treeOf(back))).to.have.length(1);
  });
});
