// What a board's data allows an image: room in Storage and depth of calls. And how an image's figures changed since the
// last build, for whoever has just changed the firmware.
import type { BoardData, Role } from '../../boards/board';
import { fail } from '../../protocol/errors';
import type { ImageSize } from './images';

/** Header of a file in Storage, and its alignment. */
const FILE_OVERHEAD_BYTES = 36;
/** What the firmware itself must be able to keep in Storage: digests of batches and an archive of payments. */
const STORAGE_RESERVE_BYTES = 8192;

/** Throws code `no-room` when the board's Storage cannot hold these files of `role` and leave the reserve. */
export function aFit(board: BoardData, role: string, files: readonly number[]): void {
  const roomBytes = board.storage.pageBytes * board.storage.pageCount - STORAGE_RESERVE_BYTES;
  const wantedBytes = files.reduce((sum, bytes) => sum + bytes + FILE_OVERHEAD_BYTES, 0);
  if (wantedBytes > roomBytes)
    throw fail(
      'no-room',
      `hsm-${role} with its tables takes ${wantedBytes} bytes, Storage of ${board.name} has ${roomBytes} for them`,
    );
}

/** Throws code `too-deep`, with the chain of calls, when an image calls deeper than its board allows. */
export function aDepth(board: BoardData, { role, callDepth, callChain }: ImageSize): void {
  const most = board.limits.callDepth;
  if (callDepth > most)
    throw fail(
      'too-deep',
      `hsm-${role} calls ${callDepth} deep, ${board.name} allows ${most}: ${callChain.join(' > ')}`,
    );
}

/** Throws code `too-fast` when a line of frames of the board is faster than its limit. */
export function aSpeed({ name, ports, limits }: BoardData, role: Role): void {
  for (const line of ['link', 'host'] as const) {
    const { baud } = ports[role][line] ?? { baud: 0 };
    if (baud > limits.baud)
      throw fail(
        'too-fast',
        `${name}: the ${line} of hsm-${role} runs at ${baud} baud, the board allows ${limits.baud}`,
      );
  }
}

/** One line about an image: its figures, each with its change since the last build (`before`) where it changed. */
export function figuresLine(image: ImageSize, before: ImageSize | undefined): string {
  const figure = (key: 'bytes' | 'functionVariables' | 'callDepth' | 'callDepthBare'): string => {
    const change = image[key] - (before?.[key] ?? image[key]);
    return `${image[key]}${change ? ` (${change > 0 ? '+' : ''}${change})` : ''}`;
  };
  const name = `${image.board}/hsm-${image.role}.js`;
  const depth = `calls ${figure('callDepth')} deep, ${figure('callDepthBare')} without native hashes`;
  return `${name} ${figure('bytes')} bytes, functions hold ${figure('functionVariables')} variables, ${depth}`;
}
