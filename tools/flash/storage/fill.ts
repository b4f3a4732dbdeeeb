// Brings bytes into a range of a board's flash whatever stands there already: what is right is left alone, so an upload
// that was interrupted goes on where it stopped; what is wrong is erased first where it may be, written, and read back
// by its CRC. Leaves to others: where the range is and when it counts (slots.ts, tables.ts).
import { fail } from '../../../protocol/errors';
import { crc32 } from './crc32';
import { quote } from '../prompt/packets';
import type { Prompt } from '../prompt/prompt';
import type { Remote } from '../prompt/remote';

/** CRCs of a file's pieces from o to e, each ending where a multiple of p from the file's beginning is. */
const SUMS =
  '(function(n,o,e,p){var ' +
  's=require("Storage"),r=[],q;for(;o<e;o=q){q=Math.min(e,o+p-o%p);r.push(E.CRC32(s.read(n,o,q-o)));}return ' +
  'r;})';
/** Erases n pages from a that are not blank; answers how many, or -1 where one stays unerased. */
const ERASE =
  '(function(a,n,p){var ' +
  'F=require("Flash"),k=0,i,j;for(i=0;i<n;i++,a+=p)for(j=0;j<p;j+=256)if(E.sum(F.read(256,a+j))!=65280){' +
  'F.erasePage(a);if(E.sum(F.read(256,a+j))!=65280)return -1;k++;break;}return k;})';
const ERASE_PAGES_AT_ONCE = 16;
const ROUNDS = 4;
const SUMS_MS = 30_000;

/** A part of the data that lies in one page (or block) of the file. */
export interface Piece {
  index: number;
  /** Offset in the file, and the bytes that are to be there. */
  offset: number;
  data: Uint8Array;
}

/** Cuts `data`, which begins at `offset` of a file, at multiples of `pieceBytes` of the file. */
export function piecesOf(data: Uint8Array, offset: number, pieceBytes: number): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < data.length;) {
    const end = Math.min(data.length, at + pieceBytes - ((offset + at) % pieceBytes));
    pieces.push({ index: Math.floor((offset + at) / pieceBytes), offset: offset + at, data: data.subarray(at, end) });
    at = end;
  }
  return pieces;
}

/** The pieces that do not stand in file `name` as they should. */
export async function wrongPieces(prompt: Prompt, name: string, pieces: Piece[], pieceBytes: number): Promise<Piece[]> {
  const [first, last] = [pieces[0], pieces[pieces.length - 1]];
  const sums = (await prompt.eval(
    `${SUMS}(${quote(name)},${first.offset},${last.offset + last.data.length},${pieceBytes})`,
    { timeoutMs: SUMS_MS },
  )) as number[];
  if (!Array.isArray(sums) || sums.length !== pieces.length)
    throw fail('board-silent', 'the board did not read its Storage back: run this again');
  return pieces.filter((piece, i) => sums[i] !== crc32(piece.data));
}

/** Runs of pieces that follow one another. */
function runsOf(pieces: Piece[]): Piece[][] {
  const runs: Piece[][] = [];
  for (const piece of pieces) {
    const run = runs[runs.length - 1];
    if (run && run[run.length - 1].index + 1 === piece.index) run.push(piece);
    else runs.push([piece]);
  }
  return runs;
}

/** Erases those pages of `count` from `address` on that are not blank; answers how many. Throws `erase-failed`. */
export async function erasePages(remote: Remote, address: number, count: number, pageBytes: number): Promise<number> {
  let erased = 0;
  for (let page = 0; page < count; page += ERASE_PAGES_AT_ONCE) {
    const answer = Number(
      await remote.change(
        `${ERASE}(${address + page * pageBytes},${Math.min(ERASE_PAGES_AT_ONCE, count - page)},${pageBytes})`,
        20_000,
      ),
    );
    if (answer < 0)
      throw fail(
        'erase-failed',
        'this Espruino build does not erase flash (its erasePage does nothing): flash another base ' +
          'firmware; the board still boots what it had',
      );
    erased += answer;
  }
  return erased;
}

export interface FillOptions {
  /** The file in whose data the range lies, and the address where its data begin. */
  name: string;
  address: number;
  pieces: Piece[];
  pieceBytes: number;
  chunkBytes: number;
  /** True where pieces are pages of their own, which may be erased. */
  isErasable: boolean;
  /** Pieces to do again even though they are right. */
  wrong?: Piece[];
  onProgress(step: 'erase' | 'write', doneBytes: number, totalBytes: number): void;
}

/**
 * Fills the range. Answers what was done; `isRight` is false when it still reads back wrong. Throws what the board
 * throws.
 */
export async function fillFile(
  prompt: Prompt,
  remote: Remote,
  options: FillOptions,
): Promise<{ isRight: boolean; writtenBytes: number; erasedPages: number }> {
  const { name, address, pieces, pieceBytes, chunkBytes, onProgress } = options;
  let writtenBytes = 0;
  let erasedPages = 0;
  let wrong = options.wrong ?? (await wrongPieces(prompt, name, pieces, pieceBytes));
  for (let round = 0; round < ROUNDS && wrong.length > 0; round++) {
    const total = wrong.reduce((sum, piece) => sum + piece.data.length, 0);
    let done = 0;
    for (const run of options.isErasable ? runsOf(wrong) : []) {
      erasedPages += await erasePages(remote, address + run[0].index * pieceBytes, run.length, pieceBytes);
      onProgress('erase', (done += run.reduce((sum, piece) => sum + piece.data.length, 0)), total);
    }
    done = 0;
    for (const run of runsOf(wrong)) {
      const data = new Uint8Array(Buffer.concat(run.map((piece) => piece.data)));
      for (let at = 0; at < data.length; at += chunkBytes) {
        const chunk = data.subarray(at, at + chunkBytes);
        await remote.write(address + run[0].offset + at, chunk);
        onProgress('write', (done += chunk.length), total);
      }
      writtenBytes += data.length;
    }
    wrong = await wrongPieces(prompt, name, pieces, pieceBytes);
  }
  return { isRight: wrong.length === 0, writtenBytes, erasedPages };
}
