// The whole system in one process, as a library: start it, do things to it, let time pass, look at the outcome.
//
//   const sim = await createSimulation({ seed: 'drop' });
//   await sim.setUp();                                        // ceremony, pairing, channel, batches, loops running
//   sim.gsm.rule({ from: NUMBERS.v, action: 'drop' });        // the next SMS of V is lost
//   await sim.advance(86_400_000);                            // a day: the daily key exchange has to cope
//   await sim.boards.cold.powerOff();                         // and so on; every part is a property
//   await sim.close();
//
// Same seed and same calls: same bytes on every UART and SMS link.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BOARD as LINUX } from '../../boards/linux/board';
import { DAY_MS } from '../../protocol/time';
import { fail } from '../../protocol/errors';
import type { AccountFile, RegisteredAccount } from '../api';
import type { BoardData, PortModeName, Radio } from './board';
import { createBoards, type Boards } from './parties/boards';
import { createConsoleHub, type ConsoleHub } from './parties/console-hub';
import { startCustomer, V_POLICY, type Customer } from './parties/customer-side';
import type { LogListener } from '../kit/log';
import type { ModemKindName } from './sim800';
import type { Mood } from './sim800/moods';
import { createGsmNetwork, type GsmNetwork, type GsmOptions, type Person } from './gsm';
import { CALM_POLLS, NUMBERS, QUICK_POLLS, SIM_START_MS, type Polls } from './numbers';
import { startPlatform, type Platform } from './parties/platform-side';
import { holdCeremony, type Ceremony } from './parties/ceremony';
import { createVirtualRuntime, type VirtualRuntime } from './clock/virtual-runtime';
import type { VPolicyFile } from '../vdevice';

export interface SimulationOptions {
  /** Default `chaincloud`. */
  seed?: string;
  /** Path of the genuine Espruino interpreter: the boards run in it, in real time. */
  espruino?: string;
  /**
   * With the genuine interpreter: ES5 that runs on a board before its image at every start, such as a gauge that
   * measures it.
   */
  prelude?: (role: 'cold' | 'hot') => string;
  /** Which board's images run in Node's engine; default `linux`, the only one for the genuine interpreter. */
  board?: BoardData;
  /** The ESP32 port's ways that the boards have; none without. Node's engine only. */
  portModes?: readonly PortModeName[];
  /** Radios of the boards that are on; none without. Node's engine only. */
  radios?: Radio[];
  /** GSM modules on HSM-Cold: 2 without; 1 is what a chip has pins for. */
  modems?: 1 | 2;
  /** Which modems HSM-Cold and V have, default SIM800. */
  modemKind?: ModemKindName;
  /** Odd answers of all modems: made anew for each. */
  mood?: () => Mood;
  /** Customers on HSM-Cold; the story is the first one's. Default 1, at most 8. */
  accounts?: number;
  startMs?: number;
  /** TCP ports on 127.0.0.1; any free one when left out. */
  ports?: { api?: number; website?: number; chain?: number; console?: number };
  /** SQL database of the API; a file that goes away with the simulation when left out. */
  database?: string;
  gsm?: Partial<Omit<GsmOptions, 'runtime' | 'seed'>>;
  /** V's limits: of V_POLICY, those that are not named here. */
  vPolicy?: VPolicyFile;
  /** How often the programs look for work; default calm, and quick with the genuine interpreter. */
  polls?: Polls;
  /** What V speaks with HSM-Cold by SMS, default v2. With v1 the account takes both. */
  vProtocol?: 'v1' | 'v2';
  onEvent?: LogListener;
  /** Lines that the interpreters print on their own (errors of the firmware). */
  onLog?: (who: string, line: string) => void;
}

