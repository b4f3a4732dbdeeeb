// Holds: which properties hold functions and nothing else, so that a place in flash can stand there, and which do not.
import { parse } from 'acorn';
import { expect } from 'chai';
import { heldFunctions } from '../../../../tools/build/flash/held';
import type { AnyNode } from '../../../../tools/build/dialect/dialect-walk';

/** Texts of what may become a place, and of the uses that fetch. */
function held(code: string, isOwn: (key: string) => boolean = () => true): { places: string[]; taken: string[] } {
  const program = parse(code, { ecmaVersion: 5 }) as AnyNode & { body: AnyNode[] };
  const functions = new Map(
    program.body.flatMap((node) =>
      node.type === 'FunctionDeclaration' && node.id ? [[node.id.name, node as AnyNode] as const] : [],
    ),
  );
  const found = heldFunctions(program, functions, isOwn);
  const text = (node: AnyNode): string => code.slice(node.start, node.end);
  return { places: [...found.names, ...found.expressions].map(text), taken: found.taken.map(text) };
}

describe('tools/build held', () => {
  it('functions of the top level and expressions that close over nothing', () => {
    expect(held('function a(){}var t={f:a,g:function(x){return x+a()}};t.f();t.g(1);')).to.deep.equal({
      places: ['a', 'function(x){return x+a()}'],
      taken: ['t.f', 't.g'],
    });
  });

  it('a closure stays a function, its property a place for others', () => {
    const found = held('function a(){}function m(n){return{f:function(){return n}}}var t={f:a};m(1).f();');
    expect(found.places).to.deep.equal(['a']);
    expect(found.taken).to.deep.equal(['m(1).f']);
  });

  it('a copy of the property is a place again, a test of it needs no function', () => {
    expect(held('function a(){}var t={f:a},u={f:t.f};if(t.f)u.f();').taken).to.deep.equal(['u.f']);
    expect(held('function a(){}var t={f:a};t.f&&t.f();!t.f;t.f?1:2;').taken).to.deep.equal(['t.f']);
    expect(held('function a(){}var t={f:a};x=t.f||1;').taken).to.deep.equal(['t.f']);
  });

  it('nothing is a value too', () => {
    expect(held('function a(){}var t={f:null};t.f=a;t.f=void 0;').places).to.deep.equal(['a']);
  });

  const SPOILT = ['t.f=5;', 't.f=x;', 't.f+=a;', 't.f++;', 'delete t.f;', 'u={"f":1};', 'u={f:b()};', 'u={f:this};'];
  for (const spoiler of SPOILT)
    it(`not where a property may hold something else: ${spoiler}`, () =>
      expect(held(`function a(){}var t={f:a};${spoiler}`).places).to.deep.equal([]));

  it('not where a function asks for its this or its arguments, nor for names that others know', () => {
    expect(held('function a(){return this.n}var t={f:a};').places).to.deep.equal([]);
    expect(held('var t={f:function(){return arguments.length}};').places).to.deep.equal([]);
    expect(held('function a(){}var t={read:a};', (key) => key !== 'read').places).to.deep.equal([]);
  });

  it('a name that a function around declares is not the function of the top level', () => {
    expect(held('function a(){}function m(a){return{f:a}}').places).to.deep.equal([]);
  });
});
