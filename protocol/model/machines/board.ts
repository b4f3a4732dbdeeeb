// HSM-Cold of the model: accounts with ledger, serial and incarnation, and sessions with the words of the witnesses.
import { NUMBER_AHEAD_MS } from '../../time';
import type { BoardAccount, BoardState } from '../state';
import { copyLedger } from './ledger';
import { ACCOUNTS, fresh, HACKED_V, PUBLISHED, send, type Source, type World } from '../world';

/** An account's first serial is one of so many, at random. */
const SERIALS = 1000;

/** The mark of an account that begins anew at this moment. */
export function markOf(world: World): number {
  if (!world.rules.restoreSetsMarks) return 0;
  return world.nowMs + (world.rules.marksCoverAhead ? NUMBER_AHEAD_MS : 0);
}

/** A board from the factory, or from its words with the mark of that moment: it knows nothing of what was signed. */
export function createBoard(source: Source, mark: number): BoardState {
  const account = (): BoardAccount => ({
    ledger: { mark, records: new Map() },
    serial: 1 + Math.floor(source.draws.fraction() * SERIALS),
    incarnation: fresh(source),
    channel: fresh(source),
    hasWord: false,
    isStopped: false,
  });
  const accounts = Array.from({ length: ACCOUNTS }, account);
  const session = { start: 0, isUnlocked: false, hasHotWord: false, isStopped: false };
  return { counter: 0, incarnation: fresh(source), ...session, accounts };
}

export function copyBoard(board: BoardState): BoardState {
  const accounts = board.accounts.map((account) => ({ ...account, ledger: copyLedger(account.ledger) }));
  return { ...board, accounts, task: undefined };
}

/** Power lost: the session and what has not been written are gone. */
export function cutPower(board: BoardState): void {
  Object.assign(board, { isUnlocked: false, hasHotWord: false, start: 0, task: undefined });
  for (const account of board.accounts) account.hasWord = false;
}

/** The operator unlocks: a new start, which challenges its witnesses. */
export function unlock(world: World): void {
  const { board } = world;
  cutPower(board);
  board.isUnlocked = true;
  board.start = fresh(world);
  board.accounts.forEach(({ channel }, account) => {
    if (account !== PUBLISHED) send(world, { to: 'v', kind: 'challenge', account, start: board.start, channel });
  });
}

/** The console goes on with the PIN, against HSM-Hot's word: all accounts begin anew, and HSM-Hot is told. */
export function goOnBoard(world: World): void {
  const { board } = world;
  board.counter = Math.max(board.counter, world.hot.counter);
  board.incarnation = fresh(world);
  world.hot = { counter: board.counter, incarnation: board.incarnation };
  board.isStopped = false;
  board.accounts.forEach((_, account) => beginAnew(world, account));
}

/** The console goes on with one account, whose V knows a higher serial. */
export function goOnAccount(world: World, account: number): void {
  world.board.accounts[account].isStopped = false;
  if (world.rules.ownIncarnation) beginAnew(world, account);
  else world.board.accounts.forEach((_, each) => beginAnew(world, each));
}

function beginAnew(world: World, account: number): void {
  const each = world.board.accounts[account];
  each.incarnation = fresh(world);
  each.ledger.mark = Math.max(each.ledger.mark, markOf(world));
}

export const isAtWork = ({ board }: World, account: number): boolean =>
  board.isUnlocked && !board.isStopped && !board.accounts[account].isStopped;

/** V's word: the highest serial that it has seen, for the challenge of this start. */
export function takeWord(
  world: World,
  word: { account: number; start: number; serial: number; channel: number; incarnation: number },
): void {
  const account = world.board.accounts[word.account];
  if (!world.board.isUnlocked || word.start !== world.board.start) return;
  if (word.channel !== account.channel || word.incarnation !== account.incarnation) return;
  judgeSerial(world, word.account, word.serial);
}

export function judgeSerial(world: World, at: number, serial: number): void {
  const account = world.board.accounts[at];
  if (serial <= account.serial) account.hasWord = true;
  else if (world.rules.ownAccountOnly) account.isStopped = true;
  else {
    world.board.isStopped = true;
    if (world.scenario === 'v' && at === HACKED_V) world.broken.push('the board is stopped by a hacked V');
  }
}

/** HSM-Hot's word. A board that is behind it, or of another incarnation, stops. */
export function takeHotWord(world: World): void {
  const { board, hot } = world;
  if (!board.isUnlocked) return;
  const isOther = world.rules.hotKnowsIncarnation && hot.incarnation !== board.incarnation;
  if (world.rules.hotIsWitness && (isOther || hot.counter > board.counter)) board.isStopped = true;
  else board.hasHotWord = true;
}

/** V opens a channel. */
export function takeExchange(world: World, open: { account: number; nonce: number }): void {
  const account = world.board.accounts[open.account];
  account.channel = fresh(world);
  const { channel, incarnation, serial } = account;
  send(world, { to: 'v', kind: 'accept', account: open.account, nonce: open.nonce, channel, incarnation, serial });
  const { start, isUnlocked } = world.board;
  if (isUnlocked && !account.hasWord)
    send(world, { to: 'v', kind: 'challenge', account: open.account, start, channel });
}
