// What the parts of the API share: database, node, clock, limits, log.

import type { NetworkName } from '../bitcoin/network';
import type { Rpc } from '../bitcoin/rpc';
import type { Chain } from '../chain/block';
import type { Log } from '../kit/log';
import type { Runtime } from '../kit/runtime';
import type { CountedDb } from '../kit/sql/changes';
import type { CallerCache } from './accounts/caller-cache';
import type { Replies } from './http/replies';
import type { DutyState } from './duties/duty';

export interface Context {
  db: CountedDb;
  rpc: Rpc;
  runtime: Runtime;
  network: NetworkName;
  chain: Chain;
  log: Log;
  callers: CallerCache;
  replies: Replies;
  /** Chunks of addresses known to be in the database: "account side chain n". */
  chunks: Set<string>;
  /** The derivation under way of each account; the next one waits for it. */
  deriving: Map<number, Promise<boolean>>;
  /** Accounts whose addresses may have to be derived further. */
  used: Set<number>;
  /** Derives the addresses of these accounts further soon. */
  deriveSoon(accounts: Iterable<number>): void;
  fixedFeerateSatVb: number;
  /** Sat per virtual byte for requests with is_dynamic_fee=1, as the node last estimated it. */
  dynamicFeerateSatVb(): number;
  /** How each duty stands, in the order of duties/declared.ts. */
  dutyStates(): DutyState[];
  /** Asks for a look at the chain soon. */
  lookSoon(): void;
  /** To be called when a job was written, or will be due in `delayMs`. */
  jobAdded(delayMs?: number): void;
}

/** `YYYY-MM-DDTHH:MM:SS`, UTC. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

/** The same context for one request of a caller: what it logs has the request's id. */
export function withRequest(context: Context, requestId: string): Context {
  return { ...context, log: context.log.about({ request_id: requestId }) };
}
