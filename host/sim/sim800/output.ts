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

class FaultyOutput implements Output {
  private freeAtMs = 0;
  private isClosed = false;
  private held = '';
  private timers: Timer[] = [];

  constructor(
    private readonly runtime: Runtime,
    private readonly port: BytePort,
    private readonly chance: Chance,
    private readonly faults: () => Sim800Faults,
  ) {
    this.port.onClose(() => void (this.isClosed = true));
  }

  private mangle(text: string): string {
    const { garbage, corrupt } = this.faults();
    let out = text;
    if (corrupt && this.chance.happens(corrupt) && out.length > 0) {
      const at = this.chance.between(0, out.length - 1);
      const octet = this.chance.happens(0.5) ? '' : String.fromCharCode(this.chance.between(0, 255));
      out = out.slice(0, at) + octet + out.slice(at + 1);
    }
    if (garbage && this.chance.happens(garbage)) {
      const noise = Array.from({ length: this.chance.between(1, 12) }, () =>
        String.fromCharCode(this.chance.between(0, 255)),
      );
      out = noise.join('') + out;
    }
    return out;
  }

  /** A line that was pulled out takes nothing more. */
  private emit(bytes: Uint8Array): void {
    try {
      this.port.write(bytes);
    } catch (error) {
      if ((error as { code?: string }).code !== 'port-closed') throw error;
      this.isClosed = true;
    }
  }

  private schedule(piece: string, pauseMs: number): void {
    this.freeAtMs = Math.max(this.freeAtMs, this.runtime.nowMs()) + pauseMs;
    const timer = this.runtime.after(this.freeAtMs - this.runtime.nowMs(), () => {
      this.timers = this.timers.filter((other) => other !== timer);
      if (!this.isClosed) this.emit(Buffer.from(piece, 'latin1'));
    });
    this.timers.push(timer);
  }

  private send(text: string): void {
    const { split } = this.faults();
    if (!split || !this.chance.happens(split)) return this.schedule(text, 0);
    let rest = text;
    while (rest !== '') {
      const size = this.chance.between(1, Math.max(1, rest.length));
      this.schedule(rest.slice(0, size), this.chance.between(0, SPLIT_MS));
      rest = rest.slice(size);
    }
  }

  private flush(): void {
    const text = this.held;
    this.held = '';
    if (text !== '') this.send(text);
  }

  write(text: string) {
    this.held += this.mangle(text);
    const { merge } = this.faults();
    if (merge && this.chance.happens(merge))
      this.timers.push(this.runtime.after(this.chance.between(1, MERGE_MS), () => this.flush()));
    else this.flush();
  }

  cut() {
    this.held = '';
    this.timers.forEach((timer) => timer.cancel());
    this.timers = [];
  }
}

export function createOutput(runtime: Runtime, port: BytePort, chance: Chance, faults: () => Sim800Faults): Output {
  return new FaultyOutput(runtime, port, chance, faults);
}
