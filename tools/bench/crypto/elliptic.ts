/**
 * The npm package `elliptic` made to load in Espruino, as the common way to the same signature. Its CommonJS modules go
 * into one file; function declarations are moved to the front of their block (Espruino does not hoist), and inheritance
 * is done without Object.create's second argument. Nothing of its arithmetic is touched. Two forms: its text as it is
 * published, and with white space and comments taken out, which the interpreter would read again at every execution.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';

/** Moves function declarations to the front of every function body and file. */
function hoist(source: string, keepsComments: boolean): string {
  const file = ts.createSourceFile('m.js', source, ts.ScriptTarget.ES5, true, ts.ScriptKind.JS);
  const front = (statements: readonly ts.Statement[]): ts.Statement[] => {
    const functions = statements.filter(ts.isFunctionDeclaration);
    return [...functions, ...statements.filter((statement) => !ts.isFunctionDeclaration(statement))];
  };
  const result = ts.transform(file, [
    (context) => (root) => {
      const visit = (node: ts.Node): ts.Node => {
        const inner = ts.visitEachChild(node, visit, context);
        if (ts.isBlock(inner) && (ts.isFunctionDeclaration(node.parent) || ts.isFunctionExpression(node.parent)))
          return context.factory.updateBlock(inner, front(inner.statements));
        return inner;
      };
      const visited = ts.visitEachChild(root, visit, context);
      return context.factory.updateSourceFile(visited, front(visited.statements));
    },
  ]);
  return ts.createPrinter({ removeComments: !keepsComments }).printFile(result.transformed[0]);
}

const INHERITS =
  'module.exports = function (ctor, base) { ctor.super_ = base; function Temp() {} Temp.prototype = ' +
  'base.prototype; ctor.prototype = new Temp(); ctor.prototype.constructor = ctor; };';
const STUBS: { [name: string]: string } = {
  inherits: INHERITS,
  brorand: 'module.exports = function () { throw new Error("no randomness here"); };',
  buffer: 'module.exports = {};',
};

/** All modules reachable from elliptic's secp256k1 signing, name → text with resolved requires. */
function collect(): { entry: string; modules: { [id: string]: string } } {
  const modules: { [id: string]: string } = {};
  const add = (file: string): string => {
    const id = path.relative(path.resolve(__dirname, '..', '..', '..', '..', 'node_modules'), file).replace(/\\/g, '/');
    if (modules[id] !== undefined) return id;
    if (file.endsWith('.json')) return ((modules[id] = `module.exports = ${fs.readFileSync(file, 'utf8')};`), id);
    modules[id] = '';
    modules[id] = fs
      .readFileSync(file, 'utf8')
      .replace(/require\((['"])([^'"]+)\1\)/g, (_whole, _quote, name: string) => {
        if (STUBS[name] !== undefined) {
          modules[name] = STUBS[name];
          return `req(${JSON.stringify(name)})`;
        }
        return `req(${JSON.stringify(add(require.resolve(name, { paths: [path.dirname(file)] })))})`;
      });
    return id;
  };
  return { entry: add(require.resolve('elliptic')), modules };
}

/**
 * A maker of the bench's program around elliptic: give it the timing helpers; it prints "@sign" and "@u".
 * isStripped: without white space and comments. Undefined when the package is not there.
 */
export async function ellipticBundle(isStripped: boolean): Promise<((helpers: string) => string) | undefined> {
  let found;
  try {
    found = collect();
  } catch {
    return undefined;
  }
  const { minify } = await import('terser');
  let text =
    'var defs={},cache={};function req(n){if(!cache[n]){var ' +
    'm={exports:{}};cache[n]=m;defs[n](m,m.exports)}return cache[n].exports}\n';
  for (const [id, source] of Object.entries(found.modules)) {
    const done = isStripped
      ? (await minify(hoist(source, false), { ecma: 5, compress: false, mangle: false, toplevel: false })).code
      : hoist(source, true);
    text += `defs[${JSON.stringify(id)}]=function(module,exports){${done}\n};\n`;
  }
  return (helpers) => `${text}(function(){${helpers}
var EC=req(${JSON.stringify(found.entry)}).ec,ec=new EC("secp256k1"),key=[],hash=[],i;
for(i=0;i<32;i++){key.push((i*7+1)&255);hash.push((i*13+5)&255)}
clock("sign",function(){ec.sign(hash,key,{canonical:true})},1,1);print("@u "+u);})();\n`;
}
