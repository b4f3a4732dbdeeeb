// The genuine interpreter's board.
import type { EspruinoBoardOptions, SimBoard } from './types';

export declare function createEspruinoBoard(options: EspruinoBoardOptions): SimBoard;
