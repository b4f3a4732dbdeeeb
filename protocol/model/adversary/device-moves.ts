// What happens to the devices: tasks go on or are cut, operators go on, older states come back, a V is hacked.
import { DAY_MS } from '../../time';
import {
  copyBoard,
  createBoard,
  cutPower,
  goOnAccount,
  goOnBoard,
  markOf,
  takeHotWord,
  unlock,
} from '../machines/board';
import { replaceHot } from '../machines/hot';
import { retireOldest } from '../machines/ledger';
import { stepTask } from '../machines/signing';
import { answerChallenge, copyV, goOnV } from '../machines/vdevice';
import { HACKED_V, PUBLISHED, send, type Stale, type World } from '../world';
import type { Move } from './move';

/** An account keeps its numbers at least so long. */
const KEEP_MS = 3 * DAY_MS;
/** How far beyond the truth a hacked V's serial may be. */
const CLAIMS = 4;

/** One device at a time may be older than what is known of it. */
const mayGetOlder = (world: World): boolean => world.scenario === 'flash' && world.stale === undefined;

/** Its operator has gone on: the device is up to date again. */
function noLongerStale(world: World, who: Stale): void {
  if (world.stale === who) world.stale = undefined;
}

export const BOARD_MOVES: Move[] = [
  { name: 'the task goes on', weight: 20, can: ({ board }) => board.task !== undefined, run: stepTask },
  { name: 'power lost', weight: 1.5, can: ({ board }) => board.isUnlocked, run: ({ board }) => cutPower(board) },
  { name: 'unlock', weight: 8, can: ({ board }) => !board.isUnlocked, run: unlock },
  {
    name: 'HSM-Hot tells its counter',
    weight: 6,
    can: ({ board }) => board.isUnlocked && !board.hasHotWord,
    run: takeHotWord,
  },
  {
    name: 'the oldest number is retired',
    weight: 4,
    can: ({ board }) => board.task === undefined,
    run: ({ board, nowMs }, account) => void retireOldest(board.accounts[account].ledger, nowMs - KEEP_MS),
  },
  {
    name: 'the console goes on',
    weight: 3,
    can: ({ board }) => board.isStopped,
    run: (world) => {
      goOnBoard(world);
      noLongerStale(world, 'board');
    },
  },
  {
    name: 'the console goes on with an account',
    weight: 3,
    can: ({ board }, account) => board.accounts[account].isStopped,
    run: goOnAccount,
  },
  {
    name: "V's operator goes on",
    weight: 4,
    can: ({ vs }, account) => vs[account].stopped !== '',
    run: (world, account) => {
      goOnV(world, account);
      noLongerStale(world, account as 0 | 1 | 2);
    },
  },
];

export const STATE_MOVES: Move[] = [
  { name: 'the flash is copied', weight: 1.5, run: (world) => void (world.copies.board = copyBoard(world.board)) },
  {
    name: 'the flash is written back',
    weight: 2,
    can: (world) => mayGetOlder(world) && world.copies.board !== undefined,
    run: (world) => {
      world.board = copyBoard(world.copies.board!);
      cutPower(world.board);
      world.stale = 'board';
    },
  },
  {
    name: 'the board is restored from words',
    weight: 0.3,
    can: (world) => mayGetOlder(world) || world.stale === 'board',
    run: (world) => {
      world.board = createBoard(world, markOf(world));
      world.stale = undefined;
    },
  },
  {
    name: "V's state is copied",
    weight: 0.8,
    run: (world, account) => void (world.copies.vs[account] = copyV(world.vs[account])),
  },
  {
    name: 'V is restored',
    weight: 0.6,
    can: (world, account) => mayGetOlder(world) && world.copies.vs[account] !== undefined && account !== PUBLISHED,
    run: (world, account) => {
      world.vs[account] = copyV(world.copies.vs[account]!);
      world.stale = account as 0 | 1;
    },
  },
  { name: 'HSM-Hot is replaced', weight: 0.8, can: mayGetOlder, run: replaceHot },
];

const isHacked = (_world: World, account: number): boolean => account === HACKED_V;

export const HACKED_MOVES: Move[] = [
  {
    name: 'the hacked V claims a serial',
    weight: 4,
    can: isHacked,
    run: (world, account) => {
      const { start, accounts } = world.board;
      const { channel, serial } = accounts[account];
      world.vs[account].channel = channel;
      const claimed = serial + Math.floor(world.draws.fraction() * CLAIMS);
      answerChallenge(world, { account, start, channel }, claimed);
    },
  },
  {
    name: 'the hacked V invents a request',
    weight: 2,
    can: isHacked,
    run: (world, account) => {
      const { channel } = world.board.accounts[account];
      const [number, content] = [Math.floor(world.nowMs), 'invented'];
      const authority = { account, number, content, isOrigin: false, channel, serial: 0, first: -1 };
      send(world, { to: 'board', kind: 'post', ...authority });
    },
  },
];
