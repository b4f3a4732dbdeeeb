// The Node engine's board.
import type { SimBoard, SimBoardOptions } from './types';

export declare function createNodeBoard(options: SimBoardOptions): SimBoard;
