// V-Device of the model: what it has authorised, what it knows of each number, and how it notices that it is older
// than what it hears.
import { HOUR_MS, NUMBER_AHEAD_MS } from '../../time';
import type { BoardAccount, Debt, Item, VState } from '../state';
import { transactionsOf } from './chain';
import type { Receipt } from '../messages';
import { noteVStops } from '../promises';
import { renumber } from './website';
import { fresh, PUBLISHED, send, type World } from '../world';

/** Two `open` answers of the same start, this far apart, let V give a number up. */
const GIVE_UP_MS = 24 * HOUR_MS;

/** A V that is paired with an account. */
export function createV({ channel, incarnation, serial }: BoardAccount): VState {
  return {
    channel,
    nonce: 0,
    incarnation,
    highest: serial,
    base: serial,
    explained: new Set(),
    asking: new Set(),
    items: [],
    stopped: '',
  };
}

export function copyV(v: VState): VState {
  const items = v.items.map((item) => ({ ...item }));
  return { ...v, items, explained: new Set(v.explained), asking: new Set(v.asking) };
}

export const isOpen = (item: Item): boolean => item.state === 'open' || item.state === 'voiding';

function authorise(world: World, account: number, item: Item): void {
  const v = world.vs[account];
  const { number, content } = item;
  const { channel, highest } = v;
  send(world, {
    to: 'board',
    kind: 'post',
    account,
    number,
    content,
    isOrigin: true,
    channel,
    serial: highest,
    first: -1,
  });
}

/** V polls a booking, authorises it, and posts it. */
export function poll(world: World, account: number, debt: Debt): void {
  const v = world.vs[account];
  if (v.stopped || debt.state === 'sent' || debt.number > world.nowMs + NUMBER_AHEAD_MS) return;
  const known = v.items.find(
    ({ number, content }) => number === debt.number && (account !== PUBLISHED || content === debt.content),
  );
  if (known) return repost(world, account, known);
  // Where V numbers, what it does not know gets another number, whatever the row said.
  if (!world.rules.bookingNumbers) renumber(world, account, debt);
  const { number, content } = debt;
  const item: Item = { number, content, state: 'open', incarnation: v.incarnation };
  v.items.push(item);
  authorise(world, account, item);
}

/**
 * Authorises an open number again, under the channel of now. One that was authorised under an earlier incarnation is
 * authorised again only where the ledger of this incarnation has it as signed.
 */
export function repost(world: World, account: number, item: Item): void {
  const v = world.vs[account];
  const { receipt } = item;
  const isRecorded = receipt?.state === 'signed' && receipt.incarnation === v.incarnation;
  if (!v.stopped && item.state === 'open' && (isRecorded || item.incarnation === v.incarnation))
    authorise(world, account, item);
}

/** Asks what is known of every open number. */
export function ask(world: World, account: number): void {
  const { channel, items } = world.vs[account];
  for (const { number } of items.filter(isOpen)) send(world, { to: 'board', kind: 'status', account, number, channel });
}

/** Gives a number up: written first, and not posted any more. */
export function giveUp(world: World, account: number, item: Item): void {
  if (!isOpen(item)) return;
  item.state = 'voiding';
  send(world, { to: 'board', kind: 'void', account, number: item.number, channel: world.vs[account].channel });
}

export function openChannel(world: World, account: number): void {
  const nonce = (world.vs[account].nonce = fresh(world));
  send(world, { to: 'board', kind: 'exchange', account, nonce });
}

export function takeAccept(
  world: World,
  accept: { account: number; nonce: number; channel: number; incarnation: number },
): void {
  const v = world.vs[accept.account];
  if (accept.nonce !== v.nonce) return;
  v.nonce = 0;
  v.channel = accept.channel;
  if (accept.incarnation === v.incarnation) v.items.forEach((item) => repost(world, accept.account, item));
  else stop(world, accept.account, 'incarnation');
}

function stop(world: World, account: number, why: 'incarnation' | 'restored'): void {
  if (!world.vs[account].stopped) noteVStops(world, account, why);
  world.vs[account].stopped = why;
}

/** V's operator goes on: with the board's incarnation and serial as they are shown. */
export function goOnV(world: World, account: number): void {
  const v = world.vs[account];
  const { incarnation, serial } = world.board.accounts[account];
  const isSame = incarnation === v.incarnation;
  v.incarnation = incarnation;
  v.highest = isSame ? Math.max(v.highest, serial) : serial;
  v.base = v.highest;
  v.explained.clear();
  v.asking.clear();
  v.stopped = '';
}

/** Answers the challenge of a start, stopped or not. A hacked V claims what it likes. */
export function answerChallenge(
  world: World,
  challenge: { account: number; start: number; channel: number },
  serial = world.vs[challenge.account].highest,
): void {
  const { account, start } = challenge;
  const { channel, incarnation } = world.vs[account];
  if (challenge.channel === channel)
    send(world, { to: 'board', kind: 'word', account, start, serial, channel, incarnation });
}

export function vTakes(world: World, receipt: Receipt): void {
  const v = world.vs[receipt.account];
  if (receipt.channel !== v.channel) return;
  if (receipt.incarnation !== v.incarnation) return stop(world, receipt.account, 'incarnation');
  const item = v.items.find(({ number }) => number === receipt.number);
  hearSerial(world, receipt, item !== undefined);
  if (!item || !isOpen(item)) return;
  if (receipt.state === 'open') return hearOpen(world, receipt, item);
  item.receipt = receipt;
  item.state = stateAfter(world, receipt, item);
}

function stateAfter(world: World, receipt: Receipt, item: Item): Item['state'] {
  if (receipt.state !== 'signed') return receipt.state;
  if (receipt.content !== item.content) return 'void';
  // Recorded and never void any more, yet V has no signatures to verify: it posts the number again, voiding or not.
  return transactionsOf(world, receipt.account, receipt.number).length > 0 ? 'signed' : 'open';
}

/** V reports what it knows to the website. */
export function report(world: World, account: number): void {
  for (const { receipt } of world.vs[account].items) if (receipt) send(world, { ...receipt, to: 'website' });
}

/** Two `open` answers of one start, a day apart, end in a void; so does a number that is being voided. */
function hearOpen(world: World, receipt: Receipt, item: Item): void {
  if (item.open?.start !== receipt.start) item.open = { start: receipt.start, atMs: world.nowMs };
  if (item.state === 'voiding' || world.nowMs - item.open.atMs >= GIVE_UP_MS) giveUp(world, receipt.account, item);
}

function hearSerial(world: World, receipt: Receipt, isKnown: boolean): void {
  const v = world.vs[receipt.account];
  if (receipt.serial > v.highest) {
    v.highest = receipt.serial;
    v.items.filter(isOpen).forEach(({ number }) => v.asking.add(number));
    ask(world, receipt.account);
  }
  const isDecided = receipt.state === 'signed' || receipt.state === 'void';
  if (isDecided) v.explained.add(receipt.serial);
  // An answer from before the higher serial says nothing of what came since.
  if (isDecided || receipt.serial >= v.highest) v.asking.delete(receipt.number);
  if ((isDecided && !isKnown && receipt.serial > v.base) || (v.asking.size === 0 && hasGap(v)))
    stop(world, receipt.account, 'restored');
}

function hasGap(v: VState): boolean {
  for (let serial = v.base + 1; serial <= v.highest; serial++) if (!v.explained.has(serial)) return true;
  return false;
}
