/**
 * From the device's TypeScript (protocol/, firmware/, boards/) to one flat ES5 file that stock Espruino runs.
 * tsc checks against lib ES5 and firmware/espruino.d.ts and emits ES modules into dist/.device/; rollup concatenates
 * them in dependency order; terser inlines literal constants, drops what nobody uses, renames and takes out white
 * space. Nothing structural is rewritten but that neighbouring `var`s become one: sequences and folded conditionals are
 * slower in the interpreter or make it misread (Espruino re-reads the source text at every execution, so short text is
 * speed). Leaves to others: which entries there are (the main build), and the lint over the emitted ES5.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import { rollup, type OutputChunk, type Plugin } from 'rollup';
import { ROOT } from '../../host/kit/package';
import { fail } from '../../protocol/errors';
import { typeTraps } from './dialect/dialect-types';
import { KEPT_PROPERTIES } from './flash/properties';
import { repair } from './flash/repairs';

const OUT = path.join(ROOT, 'dist', '.device');
const FOLDERS = ['protocol', 'firmware', 'boards'];

/**
 * Names that must not come out of the renamer: words of Espruino's lexer that ES5 leaves free, its short globals, and
 * the one that overlay.ts puts at some two thousand places.
 */
const RESERVED = [
  'of',
  'let',
  'get',
  'set',
  'static',
  'class',
  'super',
  'extends',
  'async',
  'await',
  'yield',
  'as',
  'E',
  'NaN',
  'A0',
  'A1',
  'D0',
  'Q',
];

/** Emitted module → the errors tsc found in its source. */
let errorsByModule: { [file: string]: string[] } | undefined;

function sourceFiles(dir: string): string[] {
  if (!fs.existsSync(dir)) return [];
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) return sourceFiles(file);
    return entry.name.endsWith('.ts') ? [file] : [];
  });
}

function emittedPath(sourceFile: string): string {
  return path.join(OUT, path.relative(ROOT, sourceFile)).replace(/\.ts$/, '.js');
}

/**
 * The module that a source, named from the root, is emitted to. Throws code `no-source` when there is no such source.
 */
function emittedFrom(source: string): string {
  const file = path.join(ROOT, source);
  if (!fs.existsSync(file)) throw fail('no-source', `the build names ${source}, which does not exist`);
  return emittedPath(file);
}

/**
 * Compiles the device program into dist/.device/. Errors are kept by file: a bundle fails only for those of its own
 * modules.
 */