export interface Simulation {
  /** What V speaks with HSM-Cold by SMS. */
  vProtocol: 'v1' | 'v2';
  /** The ESP32 port's ways that the boards have. */
  portModes: readonly PortModeName[];
  runtime: VirtualRuntime;
  gsm: GsmNetwork;
  /** The phones of the two admins. */
  phones: { platformAdmin: Person; customerAdmin: Person };
  boards: Boards;
  platform: Platform;
  console: ConsoleHub;
  /** The account as HSM-Cold told it at the ceremony, and the operator who held it. Throws code `sim-order` before. */
  readonly ceremony: Ceremony;
  readonly account: AccountFile;
  /** The account's two API tokens. */
  readonly tokens: RegisteredAccount['tokens'];
  /** The website and V. Throws code `sim-order` before `provision`. */
  readonly customer: Customer;
  /** The ceremony at HSM-Cold's console, the account at the API, the customer's machines started. */
  provision(): Promise<void>;
  /** All of it: provisioned, channel open, batch 0 of both sides verified, V's send loop running. */
  setUp(): Promise<void>;
  /** V opens a channel; done when V uses it. */
  openChannel(): Promise<void>;
  /** The shop asks for a batch; done when V has given its verdict, which is answered (2 verified, 3 failed). */
  verifyBatch(side: 1 | 2, batchNo: number): Promise<number>;
  /** Lets simulated time pass. */
  advance(ms: number): Promise<void>;
  /** Pays `sats` to a verified hot address, for withdrawals; done when the API counts them to the balance. */
  fundHot(sats: number): Promise<string>;
  mine(blocks: number): Promise<string[]>;
  /** Pays from somebody outside, and mines `blocks` on it; answers the transaction id. */
  pay(address: string, sats: number, blocks?: number): Promise<string>;
  /** Waits in simulated time for something that has to be asked for. Throws code `sim-timeout`. */
  until(holds: () => Promise<boolean> | boolean, what: string, limitMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** By then a chip has said all that it says at a start: nobody types before. */
const START_TEXT_MS = 1000;
/** `until` asks this many times in the time between two looks of V. */
const ASKS_A_POLL = 10;

/** What a simulation is put together from. */
interface Parts {
  runtime: VirtualRuntime;
  gsm: GsmNetwork;
  boards: Boards;
  platform: Platform;
  console: ConsoleHub;
  /** Where V and the website keep their files. */
  folder: string;
  polls: Polls;
  /** Closed in the reverse order. */
  closers: Closers;
}

/** What was opened, to be closed last first. */
class Closers {
  private readonly closers: Array<() => Promise<void> | void> = [];

  add(closer: () => Promise<void> | void): void {
    this.closers.push(closer);
  }

  async close(): Promise<void> {
    for (let closer = this.closers.pop(); closer; closer = this.closers.pop()) await closer();
  }
}

class SimulatedSystem implements Simulation {
  readonly runtime = this.parts.runtime;
  readonly gsm = this.parts.gsm;
  readonly boards = this.parts.boards;
  readonly platform = this.parts.platform;
  readonly console = this.parts.console;
  readonly vProtocol = this.options.vProtocol ?? 'v2';
  readonly portModes = this.options.portModes ?? [];
  readonly phones = {
    platformAdmin: this.gsm.person(NUMBERS.platformAdmin),
    customerAdmin: this.gsm.person(NUMBERS.customerAdmin),
  };
  private heldCeremony: Ceremony | undefined;
  private startedCustomer: Customer | undefined;
  private registered: RegisteredAccount | undefined;

  constructor(
    private readonly options: SimulationOptions,
    private readonly parts: Parts,
  ) {}

  get ceremony(): Ceremony {
    return needed(this.heldCeremony);
  }

  get account(): AccountFile {
    return this.ceremony.file;
  }

  get tokens(): RegisteredAccount['tokens'] {
    return needed(this.registered).tokens;
  }

  get customer(): Customer {
    return needed(this.startedCustomer);
  }

  async provision(): Promise<void> {
    const { options, runtime } = this;
    this.heldCeremony = await holdCeremony({
      runtime,
      coldConsole: this.console.attach(),
      hotConsole: this.boards.hotConsolePort,
      vProtocol: options.vProtocol,
      accounts: options.accounts,
      onEvent: options.onEvent,
    });
    this.registered = await this.platform.register(this.account);
    this.startedCustomer = await startCustomer({
      runtime,
      seed: seedOf(options),
      gsm: this.gsm,
      folder: this.parts.folder,
      polls: this.parts.polls,
      modemKind: options.modemKind,
      mood: options.mood?.(),
      onEvent: options.onEvent,
      apiUrl: this.platform.internet.url,
      file: this.account,
      tokens: this.tokens,
      identityPriv: this.ceremony.vIdentityPriv,
      policy: { ...V_POLICY, ...options.vPolicy },
      protocol: options.vProtocol,
      websitePort: options.ports?.website,
      // Where time is real nobody waits for three o'clock: the key exchange is due at the next full minute.
      rekeyAt: options.espruino ? new Date(runtime.nowMs() + 60_000).toISOString().slice(11, 16) : undefined,
    });
    this.parts.closers.add(() => this.customer.close());
  }

  async setUp(): Promise<void> {
    await this.provision();
    await this.openChannel();
    await this.verifyBatch(1, 0);
    await this.verifyBatch(2, 0);
    await this.customer.v.startLoop();
  }

  async openChannel(): Promise<void> {
    const { v } = this.customer;
    const before = (await v.status()).channel?.id;
    await v.openChannel();
    await this.until(
      async () => ![undefined, before].includes((await v.status()).channel?.id),
      'a channel between V and HSM-Cold',
    );
  }

  async verifyBatch(side: 1 | 2, batchNo: number): Promise<number> {
    const { shop } = this.customer;
    await shop.requestBatch(side, batchNo);
    const verdict = async (): Promise<number> =>
      (await shop.batches()).find((batch) => batch.side === side && batch.batch_no === batchNo)?.status ?? 1;
    await this.until(async () => (await verdict()) !== 1, `V's verdict on batch ${batchNo} of side ${side}`, DAY_MS);
    return verdict();
  }

  advance(ms: number): Promise<void> {
    return this.runtime.runFor(ms);
  }

  /** The hot side's balance as the API states it, sats. */
  private async hotBalance(): Promise<number> {
    const url = `${this.platform.api.url}/api/v1/open/user`;
    const reply = await fetch(url, { headers: { token: this.tokens.hot_sending } });
    return ((await reply.json()) as { balance: number }).balance;
  }

  async fundHot(sats: number): Promise<string> {
    const balance = await this.hotBalance();
    const { address } = await this.customer.shop.call<{ address: string }>('POST', '/shop/deposit-address', {
      side: 'hot',
    });
    const txid = await this.pay(address, sats, 1);
    await this.until(async () => (await this.hotBalance()) === balance + sats, 'the hot balance at the API');
    return txid;
  }

  mine(blocks: number): Promise<string[]> {
    return this.platform.node.mine(blocks);
  }

  async pay(address: string, sats: number, blocks = 1): Promise<string> {
    const txid = await this.platform.node.fund(address, sats);
    if (blocks > 0) await this.platform.node.mine(blocks);
    return txid;
  }

  async until(holds: () => Promise<boolean> | boolean, what: string, limitMs = 600_000): Promise<void> {
    const endMs = this.runtime.nowMs() + limitMs;
    while (!(await holds())) {
      if (this.runtime.nowMs() >= endMs)
        throw fail('sim-timeout', `${what} did not come within ${limitMs / 1000} s of simulated time`);
      await this.runtime.runFor(this.parts.polls.vMs / ASKS_A_POLL);
    }
  }

  close(): Promise<void> {
    return this.parts.closers.close();
  }
}

function seedOf(options: SimulationOptions): string {
  return options.seed ?? 'chaincloud';
}

/** Starts everything that needs no ceremony. */
async function openParts(options: SimulationOptions, closers: Closers): Promise<Parts> {
  const seed = seedOf(options);
  const startMs = options.startMs ?? SIM_START_MS;
  const runtime = createVirtualRuntime({ seed, startMs, pace: options.espruino ? 'real' : 'fast' });
  const folder = mkdtempSync(join(tmpdir(), 'chaincloud-sim-'));
  closers.add(() => rmSync(folder, { recursive: true, force: true }));
  closers.add(() => runtime.close());
  const polls = options.polls ?? (options.espruino ? QUICK_POLLS : CALM_POLLS);
  const gsm = createGsmNetwork({ runtime: runtime.child('gsm'), seed: `${seed}/gsm`, ...options.gsm });
  const boards = await createBoards({
    runtime,
    seed,
    gsm,
    board: options.board ?? LINUX,
    modes: options.portModes,
    radios: options.radios,
    espruino: options.espruino,
    prelude: options.prelude,
    modems: options.modems,
    modemKind: options.modemKind,
    mood: options.mood,
    onLog: options.onLog,
  });
  closers.add(() => boards.close());
  const consoleHub = createConsoleHub(boards.consolePort);
  closers.add(() => consoleHub.close());
  await boards.hot.powerOn();
  await boards.cold.powerOn();
  if (options.portModes?.length) await runtime.runFor(START_TEXT_MS);
  const platform = await startPlatform({
    runtime,
    seed,
    database: options.database ?? join(folder, 'api.db'),
    hostPort: boards.hostPort,
    ports: options.ports ?? {},
    polls,
    onEvent: options.onEvent,
  });
  closers.add(() => platform.close());
  return { runtime, gsm, boards, platform, console: consoleHub, folder, polls, closers };
}

/** Starts the whole system but the ceremony. Throws what a part throws, after closing the others. */
export async function createSimulation(options: SimulationOptions = {}): Promise<Simulation> {
  const closers = new Closers();
  try {
    return new SimulatedSystem(options, await openParts(options, closers));
  } catch (error) {
    await closers.close();
    throw error;
  }
}

function needed<T>(part: T | undefined): T {
  if (part === undefined) throw fail('sim-order', 'call provision() or setUp() first');
  return part;
}
