// The API's own duties, round after round: follow the chain, then give queued requests their coins, send what is
// signed, mark what is buried. Each duty fails alone; a failure is reported once and tried again in the next round.

import { fail } from '../../protocol/errors';
import type { NetworkName } from '../bitcoin/network';
import type { Rpc } from '../bitcoin/rpc';
import { repeat, type Repeater } from '../kit/repeat';
import type { Context } from './context';
import { broadcastSigned, markFinal } from './payments/broadcaster';
import type { FeeEstimate } from './payments/fees';
import { planQueued } from './payments/planner';

/** With nothing new on the chain the database is looked at once in so many rounds. */
const IDLE_ROUNDS = 10;
/** What `getblockchaininfo` calls the chains of each network. */
const CHAIN_NAMES = { main: ['main'], test: ['test', 'testnet4', 'signet'], regtest: ['regtest'] };

export interface ChainLoop {
  /** One whole round now; its first error is thrown. */
  sync(): Promise<void>;
  /** The next round begins now. */
  poke(): void;
  /** Payments alone, between two rounds; their errors are reported. */
  advancePayments(): Promise<void>;
  stop(): Promise<void>;
}

/** Throws `wrong-chain` when the node follows another network: its coins and heights would mean nothing here. */
async function requireChain(rpc: Rpc, network: NetworkName): Promise<true> {
  const { chain } = await rpc.call<{ chain: string }>('getblockchaininfo');
  if (!CHAIN_NAMES[network].includes(chain))
    throw fail(
      'wrong-chain',
      `the node follows ${chain}, this API is for ${network}: start it with the node of that network`,
    );
  return true;
}

/** Runs every duty; throws the first error when all have had their turn. */
async function runEach(duties: (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const duty of duties) await duty().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

/** Starts the rounds; the first one comes after a pause. */
export function startChainLoop(context: Context, fees: FeeEstimate, pollMs: number): ChainLoop {
  const { rpc, network, log } = context;
  let isRightChain = false;
  let left = 1;
  let idleRounds = 0;
  let lastProblem = '';

  const payments = (): Promise<void> =>
    runEach([
      () => planQueued(context),
      async () => void (left = await broadcastSigned(context)),
      () => markFinal(context),
    ]);

  async function follow(): Promise<void> {
    const rounds = idleRounds;
    idleRounds = 0; // stays so when following fails: payments have their turn all the same
    const result = await context.follower.follow();
    if (result.disconnected > 0) log.warn(`the chain was reorganised: ${result.disconnected} blocks left it`);
    if (result.mempoolProblem) throw result.mempoolProblem;
    idleRounds = result.changed || left > 0 ? 0 : rounds + 1;
  }

  async function round(): Promise<void> {
    isRightChain ||= await requireChain(rpc, network);
    await fees.refresh();
    await runEach([follow, async () => void (idleRounds % IDLE_ROUNDS === 0 && (await payments()))]);
    lastProblem = '';
  }

  function report(error: unknown): void {
    const { code = 'internal', message } = error as { code?: string; message: string };
    if (code !== lastProblem) log.warn(code === 'internal' ? `work stopped half way: ${message}` : message);
    lastProblem = code;
  }

  const loop: Repeater = repeat(context.runtime, () => pollMs, round, report);
  return {
    sync: () => loop.run(),
    poke: () => loop.poke(),
    advancePayments: () => loop.run(payments).catch(report),
    stop: () => loop.close(),
  };
}