export function compileDevice(): void {
  const rootNames = FOLDERS.flatMap((name) => sourceFiles(path.join(ROOT, name)));
  const program = ts.createProgram(rootNames, {
    target: ts.ScriptTarget.ES5,
    lib: ['lib.es5.d.ts'],
    types: [],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    rootDir: ROOT,
    outDir: OUT,
    strict: true,
    noUnusedLocals: true,
    noFallthroughCasesInSwitch: true,
    skipLibCheck: true,
    removeComments: true,
    noEmitHelpers: true,
    alwaysStrict: false,
    sourceMap: true,
    inlineSources: true,
  });
  const emitted = program.emit();
  const found: { [file: string]: string[] } = {};
  for (const diagnostic of ts.getPreEmitDiagnostics(program).concat(emitted.diagnostics)) {
    const file = diagnostic.file;
    const where = file ? ts.getLineAndCharacterOfPosition(file, diagnostic.start ?? 0) : { line: 0, character: 0 };
    const name = file ? file.fileName : '';
    const text =
      `${path.relative(ROOT, name)}:${where.line + 1}:${where.character + 1} ` +
      `${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
    const key = file ? emittedPath(name) : '';
    (found[key] = found[key] || []).push(text);
  }
  for (const trap of typeTraps(program)) {
    const where = ts.getLineAndCharacterOfPosition(trap.file, trap.start);
    const key = emittedPath(trap.file.fileName);
    (found[key] = found[key] || []).push(
      `${path.relative(ROOT, trap.file.fileName)}:${where.line + 1}:${where.character + 1} ${trap.text}`,
    );
  }
  errorsByModule = found;
}

/** What compileDevice found, for another thread's `useCompiled`. Compiles where nobody has. */
export function compiledErrors(): { [file: string]: string[] } {
  if (!errorsByModule) compileDevice();
  return errorsByModule as { [file: string]: string[] };
}

/** Takes dist/.device as another thread has compiled it. */
export function useCompiled(errors: { [file: string]: string[] }): void {
  errorsByModule = errors;
}

const NO_ES5 = emittedFrom('firmware/crypto/native/no-es5.ts');
/** Modules, and what stands for them in an image: no ES5 in place of native calls that every board has, no stacks. */
const IN_IMAGES: { [module: string]: string } = {
  [emittedFrom('firmware/crypto/hash/sha512-es5.ts')]: NO_ES5,
  [emittedFrom('firmware/crypto/cipher/aes-es5.ts')]: NO_ES5,
  [emittedFrom('protocol/errors.ts')]: emittedFrom('firmware/fail.ts'),
};

/** Resolves the extension-less relative imports that TypeScript leaves in ES modules. */
function resolveDevice(isImage: boolean): Plugin {
  return {
    name: 'device-modules',
    resolveId(source, importer) {
      const base = importer ? path.resolve(path.dirname(importer), source) : source;
      const found = [base, `${base}.js`, path.join(base, 'index.js')].find(
        (file) => fs.existsSync(file) && fs.statSync(file).isFile(),
      );
      if (!found) throw new Error(`device code imports ${source} from ${importer}: there is no such module`);
      return (isImage && IN_IMAGES[found]) || found;
    },
    /** Hands on the map of tsc's own, so that a position in the bundle leads to the TypeScript line. */
    load(id) {
      const map = `${id}.map`;
      return { code: fs.readFileSync(id, 'utf8'), map: fs.existsSync(map) ? fs.readFileSync(map, 'utf8') : null };
    },
  };
}

const FRONT = '\0front';
/**
 * The arithmetic's kernel. Espruino finds names at the top by walking a list, and nothing is looked up as often as
 * these.
 */
const KERNEL = emittedFrom('firmware/crypto/curve/field.ts');

/** An entry that puts the kernel, when the bundle has it, in front of all other modules. */
function kernelFirst(input: string): Plugin {
  return {
    name: 'kernel-first',
    resolveId: (source) => (source === FRONT ? source : null),
    load: (id) =>
      id === FRONT ? `import ${JSON.stringify(KERNEL)};\nexport * from ${JSON.stringify(input)};\n` : null,
  };
}

/** Does the module lead to the kernel (by its relative imports, as emitted). */
function leadsToKernel(file: string, seen: Set<string> = new Set()): boolean {
  if (file === KERNEL) return true;
  if (seen.has(file) || !fs.existsSync(file)) return false;
  seen.add(file);
  const imports = fs.readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^;]*?['"]([^'"]+)['"]/gm);
  for (const [, source] of imports) {
    const base = path.resolve(path.dirname(file), source);
    if (
      [base, `${base}.js`, path.join(base, 'index.js')].some(
        (name) => fs.existsSync(name) && fs.statSync(name).isFile() && leadsToKernel(name, seen),
      )
    )
      return true;
  }
  return false;
}

const LITERAL =
  /^var ([A-Z][A-Z0-9_$]*) = (-?(?:0x[0-9a-fA-F]+|[0-9][0-9.e]*)|'[^'\\\n]*'|"[^"\\\n]*"|true|false);\n/gm;

/**
 * Takes the top-level `var NAME = literal;` that nobody assigns to out of the code: terser then puts the literal at
 * each use.
 */
function takeLiterals(code: string): { code: string; literals: { [name: string]: number | string | boolean } } {
  const literals: { [name: string]: number | string | boolean } = {};
  const rest = code.replace(LITERAL, (whole, name: string, text: string) => {
    const escaped = name.replace(/\$/g, '\\$');
    const assignments = new RegExp(
      `(?:^|[^\\w$.])${escaped}\\s*(?:=(?!=)|[-+*/%&|^]=|<<=|>>>?=|\\+\\+|--)|(?:\\+\\+|--)${escaped}\\b`,
      'gm',
    );
    if ((code.match(assignments) || []).length > 1) return whole;
    literals[name] =
      text[0] === "'" || text[0] === '"'
        ? text.slice(1, -1)
        : text === 'true'
          ? true
          : text === 'false'
            ? false
            : Number(text);
    return '\n'; // the line stays, for the source map
  });
  return { code: rest, literals };
}

const COMPRESS = {
  defaults: false,
  toplevel: true,
  evaluate: true,
  unused: true,
  dead_code: true,
  conditionals: false,
  join_vars: true,
  passes: 2,
};

export interface BundleOptions {
  /**
   * 'cjs' keeps the exports as `exports.name`; 'iife' writes a self-contained script: flat, without a function around
   * it, because Espruino finds names at the top faster and with fewer variables than in a closure.
   */
  format: 'cjs' | 'iife';
  minify: boolean;
  /** The file that is written. */
  out: string;
  sourceMap?: string;
  /** An 'iife' whose properties a script beside it uses by name. */
  keepProperties?: boolean;
  /** For boards, whose hashes and cipher are native. */
  isImage?: boolean;
}

/** Concatenates the entry and what it imports. Throws an Error listing the type errors of the bundle's own modules. */
async function concatenate(input: string, opts: BundleOptions): Promise<Pick<OutputChunk, 'code' | 'map'>> {
  const bundle = await rollup({
    input: leadsToKernel(input) ? FRONT : input,
    plugins: [kernelFirst(input), resolveDevice(opts.isImage === true)],
    treeshake: { moduleSideEffects: true },
    onwarn(warning) {
      if (warning.code === 'CIRCULAR_DEPENDENCY' || warning.code === 'UNRESOLVED_IMPORT')
        throw new Error(warning.message);
    },
  });
  const errors = bundle.watchFiles.flatMap((file) => (errorsByModule && errorsByModule[file]) || []);
  if (errors.length) throw new Error(`device code does not type-check:\n${errors.join('\n')}`);
  const generated = await bundle.generate({
    format: opts.format === 'cjs' ? 'cjs' : 'es',
    exports: 'named',
    strict: false,
    esModule: false,
    freeze: false,
    externalLiveBindings: false,
    generatedCode: 'es5',
    sourcemap: opts.sourceMap !== undefined,
  });
  await bundle.close();
  const { code, map } = generated.output[0];
  return { code: opts.format === 'iife' ? code.replace(/^export \{[^}]*\};\n/m, '') : code, map };
}

/**
 * Bundles one entry and what it imports into the ES5 file `opts.out`. entry: a .ts file of the device program, or a .js
 * ES module. Throws an Error listing the type errors of the bundle's own modules.
 */
export async function bundleEs5(entryTsOrJs: string, opts: BundleOptions): Promise<{ bytes: number }> {
  const entry = path.resolve(ROOT, entryTsOrJs);
  if (entry.endsWith('.ts') && !errorsByModule) compileDevice();
  const chunk = await concatenate(entry.endsWith('.ts') ? emittedPath(entry) : entry, opts);
  const taken = takeLiterals(chunk.code);
  const { minify } = await import('terser');
  const done = await minify(taken.code, {
    ecma: 5,
    toplevel: true,
    module: false,
    compress: { ...COMPRESS, global_defs: taken.literals },
    mangle: opts.minify
      ? {
          toplevel: true,
          reserved: RESERVED,
          properties: opts.format === 'iife' &&
            !opts.keepProperties && { builtins: true, keep_quoted: true, reserved: [...KEPT_PROPERTIES] },
        }
      : false,
    format: { ecma: 5, beautify: !opts.minify, comments: false, semicolons: true, inline_script: false },
    sourceMap: opts.sourceMap !== undefined && chunk.map ? { content: chunk.map as never } : false,
  });
  const { code: text, map } = repair(done.code as string, done.map as string | undefined);
  fs.mkdirSync(path.dirname(opts.out), { recursive: true });
  fs.writeFileSync(opts.out, text);
  if (opts.sourceMap !== undefined && map) fs.writeFileSync(opts.sourceMap, map);
  return { bytes: Buffer.byteLength(text) };
}
