// Holds: the renaming of the firmware's own properties touches no name that somebody else gives a meaning.
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import { expect } from 'chai';
import { ROOT } from '../../../../host/kit/package';
import { KEPT_PROPERTIES } from '../../../../tools/build/flash/properties';

/** Names of the members that the interfaces of a declaration file have. */
function membersOf(file: string): string[] {
  const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.ES2020);
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isMethodSignature(node) || ts.isPropertySignature(node)) && ts.isIdentifier(node.name))
      names.push(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

describe('tools/build properties', () => {
  it('keeps every member that firmware/espruino.d.ts declares', () => {
    const members = membersOf(path.join(ROOT, 'firmware', 'espruino.d.ts'));
    expect(members).to.include('convolve');
    expect(KEPT_PROPERTIES).to.include.members(members);
  });

  it('keeps the keys of the ports file', () => {
    const text = fs.readFileSync(path.join(ROOT, 'boards', 'linux', 'hal.ts'), 'utf8');
    const keys = [.../interface Paths \{([^}]*)\}/.exec(text)![1].matchAll(/(\w+)\?:/g)].map((one) => one[1]);
    expect(keys).to.have.length.above(5);
    expect(KEPT_PROPERTIES).to.include.members(keys);
  });

  it("keeps what the device code takes from Espruino's modules", () => {
    const files = fs
      .readdirSync(path.join(ROOT, 'dist', '.device'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js'));
    const used = files.flatMap((name) =>
      [...fs.readFileSync(path.join(ROOT, 'dist', '.device', name), 'utf8').matchAll(/require\('\w+'\)\.(\w+)/g)].map(
        (one) => one[1],
      ),
    );
    expect(used).to.include('readArrayBuffer');
    expect(KEPT_PROPERTIES).to.include.members(used);
  });
});
