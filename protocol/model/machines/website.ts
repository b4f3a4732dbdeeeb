// The website of the model: debts, each booked under a number, and booked again only when the number is void or its
// operator has released it.
import type { Debt, WebsiteState } from '../state';
import { HACKED_V, type World } from '../world';
import type { Receipt } from '../messages';

export const createWebsite = (aheadMs: number): WebsiteState => ({
  debts: [],
  lastNumber: 0,
  aheadMs,
  voids: new Set(),
});

function nextNumber(world: World, website: WebsiteState): number {
  return (website.lastNumber = Math.max(Math.floor(world.nowMs + website.aheadMs), website.lastNumber + 1));
}

export function book(world: World, account: number): void {
  const website = world.websites[account];
  const content = `${account}/${website.debts.length}`;
  const number = nextNumber(world, website);
  website.debts.push({ content, number, state: 'booked', isCancelled: false, isReleased: false });
}

/** A published site that starts its ids again: a new debt under a number that was given. */
export function bookUsed(world: World, account: number, used: Debt): void {
  const { debts } = world.websites[account];
  debts.push({ ...used, content: `${account}/${debts.length}`, state: 'booked' });
}

/** The number that V gives a booking, where V gives it. */
export function renumber(world: World, account: number, debt: Debt): void {
  debt.number = nextNumber(world, world.websites[account]);
}

/** The shop owes it still: the same debt under a new number. */
function bookAgain(world: World, account: number, debt: Debt): void {
  debt.number = nextNumber(world, world.websites[account]);
  debt.isCancelled = false;
}

/** A receipt, which carries the origin tag, for the number under which a debt is booked now. */
export function websiteTakes(world: World, receipt: Receipt): void {
  const debt = world.websites[receipt.account].debts.find(({ number }) => number === receipt.number);
  if (!debt || debt.state === 'sent') return;
  if (receipt.state === 'void') return bookAgain(world, receipt.account, debt);
  if (receipt.state === 'signed') {
    if (receipt.content === debt.content) debt.state = 'sent';
    else bookAgain(world, receipt.account, debt);
  }
}

/** The API, or a hacked V, says that a payment has failed. */
export function websiteHears(world: World, account: number, debt: Debt): void {
  const believes = !world.rules.receiptsOnly && (account !== HACKED_V || world.scenario === 'v');
  if (believes && debt.state === 'booked') bookAgain(world, account, debt);
}

/** The shop's operator gives a number up: it may be paid twice. */
export function release(world: World, account: number, debt: Debt): void {
  debt.isReleased = true;
  debt.state = 'booked';
  bookAgain(world, account, debt);
}
