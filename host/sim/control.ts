// The simulator's remote control: a small HTTP server for people and for tests written in any language.
//   GET /state  GET /phones/{number}/inbox  GET /events?since=N
//   POST /mine {blocks}  /fund {address,sats,blocks?}  /advance {ms}  /power {board,on}  /sms {from,to,action,times?}
import fastify, { type FastifyInstance } from 'fastify';
import { DAY_MS } from '../../protocol/time';
import { fail } from '../../protocol/errors';
import type { LogEvent } from '../kit/log';
import type { Pump } from './clock/pump';
import type { Simulation } from './simulation';

const MAX_EVENTS = 5000;

export interface Control {
  url: string;
  /** Keeps an event for GET /events. */
  record(event: LogEvent): void;
  close(): Promise<void>;
}

function aCount(name: string, value: unknown, max: number): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > max)
    throw fail('bad-parameter', `"${name}" expected 0..${max}`);
  return value as number;
}

function aText(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw fail('bad-parameter', `"${name}" expected a text`);
  return value;
}

const SMS_ACTIONS = ['drop', 'duplicate', 'hold', 'delay', 'refuse'] as const;

function bodyOf(request: { body: unknown }): Record<string, unknown> {
  return (request.body ?? {}) as Record<string, unknown>;
}

/** What happened, the last MAX_EVENTS of it; `next` of one call is `since` of the following one. */
class EventLog {
  private readonly events: LogEvent[] = [];
  private dropped = 0;

  record(event: LogEvent): void {
    this.events.push(event);
    if (this.events.length > MAX_EVENTS) this.dropped += this.events.splice(0, this.events.length - MAX_EVENTS).length;
  }

  since(number: number): { next: number; events: LogEvent[] } {
    return {
      next: this.dropped + this.events.length,
      events: this.events.slice(Math.max(0, number - this.dropped)),
    };
  }
}

function readingRoutes(app: FastifyInstance, sim: Simulation, log: EventLog): void {
  app.get('/state', async () => ({
    now: new Date(sim.runtime.nowMs()).toISOString(),
    blocks: await sim.platform.rpc.call('getblockcount', []),
    boards: { cold: sim.boards.cold.isOn, hot: sim.boards.hot.isOn },
    v: await sim.customer.v.status(),
    sms: sim.gsm.stats(),
  }));
  app.get('/events', async (request) => log.since(Number((request.query as { since?: string }).since ?? 0)));
  app.get('/phones/:number/inbox', async (request) => {
    const { number } = request.params as { number: string };
    return Object.values(sim.phones).find((person) => person.number === number)?.inbox ?? [];
  });
}

function chainRoutes(app: FastifyInstance, sim: Simulation, pump: Pump): void {
  app.post('/mine', async (request) =>
    pump.exclusively(() => sim.mine(aCount('blocks', bodyOf(request).blocks ?? 1, 1000))),
  );
  app.post('/fund', async (request) => {
    const { address, sats, blocks } = bodyOf(request);
    const txid = await pump.exclusively(() =>
      sim.pay(aText('address', address), aCount('sats', sats, 1e9), aCount('blocks', blocks ?? 1, 100)),
    );
    return { tx_hash: txid };
  });
}

function worldRoutes(app: FastifyInstance, sim: Simulation, pump: Pump): void {
  app.post('/advance', async (request) => {
    await pump.exclusively(() => sim.advance(aCount('ms', bodyOf(request).ms, 31 * DAY_MS)));
    return { now: new Date(sim.runtime.nowMs()).toISOString() };
  });
  app.post('/power', async (request) => {
    const name = aText('board', bodyOf(request).board);
    if (name !== 'cold' && name !== 'hot') throw fail('bad-parameter', '"board" expected cold or hot');
    const board = sim.boards[name];
    await pump.exclusively(() => (bodyOf(request).on === false ? board.powerOff() : board.powerOn()));
    return { board: name, on: board.isOn };
  });
  app.post('/sms', async (request) => {
    const { from, to, action, times } = bodyOf(request);
    const wanted = SMS_ACTIONS.find((candidate) => candidate === action);
    if (!wanted) throw fail('bad-parameter', `"action" expected one of ${SMS_ACTIONS.join(', ')}`);
    sim.gsm.rule({
      from: from as string | undefined,
      to: to as string | undefined,
      action: wanted,
      times: aCount('times', times ?? 1, 1000),
    });
    return { result: true };
  });
}

/** Serves the remote control on a port of 127.0.0.1; 0 takes a free one. */
export async function startControl(sim: Simulation, pump: Pump, port = 0): Promise<Control> {
  const log = new EventLog();
  const app = fastify({ logger: false, forceCloseConnections: true });
  app.setErrorHandler((error: { code?: string; message: string }, _request, reply) => {
    reply
      .code(error.code === 'bad-parameter' ? 400 : 500)
      .send({ code: error.code ?? 'internal', message: error.message });
  });
  readingRoutes(app, sim, log);
  chainRoutes(app, sim, pump);
  worldRoutes(app, sim, pump);
  const url = await app.listen({ host: '127.0.0.1', port });
  return { url, record: (event) => log.record(event), close: () => app.close() };
}
