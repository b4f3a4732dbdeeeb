// The Storage files that an image needs beside itself (the comb table, the list of words): made once, filled, read
// back. A table that is there in part is filled up. One that differs is replaced only while no image of ours could miss
// it.
import { FILE_HEADER_BYTES } from '../../../firmware/hal';
import { fail } from '../../../protocol/errors';
import { crc32 } from './crc32';
import { fillFile, piecesOf, wrongPieces } from './fill';
import { quote } from '../prompt/packets';
import { probeBoard, type BoardState } from '../prompt/probe';
import type { Prompt } from '../prompt/prompt';
import type { Remote } from '../prompt/remote';
import type { StorageFile } from './slots';

const TABLE_PIECE_BYTES = 2048;

/** Makes a Storage file of `sizeBytes` erased bytes; one that is there and blank stays. Throws `no-space`. */
export async function createFile(remote: Remote, name: string, sizeBytes: number): Promise<void> {
  const isDone = await remote.change(`require("Storage").write(${quote(name)},"\\xff",0,${sizeBytes})`, 30_000);
  if (isDone !== true)
    throw fail('no-space', `Storage took no file of ${sizeBytes} bytes: delete other files or use --erase`);
}

/** True when what is wrong in the file is still blank, but for one piece in which a write may have been cut off. */
async function isHalfWritten(prompt: Prompt, name: string, data: Uint8Array): Promise<boolean> {
  const blank = piecesOf(new Uint8Array(data.length).fill(0xff), 0, TABLE_PIECE_BYTES);
  const written = new Set((await wrongPieces(prompt, name, blank, TABLE_PIECE_BYTES)).map((piece) => piece.index));
  const wrong = await wrongPieces(prompt, name, piecesOf(data, 0, TABLE_PIECE_BYTES), TABLE_PIECE_BYTES);
  return wrong.filter((piece) => written.has(piece.index)).length <= 1;
}

/** What bringing tables onto a board needs. */
export interface TableWork {
  prompt: Prompt;
  remote: Remote;
  /** As it was probed last. */
  state: BoardState;
  chunkBytes: number;
  report(doneBytes: number, totalBytes: number): void;
}

/** Does the board's file hold exactly this? */
async function isThere(prompt: Prompt, file: StorageFile, data: Uint8Array): Promise<boolean> {
  if (file.sizeBytes !== data.length) return false;
  return (await prompt.eval(`E.CRC32(require("Storage").read(${quote(file.name)}))`)) === crc32(data);
}

/** Takes a file away that is another one. Throws `table-differs` where an image that boots needs it. */
async function removeOther({ remote, state }: TableWork, name: string): Promise<void> {
  if (state.active)
    throw fail(
      'table-differs',
      `the board's file ${name} is another one than this image needs, and its present image needs that: ` +
        'give --erase (keys are elsewhere and stay)',
    );
  await remote.change(`require("Storage").erase(${quote(name)})`);
}

/** Makes an erased file for a table. Throws `no-space`. */
async function makeRoom({ prompt, remote, state }: TableWork, name: string, sizeBytes: number): Promise<StorageFile> {
  if (sizeBytes + 2 * FILE_HEADER_BYTES > state.freeBytes)
    throw fail(
      'no-space',
      `${name} needs ${sizeBytes} bytes of Storage and ${state.freeBytes} are free: delete other ` +
        'files or use --erase',
    );
  await createFile(remote, name, sizeBytes);
  const file = (await probeBoard(prompt, [name])).files.find((each) => each.name === name);
  if (!file) throw fail('no-space', `Storage made no file ${name}: delete other files or use --erase`);
  return file;
}

/**
 * Brings one table. Answers the bytes written. Throws `table-differs`, `no-space`, `verify-failed`; whichever it is, an
 * image that boots keeps the tables it had.
 */
async function putTable(work: TableWork, name: string, data: Uint8Array): Promise<number> {
  const { prompt, remote, state, chunkBytes } = work;
  let file = state.files.find((each) => each.name === name);
  if (file && (await isThere(prompt, file, data))) return 0;
  if (file && (file.sizeBytes !== data.length || !(await isHalfWritten(prompt, name, data)))) {
    await removeOther(work, name);
    file = undefined;
  }
  file ??= await makeRoom(work, name, data.length);
  const { isRight, writtenBytes } = await fillFile(prompt, remote, {
    name,
    address: file.address,
    pieces: piecesOf(data, 0, TABLE_PIECE_BYTES),
    pieceBytes: TABLE_PIECE_BYTES,
    chunkBytes,
    isErasable: false,
    onProgress: (_step, done, total) => work.report(done, total),
  });
  if (isRight) return writtenBytes;
  if (!state.active) await remote.change(`require("Storage").erase(${quote(name)})`);
  throw fail('verify-failed', `${name} reads back wrong: run this again; if it stays so the flash is worn`);
}

/** Brings all tables that are not there. Answers the bytes written. */
export async function putTables(work: TableWork, tables: { [name: string]: Uint8Array }): Promise<number> {
  let writtenBytes = 0;
  let state = work.state;
  for (const [name, data] of Object.entries(tables)) {
    const written = await putTable({ ...work, state }, name, data);
    if (written > 0) state = { ...state, freeBytes: (await probeBoard(work.prompt, Object.keys(tables))).freeBytes };
    writtenBytes += written;
  }
  return writtenBytes;
}
