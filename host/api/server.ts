// Starts the API: database, chain follower, HTTP. Handlers never wait for a device; what takes long is a job or the
// work after the next look at the chain. Everything needed to go on after a stop is in the database.

import Fastify, { type FastifyInstance } from 'fastify';
import type { Runtime, Timer } from '../kit/runtime';
import { createFollower } from '../chain/follower';
import { createRpc } from '../bitcoin/rpc';
import { createWatch } from '../chain/watch';
import { fail } from '../../protocol/errors';
import { openDb } from '../kit/sql';
import { extendAll } from './accounts/addresses';
import type { Context } from './context';
import { apiFail, isApiError } from './http/errors';
import { createFeeEstimate } from './payments/fees';
import { parseForm } from './http/form';
import { createRateLimit } from './http/rate-limit';
import { addAdminRoutes, addGatewayRoutes } from './http/routes-inner';
import { addOpenRoutes } from './http/routes-open';
import type { Rpc } from '../bitcoin/rpc';
import type { Api, ApiOptions, NetworkName } from './types';
import { MIGRATIONS } from './schema';
import { work } from './payments/work';

const MAX_BODY_BYTES = 1024 * 1024;
/** Wall-clock time that a caller may take to send a request. */
const REQUEST_LIMIT_MS = 30_000;
const MIN_TOKEN_CHARS = 16;
/** A website looks at each address that it gave out, some hundred at a time. */
const DEFAULT_RATE_LIMIT = { burst: 2000, perSecond: 100 };
/** With nothing new on the chain the database is looked at once in so many rounds. */
const IDLE_ROUNDS = 10;
const DEFAULT_POLL_MS = 5000;
const DEFAULT_FEERATE_SAT_VB = 10;

function createServer(): FastifyInstance {
  const server = Fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    requestTimeout: REQUEST_LIMIT_MS,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 300 },
  });
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseForm(body as string));
    } catch (error) {
      done(error as Error);
    }
  });
  server.setNotFoundHandler(
    (_request, reply) =>
      void reply.code(404).send({ code: apiFail('not-found', '').apiNumber, message: 'no such call' }),
  );
  server.setErrorHandler((error: Error & { statusCode?: number; code?: string }, _request, reply) => {
    if (isApiError(error)) return reply.code(error.apiStatus).send({ code: error.apiNumber, message: error.apiText });
    if (error.code?.startsWith('rpc-'))
      return reply.code(503).send({ code: 12, message: 'the bitcoin node does not answer, try again' });
    const status = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 500;
    return reply
      .code(status)
      .send(status === 500 ? { code: 9, message: 'internal error' } : { code: 2, message: error.message });
  });
  return server;
}

/** What `getblockchaininfo` calls the chains of each network. */
const CHAIN_NAMES = { main: ['main'], test: ['test', 'testnet4', 'signet'], regtest: ['regtest'] };

/** Throws `wrong-chain` when the node follows another network: its coins and heights would mean nothing here. */
async function aNodeOf(rpc: Rpc, network: NetworkName): Promise<true> {
  const { chain } = await rpc.call<{ chain: string }>('getblockchaininfo');
  if (!CHAIN_NAMES[network].includes(chain))
    throw fail(
      'wrong-chain',
      `the node follows ${chain}, this API is for ${network}: start it with the node of that network`,
    );
  return true;
}

