// Coins and signed transactions of the model. A transaction that was ever signed may be sent by whoever has it.
import type { Chain } from '../state';
import type { World } from '../world';

export const createChain = (): Chain => ({ coins: [], signed: [] });

/** A new coin: its place in the list. */
export function newCoin(world: World, account: number, isReal: boolean): number {
  return world.chain.coins.push({ account, isReal, spentBy: -1 }) - 1;
}

export const isConfirmed = (world: World, at: number): boolean =>
  world.chain.coins[world.chain.signed[at].first].spentBy === at;

/** True while the transaction may still be confirmed, or is. */
export function mayPay(world: World, at: number): boolean {
  const coin = world.chain.coins[world.chain.signed[at].first];
  return coin.isReal && (coin.spentBy < 0 || coin.spentBy === at);
}

/** Mines a transaction, unless its coin is gone or never was. */
export function mine(world: World, at: number): boolean {
  const coin = world.chain.coins[world.chain.signed[at].first];
  if (!coin.isReal || coin.spentBy >= 0) return false;
  coin.spentBy = at;
  return true;
}

/** Places in `signed` of a number's transactions. */
export function transactionsOf(world: World, account: number, number: number): number[] {
  return world.chain.signed.flatMap((tx, at) => (tx.account === account && tx.number === number ? [at] : []));
}
