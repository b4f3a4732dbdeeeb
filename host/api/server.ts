// Starts the API: database, chain follower, HTTP. Handlers never wait for a device; what takes long is a job or a
// duty. Everything needed to go on after a stop is in the database.

import type { FastifyInstance } from 'fastify';
import { fail } from '../../protocol/errors';
import { createRpc } from '../bitcoin/rpc';
import { zmqAddress } from '../chain/zmq';
import { createNodeReader } from '../chain/node-reader';
import { createLog, type LogEvent } from '../kit/log';
import type { Runtime } from '../kit/runtime';
import { openDb, type Db } from '../kit/sql';
import { countChanges, type CountedDb } from '../kit/sql/changes';
import { callerOf } from './accounts/accounts';
import { createCallerCache } from './accounts/caller-cache';
import type { Context } from './context';
import { followNotices } from './duties/notices';
import { startDuties, type Duties } from './duties/start';
import { requireChain } from './duties/works';
import { createRateLimit, createSharedRateLimit, type RateLimit } from './http/rate-limit';
import { drain } from './http/drain';
import type { RoleTokens } from './http/guards';
import type { JobsDuty } from './http/platform-handlers';
import { createReplies } from './http/replies';
import { addRoutes } from './http/routes';
import { createServer } from './http/server';
import { createMetrics } from './operate/collect';
import { createCounters, type Counters } from './operate/samples';
import { createDeliverer } from './operate/webhooks/deliver';
import { collectMessages } from './operate/webhooks/events';
import { createUrlRule, type UrlRule } from './operate/webhooks/url';
import { createJobBell, type JobBell } from './payments/job-bell';
import { createFeeEstimate, type FeeEstimate } from './payments/fees';
import { endLeases, NAMELESS } from './payments/leases';
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
  requireOptions(options);
  const urlRule = createUrlRule(options.webhookNetworks);
  const counters = createCounters();
  await requireNode(options);
  const bell = createJobBell(runtime);
  const db = await openOwn(options.database);
  const started: { duties?: Duties } = {};
  const { context, fees } = createContext(options, db, {
    bell,
    duties: () => started.duties,
    onWarning: () => counters.add('chaincloud_log_warnings_total', {}),
  });
  const server = serverOf(context);
  const metrics = createMetrics(context, counters);
  let isStopping = false;
  addRoutes(server, {
    context,
    limit: limitOf(db, runtime, rateLimit),
    tokens: platformTokens(options),
    gatewayToken: options.gatewayToken,
    metrics,
    urlRule,
    jobs: jobsDuty(() => started.duties),
    notifyWebhooks: () => started.duties?.pokeOne('webhooks'),
    isStopping: () => isStopping,
  });
  try {
    await listen(server, host, options.port ?? 0);
  } catch (error) {
    await release(context);
    throw error;
  }
  const webhooks = createWebhooks(context, urlRule, counters);
  const duties = (started.duties = startDuties(
    context,
    { fees, notify: webhooks.notify },
    options.chainPollMs ?? DEFAULT_POLL_MS,
  ));
  const notices = createNotices(context, options, duties, counters);
  return {
    url: `http://${host}:${(server.server.address() as { port: number }).port}`,
    sync: duties.sync,
    poke: duties.poke,
    onJob: bell.listen,
    async close() {
      isStopping = true;
      await drain(server);
      metrics.stop();
      bell.close();
      notices.close();
      await duties.stop();
      await webhooks.idle();
      await release(context);
    },
  };
}

/** Lets go of the node and of the database. */
async function release({ chain, rpc, db }: Context): Promise<void> {
  await chain.reader.close();
  rpc.close();
  await db.close();
}

function serverOf({ runtime, log }: Context): FastifyInstance {
  return createServer({
    idPrefix: Buffer.from(runtime.random(6)).toString('base64url') + '.',
    onFault: (error, requestId) => log.fault('a call failed', error, { request_id: requestId }),
  });
}

