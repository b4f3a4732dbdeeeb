// Holds: the traps that only types show, found in TypeScript before anything is emitted.
import * as ts from 'typescript';
import { expect } from 'chai';
import { typeTraps } from '../../../../tools/build/dialect/dialect-types';

const LIB = 'lib.es5.d.ts';

function trapsIn(source: string): string[] {
  const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES5, lib: [LIB], types: [] };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version) =>
    name === 'case.ts' ? ts.createSourceFile(name, source, version, true) : read(name, version);
  return typeTraps(ts.createProgram(['case.ts'], options, host)).map(
    ({ file, start, text }) =>
      `${ts.getLineAndCharacterOfPosition(file, start).line + 1} ${text.split(' on Espruino')[0]}`,
  );
}

describe('tools/build dialect check by types', () => {
  it('slice of a typed array', () => {
    expect(trapsIn('const a = new Uint8Array(4);\na.slice(1);')).to.deep.equal([
      '2 slice of a typed array is a plain array',
    ]);
    expect(trapsIn('const a = [1];\na.slice(1);"a".slice(1);')).to.deep.equal([]);
  });

  it('lastIndexOf of arrays, not of strings', () => {
    expect(trapsIn('[1].lastIndexOf(1);\n"a".lastIndexOf("a");\nnew Uint8Array(1).lastIndexOf(1);')).to.deep.equal([
      '1 arrays have no lastIndexOf',
      '3 arrays have no lastIndexOf',
    ]);
  });

  it('names of functions and errors, not of data', () => {
    const source =
      'interface Function { name: string }\nfunction f() {}\nf.name;\nnew Error("a").name;\nconst o = { ' +
      'name: 1 };\no.name;';
    expect(trapsIn(source)).to.deep.equal(['3 functions have no name', '4 errors have no name']);
  });

  it('BYTES_PER_ELEMENT', () => {
    expect(trapsIn('new Uint8Array(1).BYTES_PER_ELEMENT;')).to.deep.equal(['1 typed arrays have no BYTES_PER_ELEMENT']);
  });
});
