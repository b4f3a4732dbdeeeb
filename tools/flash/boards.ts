// The boards that there are, as data: what each folder of boards/ says of itself in its board.ts. A new folder is found
// by itself.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fail } from '../../protocol/errors';
import type { BoardData } from '../../boards/board';

const FOLDER = path.join(__dirname, '..', '..', 'boards');

export const BOARDS: BoardData[] = fs
  .readdirSync(FOLDER)
  .sort()
  .filter((name) => fs.existsSync(path.join(FOLDER, name, 'board.js')))
  .map((name) => (require(path.join(FOLDER, name, 'board.js')) as { BOARD: BoardData }).BOARD);

/** The board of that folder. Throws code `wrong-board`. */
export function boardNamed(name: string): BoardData {
  const board = BOARDS.find((candidate) => candidate.name === name);
  if (!board)
    throw fail(
      'wrong-board',
      `there is no board "${name}": choose one of ${BOARDS.map((each) => each.name).join(', ')}`,
    );
  return board;
}
