// Starts the API: database, chain follower, HTTP. Handlers never wait for a device; what takes long is a job or a
// duty. Everything needed to go on after a stop is in the database.

import type { FastifyInstance } from 'fastify';
import { fail } from '../../protocol/errors';
import { createRpc } from '../bitcoin/rpc';
import { createFollower } from '../chain/follower';
import { createWatch } from '../chain/watch';
import { createLog } from '../kit/log';
import { openDb, type Db } from '../kit/sql';
import { extendAll } from './accounts/derivation';
import type { Context } from './context';
import { requireChain, startDuties, type Duties } from './duties/start';
import { ADMIN, ADMIN_CALLS } from './calls/admin';
import { GATEWAY, GATEWAY_CALLS } from './calls/gateway';
import { OPEN, OPEN_CALLS } from './calls/open';
import { createRateLimit } from './http/rate-limit';
import { accountGuard, tokenGuard } from './http/guards';
import { openHandlers } from './http/open-handlers';
import { adminHandlers, gatewayHandlers, idOf } from './http/platform-handlers';
import { addCalls } from './http/register';
import { createServer } from './http/server';
import { createJobBell, type JobBell } from './payments/job-bell';
import { createFeeEstimate, type FeeEstimate } from './payments/fees';
import { refuseResult } from './payments/jobs';
import { MIGRATIONS } from './schema';
import type { Api, ApiOptions } from './types';

const MIN_TOKEN_CHARS = 16;
/** A website looks at each address that it gave out, some hundred at a time. */
const DEFAULT_RATE_LIMIT = { burst: 2000, perSecond: 100 };
const DEFAULT_POLL_MS = 5000;
const DEFAULT_FEERATE_SAT_VB = 10;
/** A node that has not said by then which network it follows is asked by the duties. */
const NODE_LIMIT_MS = 3000;

/**
 * Starts the API. Throws `db-open`, `db-newer`, `bad-option`, `port-busy`, `wrong-chain` for a node of another network,
 * all of them before a port is opened. A node that does not answer is no error: it is asked again.
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { runtime, host = '127.0.0.1', rateLimit = DEFAULT_RATE_LIMIT } = options;
  requireTokens(options);
  await requireNode(options);
  const bell = createJobBell(runtime);
  const db = await openDb(options.database, MIGRATIONS);
  const started: { duties?: Duties } = {};
  const { context, fees } = createContext(options, db, { bell, duties: () => started.duties });
  const server = createServer();
  const limit = createRateLimit(runtime, rateLimit.burst, rateLimit.perSecond);
  addCalls(server, { ...OPEN, calls: OPEN_CALLS }, openHandlers(context), { guard: accountGuard(context, limit) });
  addCalls(
    server,
    { ...GATEWAY, calls: GATEWAY_CALLS },
    gatewayHandlers(context, async () => started.duties?.advancePayments()),
    {
      guard: tokenGuard(options.gatewayToken),
      onBadBody: async (_call, { id }) => refuseResult(context, idOf(id) ?? 0),
    },
  );
  addCalls(server, { ...ADMIN, calls: ADMIN_CALLS }, adminHandlers(context), { guard: tokenGuard(options.adminToken) });
  try {
    await listen(server, host, options.port ?? 0);
  } catch (error) {
    context.rpc.close();
    await db.close();
    throw error;
  }
  const duties = (started.duties = startDuties(context, fees, options.chainPollMs ?? DEFAULT_POLL_MS));
  const { port } = server.server.address() as { port: number };
  return {
    url: `http://${host}:${port}`,
    sync: duties.sync,
    poke: duties.poke,
    onJob: bell.listen,
    async close() {
      bell.close();
      await duties.stop();
      await server.close();
      context.rpc.close();
      await db.close();
    },
  };
}

function requireTokens(options: ApiOptions): void {
  for (const name of ['adminToken', 'gatewayToken'] as const) {
    if (typeof options[name] !== 'string' || options[name].length < MIN_TOKEN_CHARS)
      throw fail('bad-option', `${name} expected at least ${MIN_TOKEN_CHARS} characters`);
  }
}

/** Throws `wrong-chain`. */
async function requireNode(options: ApiOptions): Promise<void> {
  const rpc = createRpc({ ...options.rpc, timeoutMs: NODE_LIMIT_MS });
  try {
    await requireChain(rpc, options.network);
  } catch (error) {
    if ((error as { code?: string }).code === 'wrong-chain') throw error;
  } finally {
    rpc.close();
  }
}

function createContext(
  options: ApiOptions,
  db: Db,
  { bell, duties }: { bell: JobBell; duties: () => Duties | undefined },
): { context: Context; fees: FeeEstimate } {
  const { runtime, network, adminToken, gatewayToken } = options;
  const fixedFeerateSatVb = options.fixedFeerateSatVb ?? DEFAULT_FEERATE_SAT_VB;
  const secrets = [adminToken, gatewayToken, options.rpc.password];
  const log = createLog({ runtime, who: 'api', listener: options.onEvent, secrets });
  const rpc = createRpc(options.rpc);
  const watch = createWatch();
  const fees = createFeeEstimate({ rpc, runtime, log, fallbackSatVb: fixedFeerateSatVb });
  const follower = createFollower({ db, rpc, runtime, network, watch, extend: () => extendAll(context) });
  const context: Context = {
    db,
    rpc,
    runtime,
    network,
    watch,
    follower,
    log,
    lookSoon: () => duties()?.poke(),
    dutyStates: () => duties()?.states() ?? [],
    jobAdded: bell.added,
    chunks: new Set(),
    deriving: new Map(),
    fixedFeerateSatVb,
    dynamicFeerateSatVb: fees.satVb,
  };
  return { context, fees };
}

/** Throws `port-busy`. */
async function listen(server: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
    throw fail('port-busy', `port ${port} of ${host} is taken: stop the program that has it or choose another port`);
  }
}
