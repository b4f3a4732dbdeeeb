// The lint rule of what Espruino finds wrongly: 'xab'.indexOf('abc') is 1 in 2v29 (tried in the genuine interpreter;
// test/firmware/modem/lines.test.ts has holds()). Neighbours: constants, variables, joined texts, lists.
import { expect } from 'chai';
import { Linter } from 'eslint';
import { join } from 'node:path';
import ts from 'typescript';
import { parser } from 'typescript-eslint';
import { ROOT } from '../../../host/kit/package';

const FILE = 'case.ts';
const { searchesOneCharacter } = require(join(ROOT, 'tools', 'check', 'espruino-search.js'));

function reports(code: string): number {
  const source = ts.createSourceFile(FILE, code, ts.ScriptTarget.ES2022, true);
  const host = ts.createCompilerHost({});
  const program = ts.createProgram(
    [FILE],
    { noLib: true, strict: true },
    {
      ...host,
      getSourceFile: (name) => (name === FILE ? source : undefined),
      fileExists: (name) => name === FILE,
    },
  );
  const messages = new Linter().verify(
    code,
    {
      files: ['**/*.ts'],
      languageOptions: { parser, parserOptions: { programs: [program] } },
      plugins: { espruino: { rules: { search: searchesOneCharacter } } },
      rules: { 'espruino/search': 'error' },
    },
    FILE,
  );
  expect(messages.filter(({ fatal }) => fatal)).to.deep.equal([]);
  return messages.length;
}

describe('tools/check: what Espruino finds at the end of a text', () => {
  const declared =
    "declare const text: string; declare const list: string[]; declare const at: number; const MARK = ';;';";
  for (const [code, count] of [
    ["text.indexOf('ab')", 1],
    ['text.indexOf(MARK)', 1],
    ['text.indexOf(text)', 1],
    ["text.indexOf(text + ': ')", 1],
    ["text.includes('ab')", 1],
    ["'abc'.indexOf(text.substr(1))", 1],
    ["text.indexOf(';')", 0],
    ["'abc'.indexOf(text[at])", 0],
    ["'abc'.indexOf(text.charAt(at))", 0],
    ["'abc'.indexOf(text[at].toLowerCase())", 0],
    ["list.indexOf('ab')", 0],
    ["text.lastIndexOf('ab')", 0],
    ["text.split('ab')", 0],
  ] as const)
    it(`${count ? 'refuses' : 'allows'} ${code}`, async () => expect(reports(`${declared} ${code};`)).to.equal(count));
});
