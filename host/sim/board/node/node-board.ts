// The Node engine: runs an image in an isolated context on simulated flash, lines and clock. Everything the image does
// passes through `enter`, so that its CPU time is counted, its errors are told, and a cut of the power ends it at once:
// from that moment on every call of its context to the board throws, and nothing it does has an effect.
// Leaves to others: the environment inside (realm.ts), what the board asks of its parts (board-host.ts).
import { fail } from '../../../../protocol/errors';
import type { Timer } from '../../../kit/runtime';
import { createBoardHost, type BoardHost } from '../board-host';
import { createContext, type Context } from './espruino-globals';
import { bootFiles, plugPorts } from '../espruino/plug';
import { openStorage } from './storage';
import type { ResetReason } from '../port/sdk-texts';
import type { BoardCrash, Radio, SimBoard, SimBoardOptions } from '../types';

/** How long a restart of the board's own takes. */
const BOOT_MS = 300;

/** Everything that a power cut takes away. */
interface Session {
  context: Context;
  host: BoardHost;
  isDead: boolean;
}

class NodeBoard implements SimBoard {
  private readonly runtime = this.options.runtime;
  private readonly board = this.options.board;
  private readonly flash = this.options.flash;
  private readonly storage = this.options.storage;
  private readonly plugs = plugPorts(this.options);
  private session: Session | undefined;
  private usedMs = 0;
  /** Octets lost, by line, up to the last power-off. */
  private lostBefore: { [line: string]: number } = {};
  private crashListener: ((crash: BoardCrash) => void) | undefined;
  private powerListener: ((isOn: boolean) => void) | undefined;
  private restartTimer: Timer | undefined;
  readonly name = this.options.name;
  readonly ports = this.plugs.outer;

  constructor(private readonly options: SimBoardOptions) {}

  /** Runs a piece of the image, unless its power has gone. */
  private enter(current: Session, work: () => void): void {
    if (current.isDead) return;
    const startedMs = performance.now();
    try {
      work();
    } catch (error) {
      if (!current.isDead) this.tellUncaught(current, error);
    } finally {
      this.usedMs += performance.now() - startedMs;
    }
  }

  private tellUncaught(current: Session, error: unknown): void {
    const [text, ...stack] = current.context.realm.describe(error).split('\n');
    try {
      if (!current.context.realm.uncaught(error)) this.options.onLog?.(`Uncaught ${text}`);
    } catch (second) {
      if (!current.isDead) this.options.onLog?.(`Uncaught ${current.context.realm.describe(second)}`);
    }
    this.crashListener?.({ atMs: this.runtime.nowMs(), text, stack: stack.join('\n') });
  }

  private kill(): void {
    if (!this.session) return;
    this.lostBefore = this.lost();
    this.session.isDead = true;
    this.session.host.stop();
    this.session = undefined;
    this.flash.save();
    this.storage.save();
    this.powerListener?.(false);
  }

  private boot(reason: ResetReason): void {
    const files = openStorage(this.storage);
    for (const [name, bytes] of Object.entries(bootFiles(this.options)))
      if (!Buffer.from(files.read(name) ?? []).equals(bytes)) files.write(name, bytes);
    const current = { isDead: false } as Session;
    current.host = createBoardHost({
      options: this.options,
      plugs: this.plugs,
      isDead: () => current.isDead,
      onTimer: (id) => this.enter(current, () => current.context.realm.timer(id)),
      onData: (serial, text) => this.enter(current, () => current.context.realm.data(serial, text)),
      restart: () => {
        this.kill();
        this.restartTimer = this.runtime.after(BOOT_MS, () => this.boot('SW_CPU_RESET'));
      },
    });
    current.context = createContext(this.board, current.host.calls);
    this.session = current;
    this.powerListener?.(true);
    current.host.started(reason);
    const image = Buffer.from(files.read('.bootcde') ?? []).toString('latin1');
    this.enter(current, () => current.context.run(image, `hsm-${this.options.role}.js`));
  }

  async powerOff(): Promise<void> {
    this.restartTimer?.cancel();
    this.restartTimer = undefined;
    this.kill();
  }

  async powerOn(): Promise<void> {
    if (!this.session && !this.restartTimer) this.boot('POWERON_RESET');
  }

  get isOn() {
    return this.session !== undefined;
  }

  async reset() {
    await this.powerOff();
    await this.powerOn();
  }

  cutPowerAtWrite(n: number) {
    if (!this.session) throw fail('board-off', `${this.options.name} is off`);
    this.flash.cutAt(n, () => this.kill());
  }

  radioLine(radio: Radio, line: string): string | undefined {
    const current = this.session;
    let shown: string | undefined;
    if (current && this.options.radios?.includes(radio))
      this.enter(current, () => void (shown = current.context.realm.radioLine(line)));
    return shown;
  }

  radioConnect(radio: Radio): void {
    if (this.options.radios?.includes(radio)) this.session?.host.connect();
  }

  lost() {
    const sum = { ...this.lostBefore };
    if (this.session && !this.session.isDead)
      for (const [line, count] of Object.entries(this.session.host.lost())) sum[line] = (sum[line] ?? 0) + count;
    return sum;
  }

  cpuMs() {
    return this.usedMs;
  }

  onCrash(listener: (crash: BoardCrash) => void) {
    this.crashListener = listener;
  }

  onPower(listener: (isOn: boolean) => void) {
    this.powerListener = listener;
  }

  async close() {
    await this.powerOff();
    this.plugs.close();
  }
}

export function createNodeBoard(options: SimBoardOptions): SimBoard {
  return new NodeBoard(options);
}
