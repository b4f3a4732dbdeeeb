// What the API and the networks do: they deliver late, twice, never and out of order, choose coins, and lie; and what
// customers do at bad moments.
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../time';
import { mine, newCoin } from '../machines/chain';
import { ask, giveUp, isOpen, openChannel, poll, report, repost } from '../machines/vdevice';
import { book, bookUsed, websiteHears } from '../machines/website';
import type { Debt } from '../state';
import { pick, PUBLISHED, type World } from '../world';
import { deliver } from './deliver';
import type { Move } from './move';

/** The adversary likes messages of the last so many best. */
const RECENT = 12;
/** Debts and items that moves are about: the last so many of an account. */
const LATEST = 4;
/** Debts that an account has open at most. */
const OPEN_MAX = 3;
const SPANS_MS = [MINUTE_MS, 20 * MINUTE_MS, 6 * HOUR_MS, 25 * HOUR_MS, 3 * DAY_MS];

const isPaired = (_world: World, account: number): boolean => account !== PUBLISHED;
const isSomethingSent = ({ messages }: World): boolean => messages.length > 0;
const bookedOf = (world: World, account: number): Debt[] =>
  world.websites[account].debts.filter(({ state }) => state === 'booked');

export const NETWORK_MOVES: Move[] = [
  {
    name: 'a recent message',
    weight: 26,
    can: isSomethingSent,
    run: (world) => deliver(world, pick(world, world.messages.slice(-RECENT))!),
  },
  {
    name: 'any message',
    weight: 8,
    can: isSomethingSent,
    run: (world) => deliver(world, pick(world, world.messages)!),
  },
  {
    name: 'time passes',
    weight: 5,
    run: (world) => void (world.nowMs += Math.floor(world.draws.fraction() * pick(world, SPANS_MS)!)),
  },
  { name: 'a coin', weight: 2, run: (world, account) => void newCoin(world, account, true) },
  { name: 'a coin that never was', weight: 0.3, run: (world, account) => void newCoin(world, account, false) },
  {
    name: 'a block',
    weight: 2,
    can: ({ chain }) => chain.signed.length > 0,
    run: (world) => void mine(world, Math.floor(world.draws.fraction() * world.chain.signed.length)),
  },
  {
    name: 'failed, says who is bad',
    weight: 2,
    can: (world, account) => isPaired(world, account) && bookedOf(world, account).length > 0,
    run: (world, account) => websiteHears(world, account, pick(world, bookedOf(world, account))!),
  },
];

export const CUSTOMER_MOVES: Move[] = [
  {
    name: 'a booking',
    weight: 4,
    can: (world, account) => bookedOf(world, account).length < OPEN_MAX,
    run: book,
  },
  {
    name: 'the published site starts its ids again',
    weight: 1,
    can: (world, account) => account === PUBLISHED && world.websites[account].debts.length > 0,
    run: (world, account) => bookUsed(world, account, pick(world, world.websites[account].debts.slice(-LATEST))!),
  },
  {
    name: 'V polls',
    weight: 8,
    can: (world, account) => bookedOf(world, account).length > 0,
    run: (world, account) => poll(world, account, pick(world, bookedOf(world, account))!),
  },
  {
    name: 'V posts again',
    weight: 3,
    can: (world, account) => world.vs[account].items.some(({ state }) => state === 'open'),
    run: (world, account) => repost(world, account, pick(world, world.vs[account].items.filter(isOpen))!),
  },
  { name: 'V asks', weight: 3, can: isPaired, run: ask },
  {
    name: 'the customer cancels',
    weight: 1.5,
    can: (world, account) => isPaired(world, account) && world.vs[account].items.some(isOpen),
    run: (world, account) => giveUp(world, account, pick(world, world.vs[account].items.filter(isOpen))!),
  },
  { name: 'V reports', weight: 1, can: isPaired, run: report },
  { name: 'V opens a channel', weight: 1.5, can: isPaired, run: openChannel },
];
