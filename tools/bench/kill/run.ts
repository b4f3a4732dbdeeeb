// Kills one program, or the database, at a random moment while payments run, again and again; then looks whether any
// payment was lost or made twice. The same seed kills the same programs after the same pauses.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../../host/sim/clock/seeded-random';
import { PAYEES } from '../../../host/sim/story/money-steps';
import { audit, type Verdict } from './audit';
import { startPostgres, type PostgresServer } from './postgres-server';
import { PROGRAM_NAMES, startSystem, type System } from './system';
import { openWorld, type World } from './world';

export const DATABASES = ['libsql', 'postgres'] as const;
export type DatabaseName = (typeof DATABASES)[number];

export interface KillOptions {
  seed: string;
  rounds: number;
  database: DatabaseName;
  /** The longest pause before a kill, milliseconds. */
  pauseMs?: number;
  onRound?(text: string): void;
}

export interface KillReport extends Verdict {
  /** How often each was killed. */
  kills: Record<string, number>;
  payments: number;
  /** Programs that ended without being killed, but for an API that found no database to start on. */
  deaths: string[];
  seconds: number;
}

const PAUSE_MS = 2500;
const FIRST_SATS = 20_000;
/** One kill in so many does not wait until all programs are up again. */
const HASTY_ONE_IN = 4;
/** Withdrawals that wait at the website all the time. */
const WAITING_MIN = 2;
const COIN_SATS = 40_000_000;
const COINS = 4;
const END_LIMIT_MS = 240_000;
const LOOK_MS = 200;
/** The API as its supervisor starts it: without a database it ends, and is started again. */
const WITHOUT_DATABASE = /db-open/;

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** The customer's staff: books withdrawals until they are booked, each with an amount and a key of its own. */
class Customer {
  readonly amounts: number[] = [];

  constructor(private readonly system: System) {}

  private async waiting(): Promise<number> {
    const rows = await this.system.shop.withdrawals();
    return rows.filter((row) => row.status === 'waiting').length;
  }

  /** A website that is down is asked another time. */
  async book(): Promise<void> {
    try {
      for (let left = await this.waiting(); left < WAITING_MIN; left++) {
        const sats = FIRST_SATS + this.amounts.length;
        await this.system.shop.withdraw([{ address: PAYEES[0], sats }], `key ${sats}`);
        this.amounts.push(sats);
      }
    } catch {
      // the same key another time
    }
  }

  /** Resolves to false when not all are paid in time. */
  async untilPaid(node: World['node']): Promise<boolean> {
    for (const endMs = Date.now() + END_LIMIT_MS; Date.now() < endMs; await wait(LOOK_MS)) {
      if ((await this.waiting().catch(() => 1)) === 0) return true;
      await node.mine(1);
    }
    return false;
  }
}

interface Killed {
  name: string;
  kill(): Promise<void> | void;
}

/** Books until it is time, kills, and goes on. */
async function killRounds(
  { seed, rounds, pauseMs = PAUSE_MS, onRound }: KillOptions,
  victims: Killed[],
  world: World,
  { customer, up }: { customer: Customer; up(): Promise<unknown> },
): Promise<Record<string, number>> {
  const kills: Record<string, number> = Object.fromEntries(victims.map(({ name }) => [name, 0]));
  const random = seededRandom(seed, 'kills');
  const below = (limit: number): number =>
    Math.floor((new DataView(random(4).slice().buffer).getUint32(0) / 2 ** 32) * limit);
  for (let round = 1; round <= rounds; round++) {
    const victim = victims[below(victims.length)];
    if (below(HASTY_ONE_IN) > 0) await up();
    const atMs = Date.now() + below(pauseMs);
    while (Date.now() < atMs) {
      await customer.book();
      await wait(Math.min(LOOK_MS, Math.max(0, atMs - Date.now())));
    }
    await victim.kill();
    kills[victim.name]++;
    if (world.fault() !== undefined) throw world.fault();
    onRound?.(`round ${round}: ${victim.name}; ${customer.amounts.length} withdrawals`);
    await world.ledger.follow();
    await world.node.mine(1);
  }
  return kills;
}

async function runOn(options: KillOptions, folder: string, server: PostgresServer | undefined): Promise<KillReport> {
  const startMs = Date.now();
  const database = server?.url ?? join(folder, 'api.db');
  const world = await openWorld(options.seed, folder);
  const fromHeight = (await world.rpc.call<number>('getblockcount')) + 1;
  const system = await startSystem(world, folder, database, Array<number>(COINS).fill(COIN_SATS));
  try {
    const customer = new Customer(system);
    const victims: Killed[] = PROGRAM_NAMES.map((name) => ({ name, kill: () => system.programs[name].kill() }));
    if (server) victims.push({ name: 'database', kill: () => server.crash() });
    const kills = await killRounds(options, victims, world, {
      customer,
      up: () => Promise.all(Object.values(system.programs).map((program) => program.ready())),
    });
    const isPaid = await customer.untilPaid(world.node);
    if (!isPaid) for (const program of Object.values(system.programs)) options.onRound?.(program.lastLines());
    await system.end();
    await world.node.mine(1);
    const { amounts } = customer;
    const verdict = await audit({ world, system, database, payee: PAYEES[0], fromHeight, amounts });
    const deaths = Object.values(system.programs).flatMap((program) => program.deaths);
    return {
      ...verdict,
      kills,
      payments: amounts.length,
      deaths: deaths.filter((death) => !WITHOUT_DATABASE.test(death)),
      seconds: (Date.now() - startMs) / 1000,
    };
  } finally {
    await system.end();
    await world.close();
  }
}

/** Undefined where the database is not installed. */
export async function killAtRandom(options: KillOptions): Promise<KillReport | undefined> {
  const server = options.database === 'postgres' ? await startPostgres() : undefined;
  if (options.database === 'postgres' && !server) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'chaincloud-kill-'));
  try {
    return await runOn(options, folder, server);
  } finally {
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
