/** protocol/errors.ts: its codes are those that the sources use, each once. The compiler refuses any other. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect } from 'chai';
import { fail } from '../../protocol/errors';

const ROOT = path.resolve(__dirname, '../../..');
const LIST = 'protocol/errors.ts';

function sourcesOf(folder: string): string[] {
  return fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && path.join(folder, file) !== LIST)
    .map((file) => fs.readFileSync(path.join(ROOT, folder, file), 'utf8'));
}

describe('protocol/errors', () => {
  const codes = [...fs.readFileSync(path.join(ROOT, LIST), 'utf8').matchAll(/^ {2}\| '([a-z0-9-]+)'/gm)].map(
    ([, code]) => code,
  );

  it('lists its codes in order, each once', () => {
    expect(codes).to.deep.equal([...new Set(codes)].sort());
    expect(codes.length).to.be.greaterThan(200);
  });

  it('lists no code that nothing uses', () => {
    const text = ['protocol', 'firmware', 'boards', 'host', 'tools'].flatMap(sourcesOf).join('\n');
    expect(
      codes.filter((code) => !text.includes(`'${code}'`) && !new RegExp(`^  ${code}:`, 'm').test(text)),
    ).to.deep.equal([]);
  });

  it('makes an error with a code to branch on', () => {
    expect(fail('link-down', 'the other end is silent')).to.include({
      code: 'link-down',
      message: 'link-down: the other end is silent',
    });
  });
});
