// The Node engine: runs an image in an isolated context on simulated flash, lines and clock. Everything the image does
// passes through `enter`, so that its CPU time is counted, its errors are told, and a cut of the power ends it at once:
// from that moment on every call of its context to the board throws, and nothing it does has an effect.
// Leaves to others: the environment inside (realm.ts), what the board asks of its parts (board-host.ts).
import { fail } from '../../../../protocol/errors';
import type { BytePort } from '../../../kit/byte-port';
import type { Timer } from '../../../kit/runtime';
import { createBoardHost, type BoardHost } from '../board-host';
import { createContext, type Context } from './espruino-globals';
import { bootFiles, plugPorts } from '../espruino/plug';
import { openStorage } from './storage';
import type { BoardCrash, PortName, SimBoard, SimBoardOptions } from '../types';

/** How long a restart of the board's own takes. */
const RESTART_DELAY_MS = 300;

/** Everything that a power cut takes away. */
interface Session {
  context: Context;
  host: BoardHost;
  isDead: boolean;
}

export function createNodeBoard(options: SimBoardOptions): SimBoard {
  const { runtime, board, flash, storage } = options;
  const plugs = plugPorts(options);
  let session: Session | undefined;
  let usedMs = 0;
  let onCrash: ((crash: BoardCrash) => void) | undefined;
  let onPower: ((isOn: boolean) => void) | undefined;
  let restartTimer: Timer | undefined;

  /** Runs a piece of the image, unless its power has gone. */
  const enter = (current: Session, work: () => void): void => {
    if (current.isDead) return;
    const startedMs = performance.now();
    try {
      work();
    } catch (error) {
      if (!current.isDead) tellUncaught(current, error);
    } finally {
      usedMs += performance.now() - startedMs;
    }
  };

  const tellUncaught = (current: Session, error: unknown): void => {
    const [text, ...stack] = current.context.realm.describe(error).split('\n');
    try {
      if (!current.context.realm.uncaught(error)) options.onLog?.(`Uncaught ${text}`);
    } catch (second) {
      if (!current.isDead) options.onLog?.(`Uncaught ${current.context.realm.describe(second)}`);
    }
    onCrash?.({ atMs: runtime.nowMs(), text, stack: stack.join('\n') });
  };

  const kill = (): void => {
    if (!session) return;
    session.isDead = true;
    session.host.stop();
    session = undefined;
    flash.save();
    storage.save();
    onPower?.(false);
  };

  const boot = (): void => {
    const files = openStorage(storage);
    for (const [name, bytes] of Object.entries(bootFiles(options)))
      if (!Buffer.from(files.read(name) ?? []).equals(bytes)) files.write(name, bytes);
    const current = { isDead: false } as Session;
    current.host = createBoardHost({
      options,
      plugs,
      isDead: () => current.isDead,
      onTimer: (id) => enter(current, () => current.context.realm.timer(id)),
      onData: (serial, text) => enter(current, () => current.context.realm.data(serial, text)),
      restart: () => {
        kill();
        restartTimer = runtime.after(RESTART_DELAY_MS, boot);
      },
    });
    current.context = createContext(board, current.host.calls);
    session = current;
    onPower?.(true);
    const image = Buffer.from(files.read('.bootcde') ?? []).toString('latin1');
    enter(current, () => current.context.run(image, `hsm-${options.role}.js`));
  };

  const powerOff = async (): Promise<void> => {
    restartTimer?.cancel();
    restartTimer = undefined;
    kill();
  };
  const powerOn = async (): Promise<void> => {
    if (!session && !restartTimer) boot();
  };

  return {
    name: options.name,
    get isOn() {
      return session !== undefined;
    },
    ports: plugs.outer as { [name in PortName]?: BytePort },
    powerOn,
    powerOff,
    async reset() {
      await powerOff();
      await powerOn();
    },
    cutPowerAtWrite(n) {
      if (!session) throw fail('board-off', `${options.name} is off`);
      flash.cutAt(n, kill);
    },
    cpuMs: () => usedMs,
    onCrash: (listener) => void (onCrash = listener),
    onPower: (listener) => void (onPower = listener),
    async close() {
      await powerOff();
      plugs.close();
    },
  };
}
