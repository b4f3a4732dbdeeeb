import { expect } from 'chai';
import { badSuppressions, overLimit, type Message } from '../../../../tools/check/checks/lint';

const LIMIT = { name: 'long', rule: 'max-lines-per-function', exceptions: [], most: 1 };
const ANY = '@typescript-eslint/no-explicit-any';

function message(path: string, ruleId: string, text: string, reason?: string): Message {
  return { path, reason, message: { ruleId, message: text, line: 1, column: 1, severity: 2 } };
}

describe('check: lint', () => {
  const long = message('host/a.ts', LIMIT.rule, "Function 'run' has too many lines (70). Maximum allowed is 60.");
  const listed = { file: 'host/a.ts', name: 'run', reason: 'one table' };

  it('finds what is over a limit, other rules aside', () => {
    expect(overLimit(LIMIT, [long, message('host/a.ts', 'complexity', '')])).to.have.length(1);
  });

  it('takes an exception for its own function alone, and not for nothing', () => {
    expect(overLimit({ ...LIMIT, exceptions: [listed] }, [long])).to.deep.equal([]);
    expect(overLimit({ ...LIMIT, exceptions: [{ ...listed, name: 'ru' }] }, [long])).to.have.length(2);
    expect(overLimit({ ...LIMIT, exceptions: [listed] }, [])).to.have.length(1);
  });

  it('finds more exceptions than may be listed', () => {
    const other = message('host/b.ts', LIMIT.rule, "Function 'run' has too many lines (70).");
    const exceptions = [listed, { ...listed, file: 'host/b.ts' }];
    expect(overLimit({ ...LIMIT, exceptions }, [long, other])).to.have.length(1);
  });

  it('asks every comment that turns a rule off for its reason', () => {
    expect(badSuppressions([message('host/a.ts', ANY, 'any', 'Node gives no type')])).to.deep.equal([]);
    expect(badSuppressions([message('host/a.ts', ANY, 'any', '')])).to.have.length(1);
  });

  it('allows the firmware 20 any, each with its reason', () => {
    const kept = Array.from({ length: 21 }, () => message('firmware/a.ts', ANY, 'any', 'a reason'));
    expect(badSuppressions(kept.slice(1))).to.deep.equal([]);
    expect(badSuppressions(kept)).to.have.length(1);
  });
});
