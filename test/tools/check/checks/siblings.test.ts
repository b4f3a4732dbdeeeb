import { expect } from 'chai';
import { siblings } from '../../../../tools/check/checks/siblings';
import { LISTS } from '../../../../tools/check/exceptions';
import { treeOf } from '../tree-of';

const filesIn = (folder: string, count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/f${i}.ts`, '']));

describe('check: siblings in a folder', () => {
  // The lists hold more than the limit, as in the project.
  const lists = Object.assign({}, ...LISTS.map(({ file }) => filesIn(file, 13))) as Record<string, string>;

  it('allows 12 entries and not 13; a folder within counts as one', async () => {
    expect(await siblings.find(treeOf({ ...lists, ...filesIn('host/a', 12) }))).to.deep.equal([]);
    const found = await siblings.find(treeOf({ ...lists, ...filesIn('host/a', 12), ...filesIn('host/a/b', 2) }));
    expect(found).to.deep.equal([{ place: 'host/a', text: '13 entries' }]);
    expect(await siblings.find(treeOf({ ...lists, ...filesIn('host/a', 12), 'host/a/README.md': '' }))).to.deep.equal(
      [],
    );
  });

  it('leaves tests alone, and asks for an exception to be given up that is not needed', async () => {
    const found = await siblings.find(treeOf(filesIn('test/a', 20)));
    expect(found.map(({ place }) => place)).to.deep.equal(LISTS.map(({ file }) => file));
  });
});
