// Figures of flashing: the upload of both images against what a line of 115,200 baud could carry (a model board on the
// virtual clock, with the erase and program times of such flash), image sizes, 500 uploads interrupted at random
// points, and in the genuine interpreter whole uploads and the time from power-on to `ready`.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { BUILT_FIRMWARE } from '../../../host/kit/package';
import { createFlash } from '../../../host/sim/board/flash';
import { BAUD_DEFAULT, BITS_PER_BYTE } from '../../../host/sim/board/wire';
import { seededRandom } from '../../../host/sim/clock/seeded-random';
import { boardNamed } from '../../flash/boards';
import { readImage, readTables, type DeviceImage } from '../../flash/storage/image';
import { createBench, modelImage } from '../../flash/model/interrupted';
import type { BenchRow } from '../row';
import { bootTimes } from './boot';
import { genuineUploads } from './uploads';

const BOARD = 'esp32-sim800l';
const GOAL_PART = 0.7;
export const INTERRUPTED_UPLOADS = 500;
const GENUINE_UPLOADS = 5;
const INTERRUPTED_IMAGE_BYTES = 6000;

const imageFile = (role: string): string => path.join(BUILT_FIRMWARE, BOARD, `hsm-${role}.js`);

/** Time of one upload onto a board that holds an image already, and the line's limit for those bytes. */
async function uploadRow(role: 'cold' | 'hot'): Promise<BenchRow> {
  const image = readImage(imageFile(role));
  const bench = createBench({ seed: `upload-${role}`, baud: BAUD_DEFAULT, tables: readTables(imageFile(role), role) });
  // Every page of it differs: an upload leaves pages alone that are right already.
  const older: DeviceImage = {
    ...image,
    info: { ...image.info, commit: 'older' },
    code: image.code.map((byte) => (byte === 0x65 ? 0x66 : byte)),
  };
  for (const first of [older, { ...older, info: { ...older.info, commit: 'oldest' } }]) {
    const result = await bench.upload(first);
    if (result !== 'done') throw new Error(`the first upload ended with ${result}`);
  }
  const startMs = bench.runtime.nowMs();
  const result = await bench.upload(image);
  if (result !== 'done') throw new Error(`the upload ended with ${result}`);
  const takenMs = bench.runtime.nowMs() - startMs;
  const limitMs = (image.code.length * BITS_PER_BYTE * 1000) / BAUD_DEFAULT;
  return {
    name: `hsm-${role}: upload, verified and switched`,
    value: takenMs,
    unit: 'ms',
    baseline: `the line's limit for ${image.code.length} bytes at ${BAUD_DEFAULT} baud`,
    ratio: takenMs / limitMs,
    goal: `at least ${GOAL_PART * 100} % of the line`,
    ok: limitMs / takenMs >= GOAL_PART,
  };
}

function sizeRow(role: 'cold' | 'hot'): BenchRow {
  const { storage } = boardNamed(BOARD);
  const bytes = fs.statSync(imageFile(role)).size;
  return {
    name: `hsm-${role}: image`,
    value: bytes,
    unit: 'bytes',
    baseline: 'half of Storage, since two images lie in it',
    ratio: bytes / ((storage.pageBytes * storage.pageCount) / 2),
    goal: 'below 0.75',
    ok: bytes < (storage.pageBytes * storage.pageCount * 3) / 8,
  };
}

/** Uploads with the power or the cable gone at random points; answers how many left a board that boots old or new. */
export async function interruptedUploads(
  count: number,
  seed: string,
): Promise<{ good: number; completed: number; switched: number }> {
  const { storage } = boardNamed(BOARD);
  const random = seededRandom(seed, 'interrupt');
  const number = (limit: number): number => random(4).reduce((value, byte) => value * 256 + byte, 0) % limit;
  const flash = createFlash({ pageBytes: storage.pageBytes, pageCount: storage.pageCount });
  let good = 0;
  let completed = 0;
  let switched = 0;
  let now = 1;
  const first = await createBench({ seed, flash }).upload(modelImage(now, INTERRUPTED_IMAGE_BYTES));
  if (first !== 'done') throw new Error(`the first upload ended with ${first}`);
  for (let i = 0; i < count; i++) {
    const bench = createBench({ seed: `${seed}/${i}`, flash });
    let pullAfterBytes: number | undefined;
    if (i % 2 === 0) flash.cutAt(1 + number(8), undefined, number(1000) / 1000);
    else pullAfterBytes = number(11_000);
    const result = await bench.upload(modelImage(now + 1, INTERRUPTED_IMAGE_BYTES), pullAfterBytes);
    flash.cutAt(undefined);
    bench.board.powerOn();
    const booted = bench.booted();
    if (booted === now || booted === now + 1) good++;
    if (result === 'done') completed++;
    if (booted === now + 1) {
      switched++;
      now++;
    }
  }
  return { good, completed, switched };
}

/** The suite `flash` of `npm run bench`. Needs the built images. */
export async function benchFlash(options: { espruino?: string } = {}): Promise<BenchRow[]> {
  const rows = [await uploadRow('cold'), await uploadRow('hot'), sizeRow('cold'), sizeRow('hot')];
  const { good } = await interruptedUploads(INTERRUPTED_UPLOADS, 'bench');
  rows.push({
    name: 'interrupted uploads that boot old or new',
    value: good,
    unit: `of ${INTERRUPTED_UPLOADS}`,
    baseline: 'all of them',
    ratio: good / INTERRUPTED_UPLOADS,
    goal: 'every one',
    ok: good === INTERRUPTED_UPLOADS,
  });
  if (options.espruino === undefined) return rows;
  for (const role of ['cold', 'hot'] as const) {
    const { good: whole, medianMs } = await genuineUploads(
      options.espruino,
      path.join(BUILT_FIRMWARE, 'linux', `hsm-${role}.js`),
      GENUINE_UPLOADS,
    );
    const goal = { goal: 'every one', ok: whole === GENUINE_UPLOADS };
    rows.push({
      name: `hsm-${role}: uploads to the genuine interpreter`,
      value: whole,
      unit: `of ${GENUINE_UPLOADS}, ${Math.round(medianMs)} ms each`,
      baseline: 'all of them',
      ratio: whole / GENUINE_UPLOADS,
      ...goal,
    });
  }
  const boot = await bootTimes(options.espruino, path.join(BUILT_FIRMWARE, 'linux', 'hsm-cold.js'));
  rows.push({
    name: 'hsm-cold: power-on to ready, genuine interpreter',
    value: boot.readyMs,
    unit: 'ms',
    baseline: 'the interpreter alone, power-on to prompt',
    ratio: boot.readyMs / boot.promptMs,
  });
  return rows;
}
