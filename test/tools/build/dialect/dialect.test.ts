// Holds: the check of emitted images against Espruino's ES5 (host/sim/board/node/builtins.ts and the traps found by
// trying). One case a trap: code that Node runs and Espruino would not run as meant is refused, its healthy neighbour
// is not.
import { expect } from 'chai';
import { checkDialect, locator } from '../../../../tools/build/dialect/dialect';

const rules = (code: string): string[] => [...new Set(checkDialect(code, { name: 'case.js' }).map((one) => one.rule))];

const TRAPS: readonly (readonly [name: string, rule: string, bad: string, good: string])[] = [
  ['a function called before its declaration', 'hoisting', 'f();function f(){}', 'function f(){}f();'],
  [
    'a function reached before its declaration through another',
    'hoisting',
    'function g(){return f()}g();function f(){}',
    'function g(){return f()}function f(){}g();',
  ],
  ['a variable read at the top before its declaration', 'hoisting', 'var a=b;var b=1;', 'var b=1;var a=b;'],
  ['a table that holds a later function', 'hoisting', 'var t={f:f};function f(){}', 'function f(){}var t={f:f};'],
  ['an assignment before its var', 'hoisting', 'function f(){x=1;var x;return x}', 'function f(){var x;x=1;return x}'],
  [
    'a var in a branch that is not taken',
    'hoisting',
    'function f(a){if(a){var x=1}x=2;return x}',
    'function f(a){var x;if(a){x=1}x=2;return x}',
  ],
  [
    'a loop variable of another branch',
    'hoisting',
    'function f(a){if(a){for(var i=0;i<9;i++);}for(i=0;i<9;i++);}',
    'function f(a){for(var i=0;i<9;i++);for(i=0;i<9;i++);}',
  ],
  [
    'an inner function called before its declaration',
    'hoisting',
    'function f(){g();function g(){}}',
    'function f(){function g(){}g()}',
  ],
  [
    'a callback may refer to what comes later',
    '',
    'function f(){}f();',
    'setTimeout(function(){g()},1);function g(){}',
  ],
  ['labels', 'label', 'a:for(;;){break a}', 'for(;;){break}'],
  ['with', 'with', 'var o={};with(o){}', 'var o={};'],
  [
    'case after default',
    'case-after-default',
    'switch(1){default:print(1);case 2:print(2)}',
    'switch(1){case 2:print(2);default:print(1)}',
  ],
  ['return and its value on two lines', 'return-newline', 'function f(){return\n1}', 'function f(){return 1}'],
  ['a bare return that ends a function', 'return-at-end', 'function f(a){if(a)return}', 'function f(a){if(a)return;}'],
  ['syntax after ES5: arrow', 'es5', 'var f=()=>1;', 'var f=function(){return 1};'],
  ['syntax after ES5: let', 'es5', 'let a=1;', 'var a=1;'],
  ['syntax after ES5: default argument', 'es5', 'function f(a=1){}', 'function f(a){if(a===undefined)a=1;}'],
  ['syntax after ES5: spread', 'es5', 'print(...[1]);', 'print(1);'],
  ['syntax after ES5: class', 'es5', 'class A{}', 'function A(){}'],
  ['syntax after ES5: exponent', 'es5', 'var a=2**3;', 'var a=8;'],
  ['Map', 'unknown-global', 'var a=new Map();', 'var a={};'],
  ['Symbol', 'unknown-global', 'var a=Symbol("a");', 'var a="a";'],
  ['BigInt', 'unknown-global', 'var a=BigInt(1);', 'var a=1;'],
  ['RangeError', 'unknown-global', 'throw new RangeError("a");', 'throw new Error("a");'],
  ['Node: Buffer', 'unknown-global', 'var a=Buffer.from("a");', 'var a=E.toUint8Array("a");'],
  ['a name nobody declares', 'unknown-global', 'function f(){return nowhere}', 'var here=1;function f(){return here}'],
  ['arguments', 'arguments', 'function f(){return arguments.length}', 'function f(a,b){return b}'],
  ['Math.imul', 'missing-builtin', 'var a=Math.imul(2,3);', 'var a=2*3;'],
  ['Math.trunc', 'missing-builtin', 'var a=Math.trunc(2.5);', 'var a=2.5|0;'],
  ['Object.freeze', 'missing-builtin', 'var a=Object.freeze({});', 'var a=Object.keys({});'],
  ['Object.defineProperty', 'missing-builtin', 'Object.defineProperty({},"a",{value:1});', 'var a={};a.a=1;'],
  ['Object.create with properties', 'missing-builtin', 'var a=Object.create(null,{});', 'var a=Object.create(null);'],
  ['Number.isInteger', 'missing-builtin', 'var a=Number.isInteger(1);', 'var a=(1|0)===1;'],
  ['Array.from', 'missing-builtin', 'var a=Array.from([1]);', 'var a=[1].map(function(b){return b});'],
  ['Array.prototype.slice', 'missing-builtin', 'var a=Array.prototype.slice.call([1]);', 'var a=[].slice.call([1]);'],
  ['reduceRight', 'missing-builtin', '[1].reduceRight(function(a){return a});', '[1].reduce(function(a){return a});'],
  ['lastIndexOf of an array', 'missing-builtin', '[1].lastIndexOf(1);', '"a".lastIndexOf("a");'],
  ['String search', 'missing-builtin', '"a".search(/a/);', '"a".match(/a/);'],
  ['toPrecision', 'missing-builtin', '(1).toPrecision(2);', '(1).toFixed(2);'],
  ['BYTES_PER_ELEMENT', 'missing-builtin', 'var a=Uint8Array.BYTES_PER_ELEMENT;', 'var a=1;'],
  ['Date.UTC', 'missing-builtin', 'Date.UTC(2020,1);', 'Date.now();'],
  ['assigning to length', 'set-length', 'var a=[1];a.length=0;', 'var a=[1];a=[];'],
  ['counting length down', 'set-length', 'var a=[1];a.length--;', 'var a=[1];a.pop();'],
  ['a reviver', 'json-callback', 'JSON.parse("1",function(){});', 'JSON.parse("1");'],
  ['a replacer', 'json-callback', 'JSON.stringify({},["a"]);', 'JSON.stringify({},null,1);'],
  ['Math.pow from 2^53', 'inexact-pow', 'var a=Math.pow(2,53);', 'var a=Math.pow(2,32);'],
  ['minus zero', 'minus-zero', 'var a=-0;', 'var a=-1;'],
  [
    "instanceof of the interpreter's errors",
    'instanceof-native',
    'try{print()}catch(e){print(e instanceof TypeError)}',
    'try{print()}catch(e){print(e instanceof Error)}',
  ],
  ['regex: lazy', 'regex', 'var a=/a+?/;', 'var a=/a+/;'],
  ['regex: {n,m}', 'regex', 'var a=/a{2,3}/;', 'var a=/aaa?/;'],
  ['regex: (?:', 'regex', 'var a=/(?:a)/;', 'var a=/(a)/;'],
  ['regex: lookahead', 'regex', 'var a=/a(?=b)/;', 'var a=/ab/;'],
  ['regex: \\b', 'regex', 'var a=/\\ba/;', 'var a=/^a/;'],
  ['regex: back reference', 'regex', 'var a=/(a)\\1/;', 'var a=/aa/;'],
  ['regex: flag m', 'regex', 'var a=/a/m;', 'var a=/a/gi;'],
  ['regex: signs in a class mean themselves', '', 'var a=1;', 'var a=/[?*{2}()]/;'],
  ['regex made at run time', 'regex', 'var a=new RegExp("a"+1);', 'var a=/a1/;'],
];

