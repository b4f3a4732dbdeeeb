// Builds images: one ES5 file for each board and role, checked against Espruino's dialect, the commit in its place.
// What was bundled from the same sources before is taken from a cache; only the commit is put in anew.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { availableParallelism } from 'node:os';
import * as path from 'node:path';
import { Worker } from 'node:worker_threads';
import { ROOT } from '../../host/kit/package';
import { fail } from '../../protocol/errors';
import { callDepthOf, functionFigures } from './dialect/call-depth';
import { COMMIT_PLACE } from './commit';
import { checkDialect, locator, type DialectProblem } from './dialect/dialect';
import { bundleEs5, compiledErrors } from './es5';
import { overlay } from './flash/overlay';
import { KEPT_PROPERTIES } from './flash/properties';

export const ROLES = ['cold', 'hot'] as const;

const CACHE = path.join(ROOT, 'dist', '.images');
/** What an image's bytes follow from, beside the commit. */
const SOURCES = [
  'protocol',
  'firmware',
  'boards',
  'tools/build',
  'host/sim/board/node/builtins.ts',
  'package-lock.json',
];

/** Named by a branch of the crypto module that only Node takes. */
export const IMAGE_GLOBALS = ['unescape'];

/**
 * The functions that stay in RAM, by source: what runs some twenty times and more in one multiplication on the curve,
 * and what is used all over. All others are fetched from flash when they are called (overlay.ts), which costs some
 * eight empty calls; a step of the curve costs fifty to two thousand.
 */
export const RESIDENT: { [source: string]: readonly string[] } = {
  'firmware/crypto/curve/field': ['mul', 'mulSub', 'mulSub2', 'spread', 'sub', 'half3'],
  'firmware/crypto/curve/point': ['double', 'addAffine', 'takePoint'],
  'firmware/crypto/curve/multiply': ['takeOdd'],
  'firmware/crypto/curve/words': ['sum256'],
  'firmware/fail': ['fail'],
};

/** Calls, from source to source, that are made only where an engine has no native hashes. */
const STANDIN_CALLS: readonly (readonly [string, string])[] = [
  ['firmware/crypto/hash/sha256', 'firmware/crypto/hash/sha256-running'],
];

/** Does the function of this name stay in RAM. where: a position in it, as file:line. */
export function isResident(where: string, name: string): boolean {
  return (RESIDENT[where.replace(/\.ts:.*/, '')] ?? []).includes(name);
}

export interface ImageSize {
  board: string;
  role: string;
  bytes: number;
  /**
   * Longest chain of direct calls on a board, which has native hashes, and its functions as file:line, the outermost
   * first.
   */
  callDepth: number;
  callChain: string[];
  /** The same where ES5 stands in for the native hashes. */
  callDepthBare: number;
  /** Functions in RAM, and the variables that they and their parameters hold for as long as the image runs. */
  functions: number;
  functionVariables: number;
}

export type Figures = Omit<ImageSize, 'board' | 'role' | 'bytes'>;

/** The boards there are: the folders of boards/ with a board.ts. */
export function boardNames(): string[] {
  const dir = path.join(ROOT, 'boards');
  return fs
    .readdirSync(dir)
    .filter((name) => fs.existsSync(path.join(dir, name, 'board.ts')))
    .sort();
}

/** Puts the commit into the emitted text. Throws code `no-commit-place` when the text has no place for it. */
export function stampCommit(code: string, commit: string): string {
  if (commit.length !== COMMIT_PLACE.length)
    throw fail('bad-commit', `expected ${COMMIT_PLACE.length} characters, got ${commit}`);
  const parts = code.split(COMMIT_PLACE);
  if (parts.length < 2) throw fail('no-commit-place', 'the image names no commit');
  return parts.join(commit);
}

/** A refusal of the build that lists every problem, one a line, as `file:line:column rule: text`. */
export function dialectError(problems: readonly DialectProblem[]): Error {
  return fail(
    'dialect',
    'Espruino would not run this as it is ' +
      `meant:\n${problems.map((one) => `${one.where} ${one.rule}: ${one.text}`).join('\n')}`,
  );
}

function filesBelow(file: string): string[] {
  if (!fs.existsSync(file)) return [];
  if (!fs.statSync(file).isDirectory()) return [file];
  return fs
    .readdirSync(file)
    .sort()
    .flatMap((name) => filesBelow(path.join(file, name)));
}

/** True for a position that leads back to a source, and not just to the emitted file. */
function isMapped(where: string): boolean {
  return where.includes('.ts:');
}

