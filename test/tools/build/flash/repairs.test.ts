// Holds: the repairs of what the minifier writes and Espruino misreads: bare returns at a function's end, variables
// whose declaration may be skipped. The text still means the same, and the source map follows.
import { SourceMap } from 'node:module';
import { expect } from 'chai';
import { checkDialect } from '../../../../tools/build/dialect/dialect';
import { repair } from '../../../../tools/build/flash/repairs';

const repaired = (code: string): string => repair(code, undefined).code;

describe('tools/build repairs', () => {
  it('closes a bare return that ends a function', () => {
    expect(repaired('function f(a){if(a)return}')).to.equal('function f(a){if(a)return;}');
    expect(repaired('function f(a){if(a){return}print(1);return}')).to.equal(
      'function f(a){if(a){return;}print(1);return;}',
    );
  });

  it('leaves other returns alone', () => {
    const code = 'function f(a){if(a)return;return a}var s="return}";';
    expect(repaired(code)).to.equal(code);
  });

  it('declares at the start what only a branch declares', () => {
    const code = repaired('function f(a){if(a){for(var i=0;i<2;i++);return 1}for(i=0;i<3;i++);return i}');
    expect(code).to.equal('function f(a){var i;if(a){for(var i=0;i<2;i++);return 1}for(i=0;i<3;i++);return i}');
    expect(checkDialect(code, { name: 'a' })).to.deep.equal([]);
  });

  it('repairs what terser makes of two loops', async () => {
    const { minify } = await import('terser');
    const source = 'function f(a){if(a){for(var i=0;i<2;i++)print(i);return}for(var i=0;i<3;i++)print(i)}f(1);f(0);';
    const { code } = await minify(source, {
      ecma: 5,
      toplevel: true,
      compress: { defaults: false, unused: true },
      mangle: false,
    });
    const text = repaired(code as string);
    expect(checkDialect(text, { name: 'a' })).to.deep.equal([]);
    const said: number[] = [];
    new Function('print', text)((n: number) => said.push(n));
    expect(said).to.deep.equal([0, 1, 0, 1, 2]);
  });

  it('moves the source map along', async () => {
    const { minify } = await import('terser');
    const source =
      'function first(a) {\n  if (a) return;\n}\nfunction second(a) {\n  first(a);\n  unknownName(a);\n}\nsecond(1);\n';
    const done = await minify({ 'a.ts': source }, { toplevel: true, compress: false, mangle: true, sourceMap: true });
    const { code, map } = repair(done.code as string, done.map as string);
    expect(code).to.include('return;}');
    const entry = new SourceMap(JSON.parse(map as string)).findEntry(0, code.indexOf('unknownName')) as {
      originalLine: number;
      originalColumn: number;
    };
    expect([entry.originalLine, entry.originalColumn]).to.deep.equal([5, 2]);
    expect(checkDialect(code, { name: 'a', sourceMap: map })[0].where).to.match(/a\.ts:6:3$/);
  });
});
