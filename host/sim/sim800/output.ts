// What leaves the simulated modem, in order, whole or mangled: pieces with pauses, pieces run together, garbage octets,
// octets lost or changed. Leaves content to the command tables.
import type { BytePort } from '../../kit/byte-port';
import type { Runtime, Timer } from '../../kit/runtime';
import type { Chance } from '../gsm/chance';
import type { Sim800Faults } from './types';

export interface Output {
  /** Queues text (one octet a character) behind what is already on its way. */
  write(text: string): void;
  /** Drops what has not left yet: the power is gone. */
  cut(): void;
}

/** Longest pause between two pieces, and longest wait for something to run together with. */
const SPLIT_MS = 40;
const MERGE_MS = 60;

export function createOutput(runtime: Runtime, port: BytePort, chance: Chance, faults: () => Sim800Faults): Output {
  let freeAtMs = 0;
  let isClosed = false;
  let held = '';
  let timers: Timer[] = [];
  port.onClose(() => void (isClosed = true));

  function mangle(text: string): string {
    const { garbage, corrupt } = faults();
    let out = text;
    if (corrupt && chance.happens(corrupt) && out.length > 0) {
      const at = chance.between(0, out.length - 1);
      const octet = chance.happens(0.5) ? '' : String.fromCharCode(chance.between(0, 255));
      out = out.slice(0, at) + octet + out.slice(at + 1);
    }
    if (garbage && chance.happens(garbage)) {
      const noise = Array.from({ length: chance.between(1, 12) }, () => String.fromCharCode(chance.between(0, 255)));
      out = noise.join('') + out;
    }
    return out;
  }

  /** A line that was pulled out takes nothing more. */
  function emit(bytes: Uint8Array): void {
    try {
      port.write(bytes);
    } catch (error) {
      if ((error as { code?: string }).code !== 'port-closed') throw error;
      isClosed = true;
    }
  }

  function schedule(piece: string, pauseMs: number): void {
    freeAtMs = Math.max(freeAtMs, runtime.nowMs()) + pauseMs;
    const timer = runtime.after(freeAtMs - runtime.nowMs(), () => {
      timers = timers.filter((other) => other !== timer);
      if (!isClosed) emit(Buffer.from(piece, 'latin1'));
    });
    timers.push(timer);
  }

  function send(text: string): void {
    const { split } = faults();
    if (!split || !chance.happens(split)) return schedule(text, 0);
    let rest = text;
    while (rest !== '') {
      const size = chance.between(1, Math.max(1, rest.length));
      schedule(rest.slice(0, size), chance.between(0, SPLIT_MS));
      rest = rest.slice(size);
    }
  }

  function flush(): void {
    const text = held;
    held = '';
    if (text !== '') send(text);
  }

  return {
    write(text) {
      held += mangle(text);
      const { merge } = faults();
      if (merge && chance.happens(merge)) timers.push(runtime.after(chance.between(1, MERGE_MS), flush));
      else flush();
    },
    cut() {
      held = '';
      timers.forEach((timer) => timer.cancel());
      timers = [];
    },
  };
}
