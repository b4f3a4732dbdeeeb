// Writes test/vectors/flash from what the firmware of today puts on flash: only for a deliberate change of a format.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { frozenOf, type Frozen, type Pieces, type Row } from './annotate';
import type { Produced } from './produce';

export const VECTORS = path.resolve(__dirname, '../../../test/vectors/flash');
export const SOURCE =
  'This project. Made by test/flash/produce.ts with fixed seeds, taken apart by firmware/journal/flash-*.ts. ' +
  'These will change once more before they are frozen.';

/** Runs produce.ts in a process of its own. */
export function produced(): Produced {
  const done = spawnSync(process.execPath, [path.join(__dirname, 'produce.js')], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (done.status !== 0) throw new Error(`produce.js ended with ${done.status}: ${done.stderr}`);
  return JSON.parse(done.stdout) as Produced;
}

export interface VectorFile {
  source: string;
  /** Of the seed, where something is sealed. */
  words: string[];
  rows: Row[];
}

const piecesText = (pieces: Pieces): string => pieces.map((piece) => `   ${JSON.stringify(piece)}`).join(',\n');

function rowText({ name, at, pieces, opened }: Row): string {
  const rest = opened ? `],\n  "opened": [\n${piecesText(opened)}` : '';
  return `  {"name": ${JSON.stringify(name)}, "at": ${at}, "pieces": [\n${piecesText(pieces)}${rest}]}`;
}

/** Text of a vector file. */
export function vectorText(rows: Row[], words: string[]): string {
  return (
    `{\n "source": ${JSON.stringify(SOURCE)},\n "words": ${JSON.stringify(words)},\n "rows": ` +
    `[\n${rows.map(rowText).join(',\n')}\n ]\n}\n`
  );
}

export function vectorFile(part: string): VectorFile {
  return JSON.parse(fs.readFileSync(path.join(VECTORS, `${part}.json`), 'utf8')) as VectorFile;
}

if (require.main === module) {
  const made = produced();
  const frozen: Frozen = frozenOf(made);
  fs.mkdirSync(VECTORS, { recursive: true });
  for (const [part, rows] of Object.entries(frozen))
    fs.writeFileSync(path.join(VECTORS, `${part}.json`), vectorText(rows, made.words));
}