/**
 * Starts the API. Throws `db-open`, `db-newer`, `bad-option`, `port-busy`; a node that does not answer is no error: it
 * is asked again.
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const {
    runtime,
    network,
    onEvent,
    host = '127.0.0.1',
    chainPollMs = DEFAULT_POLL_MS,
    rateLimit = DEFAULT_RATE_LIMIT,
  } = options;
  for (const name of ['adminToken', 'gatewayToken'] as const) {
    if (typeof options[name] !== 'string' || options[name].length < MIN_TOKEN_CHARS)
      throw fail('bad-option', `${name} expected at least ${MIN_TOKEN_CHARS} characters`);
  }
  const db = await openDb(options.database, MIGRATIONS);
  const rpc = createRpc(options.rpc);
  const fees = createFeeEstimate(rpc, runtime, options.fixedFeerateSatVb ?? DEFAULT_FEERATE_SAT_VB);
  const tell = (text: string, data?: object): void => onEvent?.({ at: runtime.nowMs(), who: 'api', text, data });
  const watch = createWatch();
  const jobs = createJobBell(runtime);
  const base = {
    db,
    rpc,
    runtime,
    network,
    watch,
    tell,
    jobAdded: jobs.added,
    lookSoon: () => loop.poke(),
    chunks: new Set<string>(),
    deriving: new Map<string, Promise<boolean>>(),
    fixedFeerateSatVb: options.fixedFeerateSatVb ?? DEFAULT_FEERATE_SAT_VB,
    dynamicFeerateSatVb: () => fees.satVb(),
  };
  const follower = createFollower({ db, rpc, runtime, network, watch, extend: () => extendAll(context) });
  const context: Context = { ...base, follower };
  const server = createServer();
  let isRightChain = false;
  let left = 1;
  let idleRounds = 0;
  const loop = createLoop(context, chainPollMs, async () => {
    isRightChain ||= await aNodeOf(rpc, network);
    await fees.refresh();
    const result = await follower.follow();
    if (result.disconnected > 0) tell(`the chain was reorganised: ${result.disconnected} blocks left it`);
    idleRounds = result.changed || left > 0 ? 0 : idleRounds + 1;
    if (idleRounds % IDLE_ROUNDS === 0) left = await work(context);
  });
  addOpenRoutes(server, context, createRateLimit(runtime, rateLimit.burst, rateLimit.perSecond));
  addGatewayRoutes(server, context, options.gatewayToken, () =>
    loop.once(async () => void (left = await work(context))),
  );
  addAdminRoutes(server, context, options.adminToken);
  try {
    await server.listen({ host, port: options.port ?? 0 });
  } catch (error) {
    rpc.close();
    await db.close();
    if ((error as { code?: string }).code === 'EADDRINUSE')
      throw fail(
        'port-busy',
        `port ${options.port} of ${host} is taken: stop the program that has it or choose another port`,
      );
    throw error;
  }
  loop.start();
  const { port } = server.server.address() as { port: number };
  return {
    url: `http://${host}:${port}`,
    sync: () => loop.sync(),
    poke: () => loop.poke(),
    onJob: jobs.listen,
    async close() {
      jobs.close();
      await loop.stop();
      await server.close();
      rpc.close();
      await db.close();
    },
  };
}

/** Tells listeners of jobs, now or when they are due. Without listeners it sets no timer. */
function createJobBell(runtime: Runtime): {
  added(delayMs?: number): void;
  listen(listener: () => void): void;
  close(): void;
} {
  const listeners: (() => void)[] = [];
  const timers = new Set<Timer>();
  const ring = (): void => listeners.forEach((listener) => listener());
  return {
    added(delayMs = 0) {
      if (delayMs === 0) return ring();
      if (listeners.length === 0) return;
      const timer = runtime.after(delayMs, () => {
        timers.delete(timer);
        ring();
      });
      timers.add(timer);
    },
    listen: (listener) => void listeners.push(listener),
    close: () => timers.forEach((timer) => timer.cancel()),
  };
}

interface Loop {
  start(): void;
  /** One whole round now; its error is thrown. */
  sync(): Promise<void>;
  /** The next round begins now. */
  poke(): void;
  /** Something smaller between two rounds; an unreachable node is left to the next round. */
  once(fn: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** Runs `round` again and again, never two at once. A failing round is told once and tried again. */
function createLoop(context: Context, pollMs: number, round: () => Promise<void>): Loop {
  const { runtime, tell } = context;
  let turn: Promise<unknown> = Promise.resolve();
  let isStopped = false;
  let lastProblem = '';
  let timer: { cancel(): void } | undefined;

  const inTurn = (fn: () => Promise<void>): Promise<void> => {
    const done = turn.then(() => (isStopped ? undefined : fn()));
    turn = done.catch(() => undefined);
    return done;
  };
  const guarded = async (fn: () => Promise<void>): Promise<void> => {
    try {
      await inTurn(fn);
      lastProblem = '';
    } catch (error) {
      const { code = 'internal', message } = error as { code?: string; message: string };
      if (code !== lastProblem) tell(code === 'internal' ? `work stopped half way: ${message}` : message);
      lastProblem = code;
    }
  };
  /** True from a poke until its round begins: what happens meanwhile is seen by that round. */
  let isPoked = false;
  const arm = (delayMs: number): void => {
    if (isStopped) return;
    timer?.cancel();
    timer = runtime.after(delayMs, async () => {
      isPoked = false;
      await guarded(round);
      if (!isPoked) arm(pollMs);
    });
  };
  return {
    start: () => arm(pollMs),
    poke() {
      if (!isPoked) arm(0);
      isPoked = true;
    },
    sync: () => inTurn(round),
    once: guarded,
    async stop() {
      isStopped = true;
      timer?.cancel();
      await turn;
    },
  };
}
