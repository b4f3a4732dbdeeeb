// Starts the API: database, chain follower, HTTP. Handlers never wait for a device; what takes long is a job or a
// duty. Everything needed to go on after a stop is in the database.

import type { FastifyInstance } from 'fastify';
import { fail } from '../../protocol/errors';
import { createRpc } from '../bitcoin/rpc';
import { createFollower } from '../chain/follower';
import { createWatch } from '../chain/watch';
import { createLog } from '../kit/log';
import { openDb } from '../kit/sql';
import { countChanges, type CountedDb } from '../kit/sql/changes';
import { createCallerCache } from './accounts/caller-cache';
import { extendAll } from './accounts/derivation';
import type { Context } from './context';
import { CALL_GROUPS } from './calls';
import { requireChain, startDuties, type Duties } from './duties/start';
import { ADMIN, ADMIN_CALLS } from './calls/admin';
import { GATEWAY, GATEWAY_CALLS } from './calls/gateway';
import { OPEN, OPEN_CALLS } from './calls/open';
import { createRateLimit } from './http/rate-limit';
import { drain } from './http/drain';
import { accountGuard, roleGuard, type RoleTokens } from './http/guards';
import { openHandlers } from './http/open-handlers';
import { adminHandlers, gatewayHandlers, idOf } from './http/platform-handlers';
import { addCalls, refuseOthers } from './http/register';
import { createReplies } from './http/replies';
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
  const db = countChanges(await openDb(options.database, MIGRATIONS));
  const started: { duties?: Duties } = {};
  const { context, fees } = createContext(options, db, { bell, duties: () => started.duties });
  const server = createServer({
    idPrefix: Buffer.from(runtime.random(6)).toString('base64url') + '.',
    onFault: (error, requestId) => context.log.fault('a call failed', error, { request_id: requestId }),
  });
  const limit = createRateLimit(runtime, rateLimit.burst, rateLimit.perSecond);
  const { callers } = context;
  addCalls(server, { ...OPEN, calls: OPEN_CALLS }, openHandlers(context), { guard: accountGuard(callers, limit) });
  addCalls(
    server,
    { ...GATEWAY, calls: GATEWAY_CALLS },
    gatewayHandlers(context, async () => started.duties?.advancePayments()),
    {
      guard: roleGuard({ gateway: options.gatewayToken }),
      onBadBody: async (_call, { id }) => refuseResult(context, idOf(id) ?? 0),
    },
  );
  addCalls(server, { ...ADMIN, calls: ADMIN_CALLS }, adminHandlers(context), {
    guard: roleGuard(platformTokens(options)),
  });
  refuseOthers(server, CALL_GROUPS);
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
      await drain(server);
      bell.close();
      await duties.stop();
      context.rpc.close();
      await db.close();
    },
  };
}

/** Tokens of the calls for the platform's people, by role. */
function platformTokens({ adminToken, operatorToken, metricsToken, backupToken }: ApiOptions): RoleTokens {
  const tokens = { admin: adminToken, operator: operatorToken, metrics: metricsToken, backup: backupToken };
  return Object.fromEntries(Object.entries(tokens).filter(([, token]) => token !== undefined));
}

function tokensOf(options: ApiOptions): RoleTokens {
  return { ...platformTokens(options), gateway: options.gatewayToken };
}

/** Throws `bad-option` for tokens that are easy to guess, or that would give one role to another. */
function requireTokens(options: ApiOptions): void {
  const tokens = Object.entries(tokensOf(options));
  for (const [role, token] of tokens) {
    if (typeof token !== 'string' || token.length < MIN_TOKEN_CHARS)
      throw fail('bad-option', `${role}Token expected at least ${MIN_TOKEN_CHARS} characters`);
    const same = tokens.find(([other, text]) => other !== role && text === token);
    if (same) throw fail('bad-option', `${role}Token and ${same[0]}Token are the same: each role has its own`);
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
  db: CountedDb,
  { bell, duties }: { bell: JobBell; duties: () => Duties | undefined },
): { context: Context; fees: FeeEstimate } {
  const { runtime, network } = options;
  const fixedFeerateSatVb = options.fixedFeerateSatVb ?? DEFAULT_FEERATE_SAT_VB;
  const secrets = [...Object.values(tokensOf(options)), options.rpc.password];
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
    callers: createCallerCache(db, runtime),
    replies: createReplies(db, runtime),
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
