import { expect } from 'chai';
import { references } from '../../../../tools/check/checks/references';
import { treeOf } from '../tree-of';

const DOCUMENTS = {
  'protocol/SPEC.md': '# The wire\n## 4. Serial link\n### 4.1 Frames\n',
  'docs/published-app.md': '# The published app\n\n## Bound information (v1)\n',
};

async function found(comment: string): Promise<string[]> {
  const findings = await references.find(treeOf({ ...DOCUMENTS, 'host/kit/a.ts': `\n// ${comment}\n` }));
  return findings.map(({ place, text }) => `${place} ${text}`);
}

describe('check: dead references', () => {
  it('finds a file that does not exist, by its name or the end of its path', async () => {
    expect(await found('See kit/a.ts and a.ts.')).to.deep.equal([]);
    expect(await found('See sim/a.ts.')).to.deep.equal(['host/kit/a.ts:2 sim/a.ts does not exist']);
  });

  it('finds a section that SPEC.md does not have', async () => {
    expect(await found('Spec: SPEC.md 4 and 4.1.')).to.deep.equal([]);
    expect(await found('Spec: SPEC.md 4.1, 4.2 and 5.')).to.deep.equal([
      'host/kit/a.ts:2 SPEC.md has no section 4.2, 5',
    ]);
  });

  it('finds a page or a heading that docs/ does not have', async () => {
    expect(await found('Spec: docs/published-app.md "Bound information".')).to.deep.equal([]);
    expect(await found('Spec: docs/published-app.md#bound-information-v1.')).to.deep.equal([]);
    expect(await found('Spec: docs/published-app.md "Outs".')).to.have.length(1);
    expect(await found('Spec: docs/published-app.md#outs.')).to.have.length(1);
    expect(await found('Spec: docs/other.md.')).to.have.length(1);
  });

  it('finds documents that are not in the repository', async () => {
    expect(await found('Spec: chaincloud-v1 section 6.3.')).to.have.length(1);
    expect(await found('Spec: open-api "GET /tx".')).to.have.length(1);
  });
});