/** Listens to what the node publishes, where the settings say that it does. */
function createNotices(
  context: Context,
  { zmq = [] }: ApiOptions,
  duties: Duties,
  counters: Counters,
): { close(): void } {
  return followNotices(context, {
    endpoints: zmq,
    wake: duties.pokeOne,
    onNotice: (topic) => counters.add('chaincloud_node_notices_total', { topic }),
  });
}

/** Writes messages and delivers them. */
function createWebhooks(
  context: Context,
  rule: UrlRule,
  counters: Counters,
): { notify(): Promise<boolean>; idle(): Promise<void> } {
  const deliverer = createDeliverer({
    context,
    rule,
    onTry: (result) => counters.add('chaincloud_webhook_tries_total', { result }),
  });
  return {
    async notify() {
      await collectMessages(context);
      return deliverer.start();
    },
    idle: deliverer.idle,
  };
}

/** Throws `bad-option`. */
function requireOptions(options: ApiOptions): void {
  requireTokens(options);
  requireLogin(options);
  for (const endpoint of options.zmq ?? [])
    if (zmqAddress(endpoint) === undefined) throw fail('bad-option', 'zmq expected tcp://HOST:PORT each');
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

/** Throws `bad-option`. */
function requireLogin({ rpc }: ApiOptions): void {
  const hasPassword = rpc.user !== undefined && rpc.password !== undefined;
  if (hasPassword === (rpc.cookieFile !== undefined))
    throw fail('bad-option', 'rpc expected user and password, or cookieFile');
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

function jobsDuty(duties: () => Duties | undefined): JobsDuty {
  return {
    afterJob: async () => duties()?.advancePayments(),
    note: (error) => duties()?.note('jobs', error),
  };
}

/** Throws `db-open`, `db-newer`. */
async function openOwn(place: string): Promise<CountedDb> {
  const db = countChanges(await openDb(place, MIGRATIONS));
  if (db.dialect === 'libsql') await endLeases({ db }, NAMELESS); // a file has one process: no connection is left
  return db;
}

/** One process counts in memory, several in their database. */
function limitOf(db: Db, runtime: Runtime, { burst, perSecond }: typeof DEFAULT_RATE_LIMIT): RateLimit {
  return db.dialect === 'postgres'
    ? createSharedRateLimit(db, runtime, burst, perSecond)
    : createRateLimit(runtime, burst, perSecond);
}

function createContext(
  options: ApiOptions,
  db: CountedDb,
  { bell, duties, onWarning }: { bell: JobBell; duties: () => Duties | undefined; onWarning: () => void },
): { context: Context; fees: FeeEstimate } {
  const { runtime, network } = options;
  const fixedFeerateSatVb = options.fixedFeerateSatVb ?? DEFAULT_FEERATE_SAT_VB;
  const secrets = [...Object.values(tokensOf(options)), options.rpc.password ?? ''];
  const listener = (event: LogEvent): void => {
    if (event.level === 'warning') onWarning();
    options.onEvent?.(event);
  };
  const log = createLog({ runtime, who: 'api', listener, secrets });
  const rpc = createRpc(options.rpc);
  const fees = createFeeEstimate({ rpc, runtime, log, fallbackSatVb: fixedFeerateSatVb });
  const used = new Set<number>();
  const deriveSoon = (accounts: Iterable<number>): void => {
    for (const account of accounts) used.add(account);
    duties()?.pokeOne('deriving');
  };
  const context: Context = {
    db,
    rpc,
    runtime,
    network,
    chain: { db, rpc, reader: createNodeReader(rpc, options.rpc), runtime, network, onUsed: deriveSoon },
    log,
    callers: createCallerCache((token) => callerOf(db, token), runtime),
    replies: createReplies(db, runtime),
    lookSoon: () => duties()?.poke(),
    dutyStates: () => duties()?.states() ?? [],
    jobAdded: bell.added,
    chunks: new Set(),
    deriving: new Map(),
    used,
    deriveSoon,
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
