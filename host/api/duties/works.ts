// What each duty does, and how long it pauses then.

import { fail } from '../../../protocol/errors';
import type { NetworkName } from '../../bitcoin/network';
import type { Rpc } from '../../bitcoin/rpc';
import { createFollower } from '../../chain/follower';
import { createMempoolFollower } from '../../chain/mempool';
import { createRescanner } from '../../chain/rescan';
import { extendAccounts } from '../accounts/derivation';
import type { Context } from '../context';
import { broadcastSigned, markFinal } from '../payments/broadcaster';
import type { FeeEstimate } from '../payments/fees';
import { ringForDueJobs } from '../payments/jobs';
import { createPlanner } from '../payments/planner';
import type { DutyName } from './declared';
import type { DutyOptions } from './duty';

/** Work that nothing on the chain asked for is looked for once in so many rounds. */
const IDLE_ROUNDS = 10;
/** What `getblockchaininfo` calls the chains of each network. */
const CHAIN_NAMES = { main: ['main'], test: ['test', 'testnet4', 'signet'], regtest: ['regtest'] };

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

export type Work = Pick<DutyOptions, 'work' | 'pauseMs'>;
type Works = { [name in DutyName]: Work };
type ChainDuty = 'blocks' | 'mempool' | 'deriving' | 'rescanning';

export interface Others {
  fees: FeeEstimate;
  /** Notifies endpoints of webhooks; resolves to true while messages are left. */
  notify(): Promise<boolean>;
}

/** How the works see each other and the time. */
interface Pace {
  /** These may have work now. */
  wake(...names: DutyName[]): void;
  requireRightChain(): Promise<void>;
  often(): number;
  seldom(): number;
}

/** Works of all duties. `wake`: these may have work now. */
export function worksOf(context: Context, others: Others, pollMs: number, wake: (...names: DutyName[]) => void): Works {
  let isRightChain = false;
  const requireRightChain = async (): Promise<void> =>
    void (isRightChain ||= await requireChain(context.rpc, context.network));
  const pace = { wake, requireRightChain, often: () => pollMs, seldom: () => IDLE_ROUNDS * pollMs };
  return { ...chainWorks(context, pace), ...paymentWorks(context, others, pace) };
}

function chainWorks(context: Context, { wake, requireRightChain, often, seldom }: Pace): Pick<Works, ChainDuty> {
  const { log, chain, runtime } = context;
  const follower = createFollower(chain);
  const mempool = createMempoolFollower(chain);
  const rescanner = createRescanner(chain, follower, () => extendUsed(context));
  const isBehind = { blocks: false, rescanning: false };
  let allExtendedAtMs = -Infinity;
  return {
    blocks: {
      pauseMs: () => (isBehind.blocks ? 0 : often()),
      async work() {
        await requireRightChain();
        isBehind.blocks = false;
        const round = await follower.follow();
        const { connected, disconnected } = round;
        isBehind.blocks = round.isBehind;
        if (disconnected > 0) log.warn(`the chain was reorganised: ${disconnected} blocks left it`);
        if (connected + disconnected > 0) wake('mempool', 'planning', 'broadcasting', 'burying', 'webhooks');
      },
    },
    mempool: {
      pauseMs: often,
      async work() {
        await requireRightChain();
        if (await mempool.follow()) wake('planning', 'broadcasting', 'webhooks');
      },
    },
    deriving: {
      pauseMs: seldom,
      async work() {
        if (runtime.nowMs() - allExtendedAtMs < seldom()) return extendUsed(context);
        await extendAccounts(context); // other processes have their accounts too
        allExtendedAtMs = runtime.nowMs();
      },
    },
    rescanning: {
      pauseMs: () => (isBehind.rescanning ? 0 : often()),
      async work() {
        await requireRightChain();
        isBehind.rescanning = false;
        const round = await rescanner.work();
        isBehind.rescanning = round.isBehind;
        if (round.read > 0) wake('mempool', 'planning', 'broadcasting', 'webhooks');
      },
    },
  };
}

function paymentWorks(
  context: Context,
  { fees, notify }: Others,
  { wake, requireRightChain, often, seldom }: Pace,
): Omit<Works, ChainDuty> {
  const afterOthers = context.db.dialect === 'postgres' ? often : seldom; // they cannot poke this process
  let left = 1;
  let areLeft = true;
  return {
    fees: { pauseMs: often, work: () => fees.refresh() },
    planning: { pauseMs: afterOthers, work: createPlanner(context) },
    jobs: { pauseMs: seldom, work: () => ringForDueJobs(context) },
    broadcasting: {
      pauseMs: () => (left > 0 ? often() : afterOthers()),
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

/** Derives for the accounts that were used since the last time. */
async function extendUsed(context: Context): Promise<void> {
  const accounts = new Set(context.used);
  context.used.clear();
  try {
    await extendAccounts(context, accounts);
  } catch (error) {
    for (const account of accounts) context.used.add(account);
    throw error;
  }
}
