// Holds: the transformation that keeps functions out of the board's RAM and fetches them from flash. Whatever it moves,
// the program means the same, the text is still Espruino's ES5, and the source map still leads back.
import { SourceMap } from 'node:module';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { functionFigures } from '../../../../tools/build/dialect/call-depth';
import { checkDialect } from '../../../../tools/build/dialect/dialect';
import { overlay } from '../../../../tools/build/flash/overlay';
import { asFunctions } from '../laid';

const every = (): boolean => true;

/** A map of one line, one segment a character. */
function mappedLine(code: string): string {
  return JSON.stringify({
    version: 3,
    sources: ['a.ts'],
    names: [],
    mappings: [...code].map((_, i) => (i === 0 ? 'AAAA' : 'CAAC')).join(','),
  });
}

/** Runs a program as a board does: the image in Storage, what it prints as the answer. */
function run(code: string): unknown[] {
  const said: unknown[] = [];
  const require = (): unknown => ({ read: (name: string) => (name === '.bootcde' ? code : undefined) });
  const context = { print: (value: unknown) => said.push(value), require, global: {} };
  runInNewContext(code, context);
  return said;
}

describe('tools/build overlay', () => {
  const lay = (code: string): string => overlay(code, mappedLine(code), every, every).code;

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
    'function a(x){return x+1}var t={a:a,b:function(x){return a(x)*2}};print(t.a(1)+t.b(2));var ' +
      'u={a:t.a,c:t.b};print(u.a(3)+u.c(4));',
    'function a(x){return x+1}function m(f){return f(1)}var t={a:a};print(m(t.a));var ' +
      'f=t.a;print(f(2)+typeof t.a);if(t.a)print(t.b?1:2);print(t.a&&t.a(3));',
    'function a(n){return{a:function(x){return x+n},b:function(x){return x+1}}}var t=a(5);print(t.a(1)+t.b(1));',
    'function a(){return this.n}var t={n:3,a:a,b:function(){return this.n+1}};print(t.a()+t.b());',
    'function a(){return 1}var t={a:a};t.a=function(){return t.b(2)};t.b=t.a;t.b=function(x){return x};print(t.a());',
    'function a(){return 1}function m(){var t={a:a,n:a};t.n=4;return t.a()+t.n}print(m());',
    'function a(){return 1}function m(){var t={a:a};t.a=void 0;return t.a}print(m());',
  ];
  for (const code of PROGRAMS) {
    it(`means the same: ${code.slice(0, 60)}`, () => {
      const laid = lay(code);
      expect(run(laid)).to.deep.equal(run(code));
      expect(checkDialect(asFunctions(laid), { name: 'a' })).to.deep.equal([]);
    });
  }

  it('leaves few functions in RAM', () => {
    const code =
      Array.from({ length: 20 }, (_, i) => `function f${i}(x){return x+${i}}`).join('') +
      `function g(){return ${Array.from({ length: 20 }, (_, i) => `f${i}(1)`).join('+')}}print(g());`;
    const laid = lay(code);
    expect(functionFigures(laid).functions).to.equal(2);
    expect(run(laid)).to.deep.equal([210]);
  });

  it('leaves the place of a function where an object holds it', () => {
    const laid = lay('function a(x){return x+1}var t={a:a,b:function(){return t.a(2)}};print(t.b()+t.a(1));');
    expect(functionFigures(laid).functions).to.equal(3);
    expect(laid).to.match(/t=\{a: +\d+,b: +\d+\}/);
    expect(run(laid)).to.deep.equal([5]);
  });

  it('leaves properties that others know alone', () => {
    const code = 'function a(x){return x+1}var t={read:a};print(t.read(1));';
    const laid = overlay(code, mappedLine(code), every, () => false).code;
    expect(laid).to.not.match(/read: *\d/);
    expect(run(laid)).to.deep.equal([2]);
  });

  it('takes names that the program does not use', () => {
    const code = 'var Q0=1;function Q(x){return x+Q0}function Q1(){return Q(1)}print(Q1());';
    expect(run(lay(code))).to.deep.equal([2]);
  });

  it('moves the source map along', () => {
    const code = 'function a(x){return x+unknownName}function b(){return a(1)}print(b());';
    const { code: laid, map } = overlay(code, mappedLine(code), every, every);
    const entry = new SourceMap(JSON.parse(map)).findEntry(0, laid.indexOf('unknownName')) as {
      originalColumn: number;
    };
    expect(entry.originalColumn).to.equal(code.indexOf('unknownName'));
  });
});
