// HSM-Hot as a witness: the highest counter that it has relayed, and the board's incarnation.
import type { World } from '../world';

/** A counter of another incarnation says nothing. */
export function hotHears(world: World, counter: number, incarnation: number): void {
  if (world.rules.hotKnowsIncarnation && incarnation !== world.hot.incarnation) return;
  world.hot.counter = Math.max(world.hot.counter, counter);
}

/** A new HSM-Hot. Its operator types what the board's console shows: counter and incarnation. */
export function replaceHot(world: World): void {
  const { counter, incarnation } = world.board;
  world.hot = { counter: world.rules.newHotTakesCounter ? counter : 0, incarnation };
}
