// What must hold whatever the adversary does. A promise that is broken is noted where it is.
import { mayPay } from './machines/chain';
import { HACKED_V, PUBLISHED, type World } from './world';

function broke(world: World, what: string): void {
  world.broken.push(what);
}

/** Numbers that were voided for ever, by account. */
const isVoid = (world: World, account: number, number: number): boolean => world.websites[account].voids.has(number);

/** A transaction leaves HSM-Cold: it pays what was booked, not what is void, and nothing twice. */
export function noteSigned(world: World, at: number): void {
  const tx = world.chain.signed[at];
  const website = world.websites[tx.account];
  if (tx.account !== PUBLISHED && isVoid(world, tx.account, tx.number)) broke(world, 'signed what is void');
  const debt = website.debts.find(({ content }) => content === tx.content);
  if (!debt) return broke(world, 'signed what nobody booked');
  if (
    world.chain.signed.some(
      (other) => other.account === tx.account && other.number === tx.number && other.content !== tx.content,
    )
  )
    broke(world, 'one number pays two debts');
  const coins = new Set<number>();
  world.chain.signed.forEach((other, place) => {
    if (other.account === tx.account && other.content === tx.content && mayPay(world, place)) coins.add(other.first);
  });
  if (coins.size > 1 && !debt.isReleased) broke(world, 'one debt can be paid twice');
}

/** HSM-Cold says for ever that a number is not paid. */
export function noteVoid(world: World, account: number, number: number): void {
  world.websites[account].voids.add(number);
  const wasSigned = world.chain.signed.some((tx) => tx.account === account && tx.number === number);
  if (wasSigned) broke(world, 'void of what was signed');
}

/** The V of an account stops: that is nobody else's doing. */
export function noteVStops(world: World, account: number, why: string): void {
  if (world.scenario === 'v' && account !== HACKED_V && why === 'incarnation')
    broke(world, 'a V is stopped by another account');
}
