// The whole system with HSM-Cold in the genuine interpreter and its memory in the test's hand (filler.ts): what became
// of the board (handlers that did not end, restarts of its own, power cuts), and a person at its console who types the
// PIN again.
import { createConsoleClient, status, unlock, valueOf, type ConsoleClient } from '../../../../host/operator';
import { deriveRange, requireAccountKey } from '../../../../host/bitcoin/keys';
import { createSimulation, type Simulation } from '../../../../host/sim/simulation';
import { SIM_TOKENS } from '../../../../host/sim/numbers';
import { batchDigest } from '../../../../host/bitcoin/batch';
import { BATCH_SIZE } from '../../../../protocol/wire';
import { batchFile } from './durable';
import { createFiller, type Filler } from './filler';

/** Longest that a console command takes with memory enough, and that a board takes from power to its greeting. */
const COMMAND_MS = 60_000;
const START_MS = 60_000;
const ANSWER_MS = 10_000;
const FUNDS_SATS = 90_000_000;

/** What became of HSM-Cold. */
export interface Fate {
  /** Handlers that memory ran out in, as the interpreter tells. */
  ended: number;
  /** Restarts that nobody here made: by the guard, or the interpreter crashed; these without a word of its memory. */
  restarts: number;
  crashes: number;
  cuts: number;
}

export interface System {
  sim: Simulation;
  filler: Filler;
  fate: Fate;
  /** The signatures that HSM-Cold's console showed. */
  signatures: string[];
  /** Transactions that somebody outside made. */
  deposits: Set<string>;
  /** Lets time pass until it holds; false after `limitMs`. */
  wait(holds: () => boolean, limitMs: number): Promise<boolean>;
  /** Runs work of a person or a program to its end. */
  finish<T>(work: Promise<T>): Promise<T>;
  /** The console as a person sees it who types anew. */
  typing<T>(work: (client: ConsoleClient) => Promise<T>): Promise<T>;
  /** Whoever still waits at the console goes away: what the board says next is not for them. */
  hangUp(): void;
  /** Gives the memory back; false where the board does not hear of it any more. */
  relieve(): Promise<boolean>;
  cutPower(): Promise<void>;
  /** Waits for the board's greeting after a start. */
  started(): Promise<void>;
  unlock(): Promise<void>;
  isLocked(): Promise<boolean>;
  isReady(): boolean;
  /** Has the board know batch `batchNo` of the side. */
  knowBatch(side: 1 | 2, batchNo: number): Promise<void>;
  /** Batches, coins and V's loop: everything but the derivation of addresses, which would take minutes. */
  finishSetUp(): Promise<void>;
  /** For EXHAUST_LOG=1: everything that happens, as it happens. */
  tell(text: string): void;
  close(): Promise<void>;
}

function tell(text: string): void {
  if (process.env.EXHAUST_LOG) console.log(new Date().toISOString().slice(14, 23), text.slice(0, 200));
}

export async function createSystem(espruino: string, seed: string): Promise<System> {
  const filler = createFiller();
  const fate: Fate = { ended: 0, restarts: 0, crashes: 0, cuts: 0 };
  const signatures: string[] = [];
  const known = new Set<string>();
  const clients = new Set<ConsoleClient>();
  let isOurs = false;
  let isReady = false;
  let endedBefore = 0;
  const onLog = (who: string, line: string): void => {
    tell(`${who}: ${line}`);
    if (who !== 'HSM-Cold') return;
    filler.hear(line);
    if (/Execution Interrupted/.test(line)) fate.ended++;
  };
  const sim = await createSimulation({
    seed,
    espruino,
    modems: 1,
    prelude: (role) => filler.prelude(role),
    onLog,
    onEvent: (event) => tell(`${event.who}: ${event.text}`),
  });
  sim.boards.cold.onPower((isOn) => {
    isReady = false;
    if (isOn) endedBefore = fate.ended;
    if (isOn || isOurs) return;
    fate.restarts++;
    if (fate.ended === endedBefore) fate.crashes++;
  });
  const deposits = new Set<string>();
  const pay = sim.pay.bind(sim);
  sim.pay = async (address, sats, blocks) => {
    const txid = await pay(address, sats, blocks);
    deposits.add(txid);
    return txid;
  };
  let said = '';
  sim.console.attach().onData((bytes) => {
    said += Buffer.from(bytes).toString('latin1');
    const lines = said.split('\n');
    said = lines.pop()!;
    for (const line of lines) {
      if (/chaincloud hsm-cold /.test(line)) isReady = true;
      if (/^sig \d+ /.test(line)) signatures.push(line.trim());
    }
  });

  const system: System = {
    sim,
    filler,
    fate,
    signatures,
    deposits,
    tell,
    async wait(holds, limitMs) {
      const endMs = Date.now() + limitMs;
      await sim.runtime.runUntil(() => holds() || Date.now() > endMs, 'the end of a wait', 2 * limitMs + 10_000);
      return holds();
    },
    finish: (work) => sim.runtime.runWhile(work, 'an operation', COMMAND_MS),
    async typing(work) {
      const client = createConsoleClient({ port: sim.console.attach() });
      clients.add(client);
      try {
        return await system.finish(work(client));
      } finally {
        clients.delete(client);
        client.close();
      }
    },
    hangUp: () => clients.forEach((client) => client.close()),
    async relieve() {
      filler.give();
      return system.wait(() => filler.isAnswered(), ANSWER_MS);
    },
    async cutPower() {
      fate.cuts++;
      isOurs = true;
      await sim.boards.cold.reset();
      isOurs = false;
      await system.started();
    },
    async started() {
      if (!(await system.wait(() => isReady, START_MS))) throw new Error('the board did not start');
    },
    unlock: () => system.typing((client) => unlock(client, SIM_TOKENS.pin)),
    isLocked: async () => valueOf(await system.typing(status), 'state') === 'locked',
    isReady: () => isReady,
    async knowBatch(side, batchNo) {
      const name = `${side} ${batchNo}`;
      if (known.has(name)) return;
      known.add(name);
      const xpub = side === 1 ? sim.account.hot.xpub : sim.account.cold.xpub;
      const list = await deriveRange({
        key: requireAccountKey(xpub, 'regtest', side === 1 ? 1 : 0, 'xpub'),
        kind: 'p2wpkh',
        network: 'regtest',
        chain: 0,
        from: batchNo * BATCH_SIZE,
        count: BATCH_SIZE,
      });
      const digest = batchDigest(
        { network: 'regtest', account: 0, side, batchNo },
        list.map((item) => ({ index: item.idx, address: item.address })),
      );
      filler.run(batchFile(filler.folder(), side, batchNo, digest));
      if (!(await system.wait(() => filler.isAnswered(), ANSWER_MS))) throw new Error('the board did not take a batch');
    },
    async finishSetUp() {
      for (const side of [1, 2] as const) for (const batchNo of [0, 1]) await system.knowBatch(side, batchNo);
      // It goes on deriving what it began, unless it starts again.
      await system.cutPower();
      fate.cuts--;
      await system.unlock();
      for (const side of [1, 2] as const)
        if ((await sim.verifyBatch(side, 0)) !== 2) throw new Error('a batch is false');
      await sim.fundHot(FUNDS_SATS);
      await sim.customer.v.startLoop();
    },
    async close() {
      await sim.close();
      filler.close();
    },
  };
  await sim.provision();
  await sim.openChannel();
  return system;
}
