/** What is generated and committed is what the declarations make today. */
import { expect } from 'chai';
import { outdated } from '../../../tools/generate/main';
import { markdownTable, putRegion } from '../../../tools/generate/markdown';

describe('tools/generate', () => {
  it('has nothing to write: run `npm run generate` after a change of a declaration', async () => {
    expect(await outdated()).to.deep.equal([]);
  });

  it('puts a region in its place and leaves the rest', () => {
    const text = 'before\n<!-- generated: a -->\nold\n<!-- end -->\nafter\n<!-- generated: b -->\n<!-- end -->\n';
    expect(putRegion(text, 'a', 'new')).to.equal(text.replace('old', '\nnew\n'));
    expect(putRegion(putRegion(text, 'b', 'x'), 'b', 'y')).to.equal(putRegion(text, 'b', 'y'));
    expect(() => putRegion(text, 'c', 'new'))
      .to.throw()
      .with.property('code', 'no-region');
  });

  it('writes a table', () => {
    expect(markdownTable(['a', 'b'], [['1', '2']])).to.equal('| a | b |\n|---|---|\n| 1 | 2 |');
  });
});
