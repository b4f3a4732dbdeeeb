// The lies end: everybody does what is right, every message arrives, and operators go on where something has stopped.
// Every number must end: by itself, or by an operator's word where it is `old` or its coin never was or is gone.
import { DAY_MS, HOUR_MS } from '../../time';
import { goOnAccount, goOnBoard, takeHotWord, unlock } from '../machines/board';
import { isConfirmed, mayPay, mine, transactionsOf } from '../machines/chain';
import { deliver } from './deliver';
import { stepTask } from '../machines/signing';
import { ask, goOnV, openChannel, poll, report, repost } from '../machines/vdevice';
import { release } from '../machines/website';
import type { Debt } from '../state';
import { ACCOUNTS, HACKED_V, PUBLISHED, type World } from '../world';

const ROUNDS = 10;
const STEPS_OF_A_TASK = 3;

/** Delivers everything that is sent from here on, in order. The board ends its task after each message. */
function deliverAll(world: World, from: number): void {
  for (let at = from; at < world.messages.length; at++) {
    deliver(world, world.messages[at]);
    for (let step = 0; step < STEPS_OF_A_TASK; step++) stepTask(world);
  }
}

/** Operators go on, channels open, witnesses answer. */
function wakeAll(world: World): void {
  const { board } = world;
  if (!board.isUnlocked) unlock(world);
  takeHotWord(world);
  if (board.isStopped) goOnBoard(world);
  board.accounts.forEach((account, at) => {
    if (account.isStopped) goOnAccount(world, at);
    const v = world.vs[at];
    if (v.stopped || v.incarnation !== account.incarnation) goOnV(world, at);
    if (at !== PUBLISHED && (v.channel !== account.channel || !account.hasWord)) openChannel(world, at);
  });
}

/** A debt whose number an operator has to end, and why that is right; undefined where it ends by itself. */
function needsOperator(world: World, account: number, debt: Debt): boolean {
  const item = world.vs[account].items.find(({ number }) => number === debt.number);
  if (item?.state === 'old') return true;
  const places = transactionsOf(world, account, debt.number);
  return places.length > 0 && places.every((at) => !mayPay(world, at));
}

const isEnded = (world: World, account: number, debt: Debt): boolean =>
  debt.state === 'sent' && transactionsOf(world, account, debt.number).some((at) => isConfirmed(world, at));

/** Accounts whose V does what is right. */
const honestAccounts = (world: World): number[] =>
  Array.from({ length: ACCOUNTS }, (_, account) => account).filter(
    (account) => account !== PUBLISHED && !(world.scenario === 'v' && account === HACKED_V),
  );

function playRound(world: World): void {
  let from = world.messages.length;
  wakeAll(world);
  deliverAll(world, from);
  from = world.messages.length;
  for (const account of honestAccounts(world)) {
    world.websites[account].debts.forEach((debt) => poll(world, account, debt));
    world.vs[account].items.forEach((item) => repost(world, account, item));
    ask(world, account);
    report(world, account);
  }
  deliverAll(world, from);
  world.chain.signed.forEach((_, at) => void mine(world, at));
  for (const account of honestAccounts(world))
    for (const debt of world.websites[account].debts)
      if (needsOperator(world, account, debt)) release(world, account, debt);
  world.nowMs += DAY_MS + HOUR_MS;
}

/** Ends the lies, and notes every number that does not end. */
export function settle(world: World): void {
  world.isLying = false;
  if (world.board.isUnlocked) unlock(world);
  const open = (): boolean =>
    honestAccounts(world).some((account) =>
      world.websites[account].debts.some((debt) => !isEnded(world, account, debt)),
    );
  for (let round = 0; round < ROUNDS && open() && !world.broken.length; round++) playRound(world);
  if (open() && !world.broken.length) world.broken.push('a number never ends');
}
