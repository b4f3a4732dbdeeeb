import { expect } from 'chai';
import { findingsOf } from '../../../../tools/check/checks/dead-code';

describe('check: dead code', () => {
  it("reads every kind of finding of knip's report", () => {
    const exported = [{ name: 'unused', line: 3, col: 1 }];
    const report = { issues: [{ file: 'host/a.ts', exports: exported, files: [], dependencies: [{ name: 'p' }] }] };
    expect(findingsOf(report as never)).to.deep.equal([
      { place: 'host/a.ts:3', text: 'exports: unused' },
      { place: 'host/a.ts', text: 'dependencies: p' },
    ]);
  });
});
