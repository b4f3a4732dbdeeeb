// Holds: the two transformations that keep functions out of the board's RAM, nesting and fetching from flash. Whatever
// they move, the program means the same, the text is still Espruino's ES5, and the source map still leads back.
import { SourceMap } from 'node:module';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { functionFigures } from '../../../tools/build/call-depth';
import { checkDialect } from '../../../tools/build/dialect';
import { nestFunctions } from '../../../tools/build/nest';
import { overlay } from '../../../tools/build/overlay';

const every = (): boolean => true;

/** Text whose map names each line of `a.ts` as itself. */
function mapped(code: string): string {
  const mappings = code.split('\n').map((_, i) => (i === 0 ? 'AAAA' : 'AACA')).join(';');
  return JSON.stringify({ version: 3, sources: ['a.ts'], names: [], mappings });
}

/** A map of one line, one segment a character. */
function mappedLine(code: string): string {
  return JSON.stringify({ version: 3, sources: ['a.ts'], names: [], mappings: [...code].map((_, i) => (i === 0 ? 'AAAA' : 'CAAC')).join(',') });
}

/** Runs a program as a board does: the image in Storage, what it prints as the answer. */
function run(code: string): unknown[] {
  const said: unknown[] = [];
  const require = (): unknown => ({ read: (name: string) => (name === '.bootcde' ? code : undefined) });
  const context = { print: (value: unknown) => said.push(value), require, global: {} };
  runInNewContext(code, context);
  return said;
}

describe('tools/build nest', () => {
  const nest = (code: string, mayMove: (source: string) => boolean = every): string => nestFunctions(code, mapped(code), mayMove).code;

  it('moves a function into the only one that leads to it, and what it leads to along', () => {
    const code = 'function c(x) {\n  return x + 1;\n}\nfunction b(x) {\n  return c(x) * 2;\n}\nfunction a(x) {\n  return b(x) + c(x);\n}\nprint(a(3));';
    const nested = nest(code);
    expect(functionFigures(nested).functions).to.equal(1);
    expect(run(nested)).to.deep.equal([12]);
  });

  const STAYS: [string, string][] = [
    ['what two lead to', 'function c(x) {\n  return x;\n}\nfunction a(x) {\n  return c(x);\n}\nfunction b(x) {\n  return c(x);\n}\nprint(a(1) + b(2));'],
    ['what is handed on as a value', 'function c(x) {\n  return x + 1;\n}\nfunction a(x) {\n  return [x].map(c)[0];\n}\nprint(a(1));'],
    ['what is called out of a closure', 'function c(x) {\n  return x + 1;\n}\nfunction a(x) {\n  return [x].map(function (y) { return c(y); })[0];\n}\nprint(a(1));'],
    ['what would be made anew at every level', 'function c(x) {\n  return x - 1;\n}\nfunction a(x) {\n  return x > 0 ? a(c(x)) : x;\n}\nprint(a(3));'],
    ['what uses a name that means something else inside', 'var n = 5;\nfunction c() {\n  return n;\n}\nfunction a(n) {\n  return n + c();\n}\nprint(a(1));'],
    ['what the host hides under its own name', 'function c() {\n  return 2;\n}\nfunction b() {\n  return c();\n}\nfunction a() {\n  var c = 7;\n  return b() + c;\n}\nprint(a());'],
    ['what is assigned to', 'function c() {\n  return 2;\n}\nfunction a() {\n  c = 0;\n  return 1;\n}\nprint(a());'],
    ['what the top calls', 'function c() {\n  return 2;\n}\nfunction a() {\n  return c();\n}\nprint(a() + c());'],
  ];
  for (const [name, code] of STAYS) {
    it(`leaves ${name}`, () => {
      const nested = nest(code);
      expect(run(nested)).to.deep.equal(run(code));
      if (!name.startsWith('what the host')) expect(nested.split('\n').some((line) => line.startsWith('function c'))).to.equal(true);
    });
  }

  it('asks which sources take part', () => {
    const code = 'function c(x) {\n  return x;\n}\nfunction a(x) {\n  return c(x);\n}\nprint(a(1));';
    expect(nest(code, () => false)).to.equal(code);
    expect(nest(code)).to.not.equal(code);
  });

  it('moves the source map along', () => {
    const code = 'function c(x) {\n  return x;\n}\nfunction a(x) {\n  return c(x);\n}\nprint(a(1));';
    const nested = nestFunctions(code, mapped(code), every);
    const line = nested.code.split('\n').indexOf('  return c(x);');
    expect((new SourceMap(JSON.parse(nested.map)).findEntry(line, 2) as { originalLine: number }).originalLine).to.equal(4);
  });
});

describe('tools/build overlay', () => {
  const lay = (code: string): string => overlay(code, mappedLine(code), every).code;

  const PROGRAMS = [
    'function a(x){return x+1}function b(x,y){return a(x)*a(y)}print(b(2,3));',
    'var n=1;function a(){n++;return n}function b(){return a()+a()}print(b());print(n);',
    'function a(x){return x>0?a(x-1)+1:0}print(a(5));',
    'function a(x){return x+1}function b(f){return [1,2].map(f)}function c(){return b(a)}print(c().join());',
    'function a(x){return x+1}function b(a){return a}print(b(7)+a(1));',
    'function a(){var b=1;return function(){return ++b}}var f=a();f();print(f());',
    'function a(x){return x}var t={a:a};print(t.a(4)+a(1));',
    'function a(){return 1}function b(){a=c;return a()}function c(){return 2}print(b());',
    'function a(){if(1){return;}}function b(){a();return 3}print(b());print("}");',
  ];
  for (const code of PROGRAMS) {
    it(`means the same: ${code.slice(0, 60)}`, () => {
      const laid = lay(code);
      expect(run(laid)).to.deep.equal(run(code));
      expect(checkDialect(laid, { name: 'a' })).to.deep.equal([]);
    });
  }

  it('leaves few functions in RAM', () => {
    const code = Array.from({ length: 20 }, (_, i) => `function f${i}(x){return x+${i}}`).join('') + `function g(){return ${Array.from({ length: 20 }, (_, i) => `f${i}(1)`).join('+')}}print(g());`;
    const laid = lay(code);
    expect(functionFigures(laid).functions).to.equal(2);
    expect(run(laid)).to.deep.equal([210]);
  });

  it('leaves what is used in many places', () => {
    const code = `function a(x){return x}function g(){return ${new Array(40).fill('a(1)').join('+')}}print(g());`;
    expect(lay(code)).to.match(/;?function a\(x\)/);
    expect(run(lay(code))).to.deep.equal([40]);
  });

  it('takes names that the program does not use', () => {
    const code = 'var Q0=1;function Q1(x){return x+Q0}function Q2(){return Q1(1)}print(Q2());';
    expect(run(lay(code))).to.deep.equal([2]);
  });

  it('moves the source map along', () => {
    const code = 'function a(x){return x+unknownName}function b(){return a(1)}print(b());';
    const { code: laid, map } = overlay(code, mappedLine(code), every);
    const entry = new SourceMap(JSON.parse(map)).findEntry(0, laid.indexOf('unknownName')) as { originalColumn: number };
    expect(entry.originalColumn).to.equal(code.indexOf('unknownName'));
  });
});