describe('tools/build dialect check', () => {
  for (const [name, rule, bad, good] of TRAPS) {
    it(name, () => {
      if (rule) expect(rules(bad), bad).to.deep.equal([rule]);
      expect(rules(good), good).to.deep.equal([]);
    });
  }

  it('lets a file use names that it was told of', () => {
    expect(rules('exports.a=1;')).to.deep.equal(['unknown-global']);
    expect(checkDialect('exports.a=1;', { name: 'a.js', extraGlobals: ['exports'] })).to.deep.equal([]);
  });

  it('tells where, without a map in the emitted file itself', () => {
    expect(checkDialect('var a=1;\n  b();', { name: 'case.js' })[0].where).to.equal('case.js:2:3');
  });

  it('tells where in the emitted file for a piece that no source has', () => {
    const sourceMap = JSON.stringify({ version: 3, sources: ['a.ts'], names: [], mappings: 'A,CAAA' });
    const where = locator('xy', { name: 'out.js', sourceMap });
    expect([where(0), where(1)]).to.deep.equal(['out.js:1:1', 'a.ts:1:1']);
  });

  it('takes every name of Espruino, and pins', () => {
    expect(
      rules('E.reboot();Serial1.write(1);digitalWrite(D23,1);print(peek32(1),getTime(),require("Flash"));'),
    ).to.deep.equal([]);
  });
});
