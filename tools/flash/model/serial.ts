// A Serial object of Espruino on the model board: what a program on the board writes to and hears from.

/** What device code may do with a port. */
export interface SerialModel {
  object: { [name: string]: unknown };
  /** Gives an event to the program's listener. */
  hear(bytes: Uint8Array): void;
}

/** write: octets leave; onSetup: the speed that the program sets. */
export function createSerialModel(write: (bytes: Uint8Array) => void, onSetup: (baud: number) => void): SerialModel {
  let listener: ((text: string) => void) | undefined;
  const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
  return {
    // Ports have a prototype of their own, as Espruino's Serial: device code adds to it (boards/espruino/uart.ts).
    object: Object.assign(Object.create({}) as SerialModel['object'], {
      setup: (baud: number) => onSetup(baud),
      write: (text: string) => write(latin1(text)),
      on: (_event: string, next: (text: string) => void) => void (listener = next),
      removeAllListeners: () => void (listener = undefined),
    }),
    hear: (bytes) => listener?.(Buffer.from(bytes).toString('latin1')),
  };
}

/** Espruino's timers on a runtime: all are gone when the board starts anew. */
export class TimerModel {
  private readonly timers = new Map<number, { cancel(): void }>();
  private last = 0;

  constructor(
    private readonly after: (ms: number, fn: () => void) => { cancel(): void },
    private readonly call: (fn: () => void) => void,
  ) {}

  private arm(id: number, fn: () => void, ms: number, isRepeated: boolean): number {
    const due = (): void => {
      if (isRepeated) this.arm(id, fn, ms, true);
      else this.timers.delete(id);
      this.call(fn);
    };
    this.timers.set(id, this.after(ms, due));
    return id;
  }

  readonly globals = {
    setTimeout: (fn: () => void, ms = 0) => this.arm(++this.last, fn, ms, false),
    setInterval: (fn: () => void, ms = 1) => this.arm(++this.last, fn, ms, true),
    clearTimeout: (id: number) => this.clear(id),
    clearInterval: (id: number) => this.clear(id),
  };

  private clear(id: number): void {
    this.timers.get(id)?.cancel();
    this.timers.delete(id);
  }

  stop(): void {
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }
}
