// Starts the duties of the API and pokes those that can go on after another one.

import { fail } from '../../../protocol/errors';
import type { NetworkName } from '../../bitcoin/network';
import type { Rpc } from '../../bitcoin/rpc';
import { extendAll } from '../accounts/derivation';
import type { Context } from '../context';
import { broadcastSigned, markFinal } from '../payments/broadcaster';
import type { FeeEstimate } from '../payments/fees';
import { ringForDueJobs } from '../payments/jobs';
import { createPlanner } from '../payments/planner';
import { DUTIES, DUTY_NAMES, type DutyName } from './declared';
import { startDuty, type Duty, type DutyOptions, type DutyState } from './duty';
import { createLeader, STANDBY_MS, type Leader } from './leader';

/** Work that nothing on the chain asked for is looked for once in so many rounds. */
const IDLE_ROUNDS = 10;
/** What `getblockchaininfo` calls the chains of each network. */
const CHAIN_NAMES = { main: ['main'], test: ['test', 'testnet4', 'signet'], regtest: ['regtest'] };

export interface Duties {
  /** Each duty once, now, in their order; the first error is thrown when all have had their turn. */
  sync(): Promise<void>;
  /** The chain may have changed. */
  poke(): void;
  /** One duty may have work now. */
  pokeOne(name: DutyName): void;
  /** Payments alone, now. Never throws: their duties keep what went wrong. */
  advancePayments(): Promise<void>;
  /** Counts what was done outside of a duty's own turns. */
  note(name: DutyName, error?: unknown): void;
  states(): DutyState[];
  stop(): Promise<void>;
}

/** Throws `wrong-chain` when the node follows another network: its coins and heights would mean nothing here. */
export async function requireChain(rpc: Rpc, network: NetworkName): Promise<true> {
  const { chain } = await rpc.call<{ chain: string }>('getblockchaininfo');
  if (!CHAIN_NAMES[network].includes(chain))
    throw fail(
      'wrong-chain',
      `the node follows ${chain}, this API is for ${network}: start it with the node of that network`,
    );
  return true;
}

type Work = Pick<DutyOptions, 'work' | 'pauseMs'>;
type Works = { [name in DutyName]: Work };

export interface Others {
  fees: FeeEstimate;
  /** Notifies endpoints of webhooks; resolves to true while messages are left. */
  notify(): Promise<boolean>;
}

/** As `work` for the process that leads; the others look often whether they lead. */
function byLeader(leader: Leader, { work, pauseMs }: Work): Work {
  return {
    pauseMs: () => (leader.isHeld() ? pauseMs() : Math.min(STANDBY_MS, pauseMs())),
    work: async () => ((await leader.isLeading()) ? work() : false),
  };
}

/** What each duty does, and how long it pauses then. `wake`: these may have work now. */
function worksOf(
  context: Context,
  { fees, notify }: Others,
  pollMs: number,
  wake: (...names: DutyName[]) => void,
): Works {
  const { rpc, network, log, follower } = context;
  let isRightChain = false;
  let left = 1;
  let areLeft = true;
  const requireRightChain = async (): Promise<void> => void (isRightChain ||= await requireChain(rpc, network));
  const often = (): number => pollMs;
  const seldom = (): number => IDLE_ROUNDS * pollMs;
  return {
    fees: { pauseMs: often, work: () => fees.refresh() },
    blocks: {
      pauseMs: often,
      async work() {
        await requireRightChain();
        const { connected, disconnected } = await follower.followBlocks();
        if (disconnected > 0) log.warn(`the chain was reorganised: ${disconnected} blocks left it`);
        if (connected + disconnected > 0) wake('mempool', 'planning', 'broadcasting', 'burying', 'webhooks');
      },
    },
    mempool: {
      pauseMs: often,
      async work() {
        await requireRightChain();
        if (await follower.followMempool()) wake('planning', 'broadcasting', 'webhooks');
      },
    },
    deriving: { pauseMs: seldom, work: async () => void (await extendAll(context)) },
    planning: { pauseMs: seldom, work: createPlanner(context) },
    jobs: { pauseMs: seldom, work: () => ringForDueJobs(context) },
    broadcasting: {
      pauseMs: () => (left > 0 ? often() : seldom()),
      async work() {
        await requireRightChain();
        left = await broadcastSigned(context);
        wake('webhooks');
      },
    },
    burying: { pauseMs: seldom, work: () => markFinal(context) },
    webhooks: {
      pauseMs: () => (areLeft ? often() : seldom()),
      work: async () => void (areLeft = await notify()),
    },
  };
}

/** Starts them; each one's first turn comes after a pause. */
export function startDuties(context: Context, others: Others, pollMs: number): Duties {
  const { db, log, runtime } = context;
  const wake = (...names: DutyName[]): void => names.forEach((name) => duties[name].poke());
  const works = worksOf(context, others, pollMs, wake);
  const leader = createLeader(db, runtime, () => {
    if (db.dialect === 'postgres') log.info('this process follows the chain from now on');
    wake(...DUTY_NAMES);
  });
  const workOf = (name: DutyName): Work => (DUTIES[name].isLeaders ? byLeader(leader, works[name]) : works[name]);
  const duties = Object.fromEntries(
    DUTY_NAMES.map((name) => [name, startDuty({ name, runtime, log, ...workOf(name) })]),
  ) as { [name in DutyName]: Duty };

  async function each(names: readonly DutyName[]): Promise<void> {
    const errors: unknown[] = [];
    for (const name of names) await duties[name].run().catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw errors[0];
  }

  return {
    sync: () => each(DUTY_NAMES),
    poke: () => wake('blocks', 'mempool'),
    pokeOne: (name) => duties[name].poke(),
    async advancePayments() {
      for (const name of ['planning', 'broadcasting'] as const)
        await works[name].work().catch((error: unknown) => duties[name].note(error));
    },
    note: (name, error) => duties[name].note(error),
    states: () => DUTY_NAMES.map((name) => duties[name].state()),
    async stop() {
      for (const name of DUTY_NAMES) await duties[name].stop();
      await leader.release();
    },
  };
}
