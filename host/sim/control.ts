// The simulator's remote control: a small HTTP server for people and for tests written in any language.
//   GET /state  GET /phones/{number}/inbox  GET /events?since=N
//   POST /mine {blocks}  /fund {address,sats,blocks?}  /advance {ms}  /power {board,on}  /sms {from,to,action,times?}
import fastify from 'fastify';
import { fail } from '../../protocol/errors';
import { type SystemEvent } from './events';
import type { Pump } from './clock/pump';
import type { Simulation } from './simulation';

const MAX_EVENTS = 5000;

export interface Control {
  url: string;
  /** Keeps an event for GET /events. */
  record(event: SystemEvent): void;
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

export async function startControl(sim: Simulation, pump: Pump, port = 0): Promise<Control> {
  const events: SystemEvent[] = [];
  let dropped = 0;
  const app = fastify({ logger: false, forceCloseConnections: true });
  const body = (request: { body: unknown }): Record<string, unknown> => (request.body ?? {}) as Record<string, unknown>;

  app.setErrorHandler((error: { code?: string; message: string }, _request, reply) => {
    reply
      .code(error.code === 'bad-parameter' ? 400 : 500)
      .send({ code: error.code ?? 'internal', message: error.message });
  });
  app.get('/state', async () => ({
    now: new Date(sim.runtime.nowMs()).toISOString(),
    blocks: await sim.platform.rpc.call('getblockcount', []),
    boards: { cold: sim.boards.cold.isOn, hot: sim.boards.hot.isOn },
    v: await sim.customer.v.status(),
    sms: sim.gsm.stats(),
  }));
  app.get('/events', async (request) => {
    const since = Number((request.query as { since?: string }).since ?? 0);
    return { next: dropped + events.length, events: events.slice(Math.max(0, since - dropped)) };
  });
  app.get('/phones/:number/inbox', async (request) => {
    const { number } = request.params as { number: string };
    return Object.values(sim.phones).find((person) => person.number === number)?.inbox ?? [];
  });
  app.post('/mine', async (request) =>
    pump.exclusively(() => sim.mine(aCount('blocks', body(request).blocks ?? 1, 1000))),
  );
  app.post('/fund', async (request) => {
    const { address, sats, blocks } = body(request);
    const txid = await pump.exclusively(() =>
      sim.pay(aText('address', address), aCount('sats', sats, 1e9), aCount('blocks', blocks ?? 1, 100)),
    );
    return { tx_hash: txid };
  });
  app.post('/advance', async (request) => {
    await pump.exclusively(() => sim.advance(aCount('ms', body(request).ms, 31 * 86_400_000)));
    return { now: new Date(sim.runtime.nowMs()).toISOString() };
  });
  app.post('/power', async (request) => {
    const name = aText('board', body(request).board);
    if (name !== 'cold' && name !== 'hot') throw fail('bad-parameter', '"board" expected cold or hot');
    const board = sim.boards[name];
    await pump.exclusively(() => (body(request).on === false ? board.powerOff() : board.powerOn()));
    return { board: name, on: board.isOn };
  });
  app.post('/sms', async (request) => {
    const { from, to, action, times } = body(request);
    const actions = ['drop', 'duplicate', 'hold', 'delay', 'refuse'] as const;
    const wanted = actions.find((candidate) => candidate === action);
    if (!wanted) throw fail('bad-parameter', `"action" expected one of ${actions.join(', ')}`);
    sim.gsm.rule({
      from: from as string | undefined,
      to: to as string | undefined,
      action: wanted,
      times: aCount('times', times ?? 1, 1000),
    });
    return { result: true };
  });

  const url = await app.listen({ host: '127.0.0.1', port });
  return {
    url,
    record(event) {
      events.push(event);
      if (events.length > MAX_EVENTS) dropped += events.splice(0, events.length - MAX_EVENTS).length;
    },
    close: () => app.close(),
  };
}
