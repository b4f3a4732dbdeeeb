// The boards that there are, as data: what the folders of boards/ say of themselves.
import { fail } from '../../protocol/errors';
import type { BoardData } from '../../boards/board';
import { BOARD as ESP32_SIM800L } from '../../boards/esp32-sim800l/board';
import { BOARD as LINUX } from '../../boards/linux/board';
import { BOARD as TTGO_T_CALL } from '../../boards/ttgo-t-call/board';

export const BOARDS: BoardData[] = [ESP32_SIM800L, TTGO_T_CALL, LINUX];

/** The board of that folder. Throws code `wrong-board`. */
export function boardNamed(name: string): BoardData {
  const board = BOARDS.find((candidate) => candidate.name === name);
  if (!board) throw fail('wrong-board', `there is no board "${name}": choose one of ${BOARDS.map((each) => each.name).join(', ')}`);
  return board;
}