/** A digest of everything that the images are made from. */
export function sourcesDigest(): string {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((name) => filesBelow(path.join(ROOT, name))))
    hash.update(path.relative(ROOT, file)).update('\0').update(fs.readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/**
 * Bundles `entry` into `out` and `out`.map and checks it. Throws code `dialect` with the TypeScript lines.
 * The commit's place is still empty.
 */
export async function bundleImage(entry: string, out: string): Promise<Figures> {
  const map = `${out}.map`;
  await bundleEs5(entry, { format: 'iife', minify: true, out, sourceMap: map, isImage: true });
  const code = fs.readFileSync(out, 'utf8');
  const options = {
    name: path.relative(ROOT, out),
    sourceMap: fs.readFileSync(map, 'utf8'),
    mapDir: process.cwd(),
    root: ROOT,
    extraGlobals: IMAGE_GLOBALS,
  };
  const problems = checkDialect(code, options);
  if (problems.length) throw dialectError(problems);
  const where = locator(code, options);
  const sourceOf = (offset: number): string => where(offset).replace(/\.ts:.*/, '');
  const { depth, chain } = callDepthOf(
    code,
    (caller, callee) =>
      !STANDIN_CALLS.some(
        ([from, to]) => sourceOf(callee) === to && sourceOf(caller) !== to && sourceOf(caller).startsWith(from),
      ),
  );
  const laid = overlay(
    code,
    options.sourceMap,
    (offset, name) => isMapped(where(offset)) && !isResident(where(offset), name),
    (key) => !KEPT_PROPERTIES.includes(key),
  );
  fs.writeFileSync(out, laid.code);
  fs.writeFileSync(map, laid.map);
  return {
    callDepth: depth,
    callChain: chain.map((offset) => where(offset).replace(/:\d+$/, '')),
    callDepthBare: callDepthOf(code).depth,
    ...functionFigures(laid.code),
  };
}

/** One image to bundle, for a worker thread (images-worker.ts). */
export interface BundleJob {
  name: string;
  entry: string;
  out: string;
}

/** What a worker answers: the figures of a job, or why it failed. */
export type BundleAnswer = { name: string; figures: Figures } | { message: string };

/** Bundles the jobs on as many threads as there are processors. Answers each image's figures by name. */
async function bundleAll(jobs: readonly BundleJob[]): Promise<{ [name: string]: Figures }> {
  const errors = jobs.length ? compiledErrors() : {};
  const queue = [...jobs];
  const figures: { [name: string]: Figures } = {};
  /** One thread: takes a job from the queue as often as it has finished one. */
  const thread = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(path.join(__dirname, 'images-worker.js'), { workerData: { errors } });
      const give = (): void => {
        const job = queue.shift();
        if (job) worker.postMessage(job);
        else void worker.terminate().then(() => resolve());
      };
      worker.on('message', (answer: BundleAnswer) => {
        if ('message' in answer) return void worker.terminate().then(() => reject(new Error(answer.message)));
        figures[answer.name] = answer.figures;
        give();
      });
      worker.once('error', reject);
      give();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), jobs.length) }, thread));
  return figures;
}

/** Builds every board's images under `outDir`. */
export async function buildImages(outDir: string, commit: string): Promise<ImageSize[]> {
  const digest = sourcesDigest();
  const stampFile = path.join(CACHE, 'sources.json');
  const cached = fs.existsSync(stampFile)
    ? (JSON.parse(fs.readFileSync(stampFile, 'utf8')) as { digest: string; figures: { [name: string]: Figures } })
    : undefined;
  const figures = cached?.digest === digest ? cached.figures : {};
  const wanted = ROLES.flatMap((role) =>
    boardNames().map((board) => ({ board, role, name: path.join(board, `hsm-${role}.js`) })),
  );
  const missing = wanted.filter(({ name }) => !figures[name] || !fs.existsSync(path.join(CACHE, name)));
  Object.assign(
    figures,
    await bundleAll(
      missing.map(({ board, role, name }) => ({
        name,
        entry: `boards/${board}/hsm-${role}.ts`,
        out: path.join(CACHE, name),
      })),
    ),
  );
  const sizes: ImageSize[] = [];
  for (const board of boardNames()) {
    for (const role of ROLES) {
      const name = path.join(board, `hsm-${role}.js`);
      const bundled = path.join(CACHE, name);
      const code = stampCommit(fs.readFileSync(bundled, 'utf8'), commit);
      fs.mkdirSync(path.join(outDir, board), { recursive: true });
      fs.writeFileSync(path.join(outDir, name), code);
      fs.copyFileSync(`${bundled}.map`, path.join(outDir, `${name}.map`));
      sizes.push({ board, role, bytes: Buffer.byteLength(code), ...figures[name] });
    }
  }
  fs.writeFileSync(stampFile, JSON.stringify({ digest, figures }));
  return sizes;
}
