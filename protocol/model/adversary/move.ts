// A move of the adversary, as data: how much it is liked, when it can be made, what it does.
import type { World } from '../world';

export interface Move {
  name: string;
  /** Its share among the moves that can be made. */
  weight: number;
  /** Without it the move can always be made. */
  can?(world: World, account: number): boolean;
  run(world: World, account: number): void;
}
